/* Text for terminals, measured and made harmless; signals that ask a command to end. */
#include "terminal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST_COLUMNS = 40 };

static volatile sig_atomic_t stopped;

size_t terminal_width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    long given = columns == NULL ? 0 : strtol(columns, NULL, 10);

    if (isatty(STDOUT_FILENO) == 0)
        return 0;
    if (given <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        given = size.ws_col;
    return given <= 0 ? 80 : given < LEAST_COLUMNS ? LEAST_COLUMNS : (size_t)given;
}

bool terminal_colors(void)
{
    const char *refused = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) != 0 && (refused == NULL || *refused == '\0');
}

/* The length of the character at `at`, and the character; 1 and '?' where there is none. RFC 3629, section 3. */
static size_t decode(const uint8_t *at, uint32_t *character)
{
    size_t length = at[0] < 0x80   ? 1
                    : at[0] < 0xc2 ? 0
                    : at[0] < 0xe0 ? 2
                    : at[0] < 0xf0 ? 3
                    : at[0] < 0xf5 ? 4
                                   : 0;
    uint32_t value = length < 2 ? at[0] : at[0] & (0x7fu >> length);

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            length = 0;
        else
            value = value << 6 | (at[i] & 0x3f);
    }
    *character = length == 0 ? '?' : value;
    return length == 0 ? 1 : length;
}

static bool is_harmless(uint32_t character)
{
    return character >= 0x20 && (character < 0x7f || character > 0x9f) &&
           !(character >= 0x200b && character <= 0x200f) && !(character >= 0x2028 && character <= 0x202e) &&
           !(character >= 0x2060 && character <= 0x206f) && character != 0xfeff && character != 0x061c;
}

/* How many characters the text has, counted up to `most`. */
static size_t count(const char *text, size_t most)
{
    size_t counted = 0;
    uint32_t unused;

    for (; *text != '\0' && counted < most; counted++)
        text += decode((const uint8_t *)text, &unused);
    return counted;
}

/* Gives how many columns were added. */
static size_t add(struct buffer *line, const char *text, size_t columns)
{
    bool cut = columns > 0 && count(text, columns + 1) > columns;
    size_t room = !cut ? SIZE_MAX : columns > 3 ? columns - 3 : 0, added = 0;

    for (; *text != '\0' && added < room; added++) {
        uint32_t character;
        size_t length = decode((const uint8_t *)text, &character);
        if (is_harmless(character) && !(character == '?' && length == 1))
            buffer_add(line, text, length);
        else
            buffer_add_byte(line, '?');
        text += length;
    }
    if (!cut)
        return added;
    buffer_add(line, "...", columns < 3 ? columns : 3);
    return columns;
}

void terminal_add(struct buffer *line, const char *text, size_t columns)
{
    add(line, text == NULL ? "-" : text, columns);
}

void terminal_add_padded(struct buffer *line, const char *text, size_t columns)
{
    size_t added = add(line, text == NULL || *text == '\0' ? "-" : text, columns);

    for (; added < columns; added++)
        buffer_add_byte(line, ' ');
}

void terminal_add_column(struct buffer *line, const char *text, size_t columns)
{
    const char *shown = text == NULL || *text == '\0' ? "-" : text;
    size_t added = add(line, shown, terminal_width() > 0 ? columns : 0);

    buffer_print(line, "%*s", (int)(added < columns ? columns - added : 0) + 2, "");
}

void terminal_add_colored(struct buffer *line, const char *text, const char *code)
{
    if (terminal_colors())
        buffer_print(line, "\033[%sm%s\033[0m", code, text);
    else
        buffer_add_text(line, text);
}

void terminal_print(struct buffer *line)
{
    puts(buffer_text(line));
    fflush(stdout);
    buffer_clear(line);
}

void terminal_print_trimmed(struct buffer *line)
{
    while (line->length > 0 && line->data[line->length - 1] == ' ')
        line->data[--line->length] = '\0';
    terminal_print(line);
}

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

void terminal_stop_on_signals(void)
{
    const struct sigaction action = {.sa_handler = stop}; /* without SA_RESTART: a wait ends */

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool terminal_stopped(void)
{
    return stopped != 0;
}
