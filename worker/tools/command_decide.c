/* `decide`: a person says what became of a parked order, or of many; their owners answer (PROMISE.md R8). */
#include "commands.h"
#include "decide_all.h"
#include "memory.h"
#include "names.h"
#include "terminal.h"
#include "tree_build.h"
#include "wall_clock.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

struct arguments {
    const char *config, *who;
    int64_t attempt, timeout_ms; /* attempt -1: the one that the ledger shows */
    bool json, all;
    struct option_list outputs;
};

static const char *user_name(void)
{
    const struct passwd *entry = getpwuid(getuid());

    return entry == NULL ? "unknown" : entry->pw_name;
}

/* The part that all decisions of one command have in common. */
static void begin(enum decision_verdict verdict, const char *why, const struct arguments *arguments,
                  struct decision *decision)
{
    *decision = (struct decision){.verdict = verdict, .decided_at_ms = wall_clock_ms()};
    snprintf(decision->why, sizeof decision->why, "%s", why);
    snprintf(decision->who, sizeof decision->who, "%s",
             arguments->who != NULL ? arguments->who : user_name());
}

/* NAME=VALUE, each a text; what does not fit the step is the owner's to say. */
static bool read_outputs(const struct option_list *list, struct decision *decision, struct fault *why)
{
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    CLEANUP(buffer_release) struct buffer text = {0};

    if (list->count == 0)
        return true;
    if (decision->verdict != DECISION_HAPPENED && decision->verdict != DECISION_HEARD &&
        decision->verdict != DECISION_SKIP)
        return fault_set(why, FAULT_INPUT, "--output belongs to 'happened', 'heard' and 'skip'");
    for (size_t i = 0; i < list->count; i++) {
        const char *sign = strchr(list->words[i], '=');
        if (sign == NULL || sign == list->words[i])
            return fault_set(why, FAULT_INPUT, "--output '%.60s' is not NAME=VALUE", list->words[i]);
        CLEANUP(memory_release) char *name = memory_text_of(list->words[i], (size_t)(sign - list->words[i]));
        tree_add_text(tree, name, sign + 1);
    }
    buffer_init(&text, sizeof decision->outputs - 1);
    tree_write(tree, &text);
    if (text.full)
        return fault_set(why, FAULT_INPUT, "the outputs have more than %zu bytes",
                         sizeof decision->outputs - 1);
    snprintf(decision->outputs, sizeof decision->outputs, "%s", buffer_text(&text));
    return true;
}

/* ORDER happened REF ["why"] | ORDER VERDICT "why" */
static bool read_words(int words, char **argv, const struct arguments *arguments, struct decision *decision,
                       struct fault *why)
{
    int verdict = words > 1 ? names_find(decision_words, argv[1]) : -1;
    bool happened = verdict == DECISION_HAPPENED;
    struct uuid id;

    if (verdict < 0 || words < 3 || words > (happened ? 4 : 3))
        return fault_set(why, FAULT_INPUT,
                         "say ORDER happened REF [\"why\"], or ORDER "
                         "did-not-happen|retry|reject|look|heard|skip|cancel \"why\"");
    TRY(uuid_parse(argv[0], &id, why));
    begin((enum decision_verdict)verdict, happened ? (words > 3 ? argv[3] : "") : argv[2], arguments,
          decision);
    uuid_print(id, decision->request_id);
    if (happened)
        snprintf(decision->reference, sizeof decision->reference, "%s", argv[2]);
    return read_outputs(&arguments->outputs, decision, why);
}

static int show_answer(struct ledger_view *view, const struct sent_decision *sent,
                       const struct arguments *arguments)
{
    const struct ledger_item *item = ledger_view_find(view, sent->decision.request_id);

    if (!sent->answered) {
        fprintf(stderr,
                "whc-worker decide: the decision was sent and no worker has answered in %" PRId64
                " s; whc-worker order %s will show what became of it\n",
                arguments->timeout_ms / 1000, sent->decision.request_id);
        return 1;
    }
    if (arguments->json) {
        ledger_view_line_up(view);
        ledger_view_json(item);
        return sent->applied ? 0 : 1;
    }
    CLEANUP(buffer_release) struct buffer line = {0};
    buffer_init(&line, LINE_MAX_BYTES);
    buffer_add_text(&line, sent->applied ? "" : "refused: ");
    terminal_add(&line, sent->answer, 0);
    buffer_print(&line, "; the order is %s now", ledger_state_name(item->record.state));
    terminal_print(&line);
    return sent->applied ? 0 : 1;
}

