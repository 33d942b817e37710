/* The registry's URLs, whether an answer is a registry's, and in words why it is not; for the registry client's files. */
#ifndef HTTP_REGISTRY_WORDS_H
#define HTTP_REGISTRY_WORDS_H

#include "registry_inside.h"

/* The URLs of the settings; and the names for sentences. */
void registry_read_urls(struct registry *registry);

/* The JSON object of a reply 200 that has `member`, owned by the caller. False: in words, what came instead. */
MUST_USE bool registry_read(const struct registry *registry, size_t url, const struct http_reply *reply,
                            const char *member, struct json_object **tree, char words[WORDS_SIZE]);

/* Whether the registry itself says that there is no such schema: 404 with error code 40403. */
bool registry_says_unknown(const struct http_reply *reply);

#endif
