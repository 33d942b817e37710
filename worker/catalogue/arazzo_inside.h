/* What the files of arazzo.h share; for nobody else. */
#ifndef CATALOGUE_ARAZZO_INSIDE_H
#define CATALOGUE_ARAZZO_INSIDE_H

#include "arazzo.h"

struct arazzo_reader {
    struct json_cursor *cursor;
    const struct openapi *openapi;
    struct arazzo *arazzo;
    size_t workflow, step; /* being read */
    struct naming naming;
    struct json_object *defaults; /* the workflow object: parameters and actions for every step */
};

/* What a source of the description is to us. */
enum source_kind { SOURCE_NONE, SOURCE_OPENAPI, SOURCE_ASYNCAPI };

/* Checks the list of sources: each is one of our two files. */
void arazzo_sources_read(struct arazzo_reader *reader);
enum source_kind arazzo_source_named(const struct arazzo_reader *reader, const char *name);

/*
 * "$sourceDescriptions.bt.createOrder" -> "createOrder", owned, and what its source is: a mistake is recorded for one
 * that is not declared. A plain name is of the OpenAPI file.
 */
char *arazzo_operation_named(struct arazzo_reader *reader, const char *text, enum source_kind *kind);

/* Whether it is an id or name as Arazzo writes them: letters, digits, '-' and '_'; records a mistake if it is not. */
bool arazzo_is_name(const char *text);
void arazzo_check_name(struct arazzo_reader *reader, const char *what, const char *name);

/* A mistake for each item of the tree's list `member` whose name, in the same `in`, has occurred before. */
void arazzo_names_once(struct arazzo_reader *reader, struct json_object *tree, const char *member);

/* {"name": value, ...}: outputs and the parameters of a look-up. */
void arazzo_read_payloads(struct arazzo_reader *reader, struct json_object *tree, const char *member,
                          struct named_payload **list, size_t *count);

/* Compiles a Request Body Object; null: none. */
void arazzo_body_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step);

/* What a step says of how its effect is known without a reply; its outputs are read. */
void arazzo_evidence_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step);
void arazzo_evidence_release(struct step *step);

/* Compiles one Step Object; the workflow's own steps need not be there yet. */
void arazzo_step_read(struct arazzo_reader *reader, struct json_object *tree, struct step *step);
void arazzo_step_release(struct step *step);

/* The object itself, or what a Reusable Object ({"reference": "$components.parameters.x"}) names. */
struct json_object *arazzo_resolve_reusable(struct arazzo_reader *reader, struct json_object *tree);
/* The same; null, without a mistake, where it leads nowhere. */
struct json_object *arazzo_find_reusable(const struct arazzo_reader *reader, struct json_object *tree);

void arazzo_payloads_release(struct named_payload *list, size_t count);

#endif
