/* Frees a secret after overwriting its bytes. */
#include "secret.h"

#include "memory.h"

#include <string.h>

void secret_release(struct secret *secret)
{
    if (secret->hidden != NULL)
        explicit_bzero(secret->hidden, strlen(secret->hidden));
    secret->hidden = memory_free(secret->hidden);
}
