/* What the listener counts, under the names that operators have in their alarms. */
#include "figures.h"

#include "../codec/given.h"

#include <stdio.h>
#include <stdlib.h>

static void read_file(const char *path, struct buffer *text)
{
    char line[1000];
    FILE *file = fopen(path, "r");

    if (file == NULL)
        abort();
    buffer_init(text, 1 << 20);
    while (fgets(line, sizeof line, file) != NULL)
        buffer_add_text(text, line);
    fclose(file);
}

/* An alarm on a name that is not there never goes off. */
static void the_names_of_the_documents(void)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    CLEANUP(buffer_release) struct buffer text, page;
    struct figures *figures = figures_new();
    size_t count = 0;

    figures_answer(figures, "events", 201);
    figures_written(figures, "state", 5);
    figures_ahead(figures);
    buffer_init(&page, 1 << 20);
    figures_print(figures, &page);
    read_file(SOURCE_DIR "/deploy/README.md", &text);
    for (const char *at = buffer_text(&text); (at = strstr(at, "`whc_listen_")) != NULL; count++) {
        char name[200];
        at++;
        snprintf(name, sizeof name, "# TYPE %.*s ", (int)strspn(at, letters), at);
        if (strstr(buffer_text(&page), name) == NULL) {
            printf("\n  %s", name);
            CU_FAIL("a document names a metric that there is not");
        }
    }
    CU_ASSERT(count >= 4);
    figures_free(figures);
}

CU_TestInfo test_figures[] = {{"the names of the documents", the_names_of_the_documents}, CU_TEST_INFO_NULL};
