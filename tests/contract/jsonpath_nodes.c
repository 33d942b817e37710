/*
 * What the worker's JSONPath finds, for tests/contract/jsonpath.py: a line {"selector": ..., "document": ...} in, the
 * list of nodes out, or "refused: " and why.
 */
#include "jsonpath.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(const char *line, size_t length)
{
    CLEANUP(tree_release) struct json_object *tree = NULL, *nodes = NULL;
    CLEANUP(buffer_release) struct buffer out = {0};
    struct jsonpath *path = NULL;
    struct fault why;

    buffer_init(&out, 1 << 24);
    if (!tree_read(line, length, &tree, &why) || tree_text_of(tree, "selector") == NULL) {
        fprintf(stderr, "a line is not {\"selector\": ..., \"document\": ...}\n");
        exit(2);
    }
    if (!jsonpath_parse(tree_text_of(tree, "selector"), &path, &why)) {
        for (char *at = why.text; *at != '\0'; at++)
            *at = (unsigned char)*at < ' ' ? ' ' : *at;
        printf("refused: %s\n", why.text);
        return;
    }
    nodes = jsonpath_nodes(path, tree_member(tree, "document"));
    jsonpath_free(path);
    tree_write(nodes, &out);
    printf("%s\n", buffer_text(&out));
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    while ((length = getline(&line, &room, stdin)) > 0)
        answer(line, (size_t)length);
    free(line);
    return 0;
}
