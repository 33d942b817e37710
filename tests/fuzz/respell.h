/*
 * Other spellings of our OpenAPI file: legal ones, which must be read to the same, and some that the reader does not
 * understand, which must be refused. Used by tests/unit/catalogue/test_respelled.c and tests/fuzz/fuzz_respelled.c.
 */
#ifndef TESTS_FUZZ_RESPELL_H
#define TESTS_FUZZ_RESPELL_H

#include "openapi.h"

#include "memory.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* One operation of a description, and what surrounds it; all borrowed from the root. */
struct spelled {
    struct json_object *root, *item, *operation;
    const char *path;
};

static inline struct json_object *spelled_json(const char *text)
{
    struct json_object *tree = NULL;
    struct fault why;
    CLEANUP(memory_release) char *quoted = memory_text(text);

    for (char *at = quoted; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    if (!tree_read(quoted, strlen(quoted), &tree, &why))
        return NULL;
    return tree;
}

static inline void spelled_rename(struct json_object *object, const char *from, const char *to)
{
    struct json_object *value = json_object_get(tree_member(object, from));

    json_object_object_del(object, from);
    json_object_object_add(object, to, value);
}

/* A key that a spelling which is refused has not spoiled: renamed again, it would be legal. */
static inline bool spelled_is_success(const char *key)
{
    return strcmp(key, "2XX") == 0 || (key[0] == '2' && strlen(key) == 3 && strspn(key, "0123456789") == 3);
}

/* The first success with JSON that stands here, with its key; null when there is none. */
static inline struct json_object *spelled_success(const struct spelled *at, const char **key)
{
    TREE_EACH(tree_member(at->operation, "responses"), status, response)
    {
        if (spelled_is_success(status) && tree_has(tree_member(response, "content"), "application/json")) {
            *key = status;
            return response;
        }
    }
    return NULL;
}

static inline struct json_object *spelled_content(const struct spelled *at)
{
    const char *key;

    return tree_member(spelled_success(at, &key), "content");
}

static inline struct json_object *spelled_media(const struct spelled *at)
{
    return tree_member(spelled_content(at), "application/json");
}

static inline size_t spelled_successes(const struct spelled *at)
{
    size_t count = 0;

    TREE_EACH(tree_member(at->operation, "responses"), status, response)
    {
        (void)response;
        count += spelled_is_success(status);
    }
    return count;
}

static inline struct json_object *spelled_under(struct json_object *object, const char *member)
{
    struct json_object *inner = tree_member(object, member);

    if (inner == NULL) {
        inner = json_object_new_object();
        json_object_object_add(object, member, inner);
    }
    return inner;
}

/* Puts the value under a name of its own in components/<kind>, reached by a second $ref; gives the $ref to that. */
static inline struct json_object *spelled_chain(const struct spelled *at, const char *kind,
                                                struct json_object *value)
{
    static unsigned number;
    struct json_object *components = spelled_under(spelled_under(at->root, "components"), kind);
    struct json_object *first = json_object_new_object(), *second = json_object_new_object();
    char name[64], text[128];

    number++;
    snprintf(name, sizeof name, "a/b~c %u", number);
    json_object_object_add(components, name, value);
    snprintf(text, sizeof text, "#/components/%s/a~1b~0c%%20%u", kind, number);
    json_object_object_add(first, "$ref", json_object_new_string(text));
    snprintf(name, sizeof name, "second%u", number);
    json_object_object_add(components, name, first);
    snprintf(text, sizeof text, "#/components/%s/%s", kind, name);
    json_object_object_add(second, "$ref", json_object_new_string(text));
    return second;
}

/* Puts the media's schema into the list of `member`, together with another one (text, "" for none). */
static inline bool spelled_wrap(const struct spelled *at, const char *member, const char *other)
{
    struct json_object *media = spelled_media(at);

    if (!tree_has(media, "schema"))
        return false;
    struct json_object *list = json_object_new_array(), *schema = json_object_new_object();
    json_object_array_add(list, json_object_get(tree_member(media, "schema")));
    if (*other != '\0')
        json_object_array_add(list, spelled_json(other));
    json_object_object_add(schema, member, list);
    json_object_object_add(media, "schema", schema);
    return true;
}

static inline bool spelled_schema(const struct spelled *at, const char *schema)
{
    struct json_object *media = spelled_media(at);

    if (media != NULL)
        json_object_object_add(media, "schema", spelled_json(schema));
    return media != NULL;
}

static inline bool spelled_response(const struct spelled *at, struct json_object *response)
{
    const char *key;

    if (spelled_success(at, &key) == NULL) {
        json_object_put(response);
        return false;
    }
    CLEANUP(memory_release) char *name = memory_text(key);
    json_object_object_add(tree_member(at->operation, "responses"), name, response);
    return true;
}

static inline bool spelled_parameter(const struct spelled *at, const char *parameter)
{
    struct json_object *list = tree_member(at->operation, "parameters");

    if (list == NULL)
        json_object_object_add(at->operation, "parameters", list = json_object_new_array());
    json_object_array_add(list, spelled_json(parameter));
    return true;
}

static inline bool spelled_status(const struct spelled *at, const char *to)
{
    const char *key;

    if (spelled_success(at, &key) == NULL || spelled_successes(at) > 1)
        return false;
    CLEANUP(memory_release) char *from = memory_text(key);
    spelled_rename(tree_member(at->operation, "responses"), from, to);
    return true;
}

static inline bool spelled_media_type(const struct spelled *at, const char *to)
{
    struct json_object *content = spelled_content(at);

    if (content != NULL)
        spelled_rename(content, "application/json", to);
    return content != NULL;
}

#endif
