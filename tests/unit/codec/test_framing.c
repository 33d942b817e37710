/* The three framings, each also cut short at every byte. */
#include "framing.h"

#include "given.h"

#include <inttypes.h>

static const struct {
    const char *name, *value, *header; /* null header: there is none */
    const char *read;                  /* "" where it is refused */
} cases[] = {
    {"Confluent v0", "00 00000107 4142", NULL, "v0 id 263 start 5"},
    {"Confluent v0, big id", "00 fffffffe 41", NULL, "v0 id 4294967294 start 5"},
    {"Confluent v0, no datum", "00 00000001", NULL, "v0 id 1 start 5"},
    {"single-object", "c301 8a8f25cce724dd63 41", NULL, "so fingerprint 63dd24e7cc258f8a start 10"},
    {"Confluent v1", "4142", "01 01890a5dac96774bbcceb302099a8057",
     "v1 guid 01890a5d-ac96-774b-bcce-b302099a8057 start 0"},
    {"v1 wins over a prefix", "00 00000001 41", "01 01890a5dac96774bbcceb302099a8057",
     "v1 guid 01890a5d-ac96-774b-bcce-b302099a8057 start 0"},
    {"v0 in the header", "4142", "00 00000107", "v0 id 263 in header start 0"},
    {"empty value", "", NULL, ""},
    {"empty value with a header", "", "00 00000107", ""},
    {"unknown framing", "7b7d", NULL, ""},
    {"C3 without 01", "c302 8a8f25cce724dd63 41", NULL, ""},
    {"v1 prefix in the value", "01 01890a5dac96774bbcceb302099a8057", NULL, ""},
    {"header too short", "41", "01 01890a5dac96", ""},
    {"header too long", "41", "00 0000010700", ""},
    {"header empty", "41", "", ""},
    {"header of another kind", "41", "02 00000107", ""},
};

static void describe(const struct frame *frame, struct buffer *text)
{
    char guid[UUID_TEXT_SIZE];

    uuid_print(frame->guid, guid);
    if (frame->framing == FRAMING_CONFLUENT_V0)
        buffer_print(text, "v0 id %" PRIu32, frame->id);
    else if (frame->framing == FRAMING_CONFLUENT_V1)
        buffer_print(text, "v1 guid %s", guid);
    else
        buffer_print(text, "so fingerprint %016" PRIx64, frame->fingerprint);
    bool say = frame->in_header && frame->framing == FRAMING_CONFLUENT_V0;
    buffer_print(text, "%s start %zu", say ? " in header" : "", frame->start);
}

static void recognised(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer value, header, text;
        struct fault why = {.text = ""};
        struct frame frame;

        given_bytes(cases[i].value, &value);
        given_bytes(cases[i].header == NULL ? "" : cases[i].header, &header);
        buffer_init(&text, 200);
        if (framing_read(value.data, value.length, cases[i].header == NULL ? NULL : header.data,
                         header.length, &frame, &why))
            describe(&frame, &text);
        else
            CU_ASSERT(why.kind == FAULT_INPUT && why.text[0] != '\0');
        given_same(cases[i].name, buffer_text(&text), cases[i].read);
        buffer_release(&value);
        buffer_release(&header);
        buffer_release(&text);
    }
}

static void cut_short(void)
{
    static const char *const values[] = {"00 00000107", "c301 8a8f25cce724dd63"};

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct buffer value;
        struct frame frame;
        struct fault why;

        given_bytes(values[i], &value);
        for (size_t length = 0; length < value.length; length++) {
            char *exact = memory_copy(value.data, length); /* so that reading past the end is seen */
            CU_ASSERT(!framing_read(exact, length, NULL, 0, &frame, &why));
            memory_free(exact);
        }
        buffer_release(&value);
    }
}

static void written_again(void)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer value, header, out;
        uint8_t made[FRAMING_HEADER_SIZE_MAX];
        struct frame frame;
        struct fault why;

        given_bytes(cases[i].value, &value);
        given_bytes(cases[i].header == NULL ? "" : cases[i].header, &header);
        buffer_init(&out, 100);
        if (framing_read(value.data, value.length, cases[i].header == NULL ? NULL : header.data,
                         header.length, &frame, &why)) {
            framing_write(&frame, &out);
            CU_ASSERT(out.length == frame.start && memcmp(buffer_text(&out), value.data, out.length) == 0);
            size_t length = framing_write_header(&frame, made);
            CU_ASSERT(length == header.length && memcmp(made, header.data, length) == 0);
        }
        buffer_release(&value);
        buffer_release(&header);
        buffer_release(&out);
    }
}

CU_TestInfo test_framing[] = {{"recognised", recognised},
                              {"cut short", cut_short},
                              {"written again", written_again},
                              CU_TEST_INFO_NULL};
