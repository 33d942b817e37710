/* What arazzo.c and arazzo_step.c share; for nobody else. */
#ifndef CATALOGUE_ARAZZO_INSIDE_H
#define CATALOGUE_ARAZZO_INSIDE_H

#include "arazzo.h"

struct arazzo_reader {
    struct spot *spot;
    const struct openapi *openapi;
    struct arazzo *arazzo;
    size_t workflow, step; /* being read */
    struct naming naming;
    struct json_object *defaults; /* the workflow object: parameters and actions for every step */
};

/* {"name": value, ...}: outputs and the parameters of a look-up. */
void read_named_payloads(struct arazzo_reader *reader, struct json_object *tree, const char *member,
                         struct named_payload **list, size_t *count);

/* Compiles one Step Object; the workflow's own steps need not be there yet. */
void step_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step);
void step_release(struct step *step);

/* The object itself, or what a Reusable Object ({"reference": "$components.parameters.x"}) names. */
struct json_object *resolve_reusable(struct arazzo_reader *reader, struct json_object *tree);

void named_payloads_release(struct named_payload *list, size_t count);

#endif
