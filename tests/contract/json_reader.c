/* Reads a JSON text from stdin with the worker's reader: writes it again, or ends with 1 and says why not. */
#include "tree.h"

#include "memory.h"

#include <stdio.h>

enum { TEXT_MAX_BYTES = 1 << 26 };

int main(void)
{
    CLEANUP(buffer_release) struct buffer text = {0}, out = {0};
    CLEANUP(tree_release) struct json_object *tree = NULL;
    char chunk[65536];
    size_t count;
    struct fault why;

    buffer_init(&text, TEXT_MAX_BYTES);
    buffer_init(&out, TEXT_MAX_BYTES);
    while ((count = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        buffer_add(&text, chunk, count);
    if (!tree_read(buffer_text(&text), text.length, &tree, &why)) {
        puts(why.text);
        return 1;
    }
    tree_write(tree, &out);
    fwrite(buffer_text(&out), 1, out.length, stdout);
    return 0;
}
