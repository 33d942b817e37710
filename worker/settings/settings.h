/* The table of settings, and where each was given. One row is one setting. */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "config.h"

#include <stddef.h>

enum setting_type { SETTING_TEXT, SETTING_SECRET, SETTING_NUMBER, SETTING_CHOICE };

struct setting {
    const char *name;
    enum setting_type type;
    size_t place; /* offset in struct settings or struct api_settings: char *, struct secret or int64_t */
    const char *unit;
    int64_t least, most;
    const char *fallback;
    const char *choices; /* "on|off": the value is the position in this list */
    const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;
extern const struct setting api_settings_table[]; /* names without "bt." */
extern const size_t api_settings_table_count;

/* The line or variable that gave the setting of the table, else its name: for messages. Borrowed. */
const char *settings_where(const struct settings *settings, const char *name);

#endif
