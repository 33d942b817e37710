/* Words looked up in a table of names. */
#include "names.h"

#include <string.h>

int names_find(const char *const names[], const char *text)
{
    for (int i = 0; text != NULL && names[i] != NULL; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return -1;
}
