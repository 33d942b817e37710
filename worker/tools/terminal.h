/*
 * What people's terminals need: their width, whether colours are wanted, text that cannot move their cursor, and an end
 * by Ctrl-C.
 */
#ifndef TOOLS_TERMINAL_H
#define TOOLS_TERMINAL_H

#include "buffer.h"

#include <stdbool.h>

/* How many columns standard output has; 0: it is no terminal (a pipe, a file), and nothing is cut. */
size_t terminal_width(void);

/* Whether standard output shows colours: a terminal, and NO_COLOR is unset or empty (no-color.org). */
bool terminal_colors(void);

/*
 * Adds the text, of at most `columns` columns (0: the whole), each character counted as one; what is cut ends in "...".
 * Whatever could move a cursor or turn the direction of writing (C0 and C1 controls, DEL, Unicode's bidirectional and
 * line controls, bytes that are not UTF-8) becomes '?'. Null is "-".
 */
void terminal_add(struct buffer *line, const char *text, size_t columns);

/* The same with blanks up to so many columns. */
void terminal_add_padded(struct buffer *line, const char *text, size_t columns);

/* A column and two blanks: cut on a terminal, in a pipe as wide as its text needs. Null and "" are "-". */
void terminal_add_column(struct buffer *line, const char *text, size_t columns);

/* Adds "\033[<code>m<text>\033[0m", or the text alone where no colours are wanted. The text is our own. */
void terminal_add_colored(struct buffer *line, const char *text, const char *code);

/* Prints the line and its end at once, and empties it; the other one leaves out the blanks at its end. */
void terminal_print(struct buffer *line);
void terminal_print_trimmed(struct buffer *line);

/* From now on INT and TERM only set what terminal_stopped() gives, so that a command can end by itself. */
void terminal_stop_on_signals(void);
bool terminal_stopped(void);

#endif
