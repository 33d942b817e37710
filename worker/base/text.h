/*
 * Sentences in buffers of a fixed size.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "fault.h"

#include <stdarg.h>
#include <stddef.h>

/*
 * Prints into `out`, which has `size` bytes, and cuts what does not fit, though never within a character of UTF-8. What
 * is printed last is what is cut, so no argument needs a precision for the sake of the buffer. Arguments must not point
 * into `out`.
 */
void text_print(char *out, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);
void text_vprint(char *out, size_t size, const char *format, va_list arguments) PRINTF_LIKE(3, 0);

#endif