static int decide(const struct setup *setup, const struct arguments *arguments, struct decision *decision)
{
    struct sent_decision sent = {.decision = *decision};
    struct ledger_view view;
    struct topic_reader *reader = NULL;
    struct fault why;
    int code = 1;

    bool good = ledger_view_read(setup, &view, &why);
    const struct ledger_item *item = ledger_view_find(&view, decision->request_id);
    good = good && decision_check(item, decision, &why) &&
           topic_reader_new(&setup->settings, setup->settings.topic_ledger, false, &reader, &why);
    if (good) {
        sent.partition = item->partition;
        decision_about(item, &sent.decision);
        if (arguments->attempt >= 0)
            sent.decision.attempt = (unsigned)arguments->attempt;
        good = decision_send(setup, &sent, 1, &why);
    }
    if (good) {
        decision_await(setup, reader, &view, &sent, 1, arguments->timeout_ms);
        code = show_answer(&view, &sent, arguments);
    } else {
        fprintf(stderr, "whc-worker decide: %s\n", why.text);
    }
    topic_reader_free(reader);
    ledger_view_release(&view);
    return code;
}

/* did-not-happen|retry|reject "why", about all parked ones that the filter takes; look, about those that wait. */
static int decide_filtered(const struct setup *setup, const struct arguments *arguments,
                           struct decide_all *all, int words, char **argv)
{
    int verdict = words == 2 ? names_find(decision_words, argv[0]) : -1;
    struct fault why;

    if (verdict < 0 || verdict == DECISION_HAPPENED || verdict > DECISION_LOOK ||
        arguments->outputs.count > 0) {
        fprintf(stderr,
                "whc-worker decide: say --all did-not-happen|retry|reject|look \"why\"; what happened, was "
                "heard, is skipped or called off is said of each order by itself\n");
        return 2;
    }
    if (verdict == DECISION_LOOK) {
        all->filter.states = "QUEUED";
        all->filter.waits_for = "message";
    }
    if (!order_filter_check(&all->filter, setup->catalogue, &why)) {
        fprintf(stderr, "whc-worker decide: %s\n", why.text);
        return 2;
    }
    begin((enum decision_verdict)verdict, argv[1], arguments, &all->decision);
    all->timeout_ms = arguments->timeout_ms;
    return decide_all(setup, all);
}

static int run(const struct setup *setup, const struct arguments *arguments, struct decide_all *all,
               int words, char **argv)
{
    struct decision decision;
    struct fault why;

    terminal_stop_on_signals();
    if (arguments->all)
        return decide_filtered(setup, arguments, all, words, argv);
    if (read_words(words, argv, arguments, &decision, &why))
        return decide(setup, arguments, &decision);
    fprintf(stderr, "whc-worker decide: %s\n", why.text);
    return 2;
}

int command_decide(int argc, char **argv)
{
    static const struct command_help help = {
        "decide",
        "Says what became of a parked order: it happened at BT (REF: BT's id), it did not, try again, or give up.\n"
        "Of an order that waits: look (ask BT now), heard (BT has said it by another way: --output as the step's\n"
        "look-up gives it), skip (the wait ends as if it were met), cancel (undo what was done; also of a parked one).\n"
        "With --all of every parked order that the filter takes, with look of all that wait for a message; --yes says\n"
        "how many they must be.",
        "ORDER happened REF [\"why\"] | ORDER|--all did-not-happen|retry|reject|look \"why\" | ORDER "
        "heard|skip|cancel \"why\"",
        "whc-worker decide 605c9599-4ab1-488f-8129-5b8cde662c7d happened 00126001 \"seen in BT's portal\""};
    struct arguments arguments = {.attempt = -1, .timeout_ms = 30000};
    struct decide_all all = {.filter = {.states = "PARKED"}, .yes = -1};
    const struct option_row rows[] = {
        {"--config", "FILE", "settings; default whc-worker.properties", .text = &arguments.config},
        {"--who", "NAME", "who decides; default: the user", .text = &arguments.who},
        {"--attempt", "N", "the attempt it is about; default: the one the ledger shows now",
         .number = &arguments.attempt},
        {"--output", "NAME=VALUE",
         "an output of the step, for the steps after it; of heard: of its look-up; may be repeated",
         .list = &arguments.outputs},
        {"--timeout", "TIME", "longest wait for the owner's answer, default 30s",
         .ms = &arguments.timeout_ms},
        {"--all", NULL, "about all that the options below take", .flag = &arguments.all},
        ORDER_FILTER_ROWS(all.filter),
        {"--dry-run", NULL, "only show which they are", .flag = &all.dry_run},
        {"--yes", "N", "how many they must be; else nothing is done", .number = &all.yes},
        {"--json", NULL, "the order after the answer, as JSON", .flag = &arguments.json}};
    struct setup setup;
    const struct command_line line = {&help, rows, COUNT_OF(rows), &arguments.config, SETUP_TOOL};
    int words, code;

    if (setup_begin(&line, argc, argv, &setup, &words, &code))
        code = run(&setup, &arguments, &all, words, argv);
    setup_release(&setup);
    return code;
}
