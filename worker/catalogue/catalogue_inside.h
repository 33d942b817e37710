/* What the files that load a catalogue share; nobody else includes it. */
#ifndef CATALOGUE_CATALOGUE_INSIDE_H
#define CATALOGUE_CATALOGUE_INSIDE_H

#include "catalogue.h"

enum { FILE_MAX_BYTES = 1048576, PATH_SIZE = 1024 };

struct loader {
    const char *folder, *overlay;
    const struct given_inputs *given;
    struct catalogue *catalogue;
    struct problems *problems;
};

/* The overlay's file where it has one, else the folder's. */
void loader_locate(const struct loader *loader, const char *name, char path[PATH_SIZE]);

/* Names in a folder of both, sorted; free them. */
char **loader_list(const struct loader *loader, const char *folder, size_t *count);
void loader_free_names(char **names, size_t count);
bool loader_ends_with(const char *text, const char *end);

/* --- catalogue_workflow.c --- */

/* Fills in what the type's workflow file says; and its earlier versions, checked like today's. */
void loader_workflow(struct loader *loader, struct order_type *type, const char *path);
void loader_versions(struct loader *loader, struct order_type *type);

#endif
