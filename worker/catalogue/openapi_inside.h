/*
 * What the parts of the OpenAPI reader share: openapi.c reads the file, openapi_parameter.c, openapi_media.c and
 * openapi_schema.c read an operation's parameters, bodies and schemas.
 */
#ifndef CATALOGUE_OPENAPI_INSIDE_H
#define CATALOGUE_OPENAPI_INSIDE_H

#include "openapi.h"

struct openapi_reader {
    struct json_object *root;
    struct json_cursor *cursor;
    bool old; /* 3.0: what stands beside a $ref is ignored, and null is said by `nullable` */
};

/*
 * What the tree's $ref, and a $ref that this one names, leads to; the tree itself where it has none. Null, with a
 * mistake recorded, where it leads nowhere, out of this file or in a circle. Borrowed.
 */
struct json_object *openapi_resolve(const struct openapi_reader *reader, struct json_object *tree);

/*
 * Adds the parameters of a list (null: none): first the operation's, with `own` 0; then the path item's, with `own` the
 * number of those, which win over them.
 */
void openapi_read_parameters(const struct openapi_reader *reader, struct json_object *list, size_t own,
                             struct operation *operation);

/* Records a mistake for each name in the path that no parameter fills: it would be sent as it stands there. */
void openapi_check_template(const struct openapi_reader *reader, struct operation *operation);

void openapi_read_body(const struct openapi_reader *reader, struct json_object *tree,
                       struct operation *operation);
void openapi_read_responses(const struct openapi_reader *reader, struct json_object *tree,
                            struct operation *operation);

/* The scheme that the worker gets a token for: openapi->token_scheme, token_url. Before the operations. */
void openapi_read_schemes(const struct openapi_reader *reader, struct openapi *openapi);

/* operation->token; a mistake where its security asks for what the worker does not have. */
void openapi_read_security(const struct openapi_reader *reader, struct json_object *tree,
                           const struct openapi *openapi, struct operation *operation);

/* Adds the members that a reply of this content can show to operation->shown. */
void openapi_add_members(const struct openapi_reader *reader, struct json_object *content,
                         struct operation *operation);

/* The JSON types that the schema (null: none is given) allows for the outermost value. */
enum reply_type openapi_schema_types(const struct openapi_reader *reader, struct json_object *schema);

#endif
