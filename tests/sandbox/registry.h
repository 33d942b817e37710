/*
 * The schema registry: Confluent's REST API over a store in memory, for trying things out and for tests.
 *
 * Compatibility is kept and shown, never checked: every schema is compatible.
 */
#ifndef SANDBOX_REGISTRY_H
#define SANDBOX_REGISTRY_H

#include "operations.h"

struct registry;

struct registry *registry_new(void);
void *registry_free(struct registry *registry);

/* Whether the path is the registry's, served or not. */
bool registry_owns(const char *path);

/*
 * Asks for the password, where a switch wants one, then answers the operation; null: one that the registry does not
 * have, where clients want to see 404.
 */
void registry_answer(struct sandbox *sandbox, const struct operation *operation, struct request *request,
                     struct reply *reply);

#endif
