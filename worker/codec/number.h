/*
 * UK telephone numbers. Inside the program and in events they are national ("01632960000"); BT's APIs want them
 * with or without the zero (schemas/README.md).
 */
#ifndef CODEC_NUMBER_H
#define CODEC_NUMBER_H

#include "fault.h"

enum { NUMBER_TEXT_SIZE = 16 };

enum number_form {
    NUMBER_NATIONAL,    /* 01632960000 */
    NUMBER_SIGNIFICANT, /* 1632960000 */
    NUMBER_E164,        /* +441632960000 */
};

/*
 * Reads a number as people and systems write it: 01632 960000, 1632960000 (9 or 10 digits not starting with 0),
 * +44 1632 960000, 0044 1632 960000, +44 (0)1632-960000, and 12 digits starting with 44. Spaces, hyphens, dots and
 * round brackets say nothing. Writes the national form, 10 or 11 digits. FAULT_INPUT: anything else; the text is
 * not repeated.
 */
MUST_USE bool number_national(const char *text, char national[NUMBER_TEXT_SIZE], struct fault *why);

/* Writes a national number, as number_national() gives it, in another form. */
void number_form(const char *national, enum number_form form, char text[NUMBER_TEXT_SIZE]);

#endif
