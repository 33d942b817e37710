/*
 * The schema registry, as Confluent's REST API has it: schemas by id and by GUID, outcome schemas registered.
 *
 * A schema once read is kept, in memory and in a folder where the settings name one, so that a registry that is away
 * stops only what is new. One request per schema at a time; a failure is tried again, less and less often, at each of
 * the registry's URLs in turn. Only error code 40403 says that a schema is unknown: it is asked for until
 * registry.unknown.ms have passed. Any other answer without a schema is trouble, which is waited out.
 */
#ifndef HTTP_REGISTRY_H
#define HTTP_REGISTRY_H

#include "client.h"
#include "framing.h"
#include "schema.h"

struct registry;

enum registry_answer {
    REGISTRY_KNOWN,
    REGISTRY_WAIT,    /* it is being fetched, or the registry is away: ask again */
    REGISTRY_UNKNOWN, /* there is no such schema, or no registry is configured, or it cannot be used */
};

/* `changed` is called on the loop when a schema has come or turned out unknown. */
struct registry *registry_new(const struct settings *settings, struct loop *loop, struct http_client *client,
                              void (*changed)(void *context), void *context);
void *registry_free(struct registry *registry);

/*
 * The schema that a Confluent frame names, borrowed for good. The fault says why there is none (yet). An answer that
 * it is unknown holds for this request: for the next one the registry is asked again, once, and for the whole time
 * again when nobody wanted it for so long.
 */
enum registry_answer registry_schema(struct registry *registry, const struct frame *frame,
                                     const struct schema **schema, struct fault *why);

/* Begins to fetch the schema of a request that waits after another one, so that their waits do not add up. */
void registry_expect(struct registry *registry, const struct frame *frame);

/*
 * Registers an outcome schema under <topic>-<full name> (TopicRecordName), its shared types put in, so that readers
 * need no references. Tried until it is done; ask registry_registered().
 */
void registry_register(struct registry *registry, const char *topic, const struct schema *schema);

/* Whether all that was to be registered is. */
bool registry_registered(const struct registry *registry);

/* The frame of a registered schema in the configured Confluent framing. */
void registry_outcome_frame(const struct registry *registry, const struct schema *schema,
                            struct frame *frame);

/* What is wrong with the registry just now, in words; "" when nothing is. Borrowed until the next turn. */
const char *registry_trouble(const struct registry *registry);

#endif
