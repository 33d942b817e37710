/* Finds a member name that occurs twice. The text is known to be JSON, so only where things end is looked for here. */
#include "json_twice.h"

#include "invariant.h"
#include "memory.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

struct name {
    char *text; /* decoded */
    size_t place;
};

struct walk {
    const char *at, *end;
    struct buffer *pointer;
};

static bool walk_value(struct walk *walk);

static void cut(struct buffer *pointer, size_t mark)
{
    REQUIRE(mark <= pointer->length);
    pointer->length = mark;
    if (pointer->data != NULL)
        pointer->data[mark] = '\0';
}

static void skip(struct walk *walk, const char *letters)
{
    while (walk->at < walk->end && *walk->at != '\0' && strchr(letters, *walk->at) != NULL)
        walk->at++;
}

/* A string, quotes included. */
static size_t take_string(struct walk *walk)
{
    const char *start = walk->at++;

    while (walk->at < walk->end && *walk->at != '"')
        walk->at += *walk->at == '\\' ? 2 : 1;
    walk->at++;
    return (size_t)(walk->at - start);
}

static char *take_name(struct walk *walk)
{
    const char *start = walk->at;
    size_t length = take_string(walk);
    CLEANUP(tree_release) struct json_object *decoded = NULL;
    struct fault why;

    if (memchr(start, '\\', length) != NULL && tree_read(start, length, &decoded, &why))
        return memory_text(tree_text(decoded));
    return memory_text_of(start + 1, length - 2);
}

static int by_name(const void *one, const void *other)
{
    const struct name *a = one, *b = other;
    int order = strcmp(a->text, b->text);

    return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

static bool names_differ(struct walk *walk, struct name *names, size_t count)
{
    if (count > 0)
        qsort(names, count, sizeof *names, by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(names[i - 1].text, names[i].text) == 0) {
            tree_pointer_add(walk->pointer, names[i].text);
            return false;
        }
    return true;
}

static bool walk_object(struct walk *walk)
{
    struct name *names = NULL;
    size_t count = 0, mark = walk->pointer->length;
    bool differ = true;

    walk->at++;
    for (skip(walk, " \t\r\n,"); differ && walk->at < walk->end && *walk->at != '}'; skip(walk, " \t\r\n,")) {
        names = memory_resize(names, count + 1, sizeof *names);
        names[count] = (struct name){take_name(walk), count};
        tree_pointer_add(walk->pointer, names[count++].text);
        skip(walk, " \t\r\n:");
        differ = walk_value(walk);
        if (differ)
            cut(walk->pointer, mark);
    }
    walk->at++;
    differ = differ && names_differ(walk, names, count);
    while (count > 0)
        memory_free(names[--count].text);
    memory_free(names);
    return differ;
}

static bool walk_list(struct walk *walk)
{
    size_t mark = walk->pointer->length, place = 0;

    walk->at++;
    for (skip(walk, " \t\r\n,"); walk->at < walk->end && *walk->at != ']'; skip(walk, " \t\r\n,")) {
        buffer_print(walk->pointer, "/%zu", place++);
        if (!walk_value(walk))
            return false;
        cut(walk->pointer, mark);
    }
    walk->at++;
    return true;
}

static bool walk_value(struct walk *walk)
{
    if (walk->at >= walk->end)
        return true;
    if (*walk->at == '{')
        return walk_object(walk);
    if (*walk->at == '[')
        return walk_list(walk);
    if (*walk->at == '"')
        take_string(walk);
    else
        walk->at += strcspn(walk->at, " \t\r\n,]}");
    return true;
}

bool json_twice_name(const char *text, size_t length, struct buffer *pointer)
{
    struct walk walk = {text, text + length, pointer};

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        walk.at += 3;
    skip(&walk, " \t\r\n");
    return !walk_value(&walk);
}
