/* Settings from the text of a file and an environment. */
#ifndef TESTS_BASE_GIVEN_SETTINGS_H
#define TESTS_BASE_GIVEN_SETTINGS_H

#include "config.h"

#include "../base/same.h"

#include <unistd.h>

/* Writes the text to a file of its own, whose path is owned by the caller: unlink it. */
static inline char *given_file(const char *text)
{
    char *path = memory_text("/tmp/whc-unit-XXXXXX");
    int file = mkstemp(path);

    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    close(file);
    return path;
}

static inline void given_settings(const char *text, const char *const environment[],
                                  struct settings *settings, struct problems *problems)
{
    CLEANUP(memory_release) char *path = given_file(text);

    settings_load(path, (char *const *)(uintptr_t)environment, settings, problems);
    unlink(path);
}

#endif
