/*
 * Texts that must never be seen: no log field takes one (base/log.h), so printing it by mistake does not compile.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

/* A text that must never be seen. Only http/ looks inside. */
struct secret {
    char *hidden; /* null when there is none */
};

/* Overwrites and frees the text. */
void secret_release(struct secret *secret);

#endif
