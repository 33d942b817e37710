/* A heap of moments, and one timer of the loop for the first of them. */
#include "agenda.h"

#include "memory.h"

enum { LOOK_MS = 20, WAIT_MAX_MS = 60000 };

static struct agenda_item *item_of(struct heap_item *item)
{
    return CONTAINER_OF(item, struct agenda_item, item);
}

static bool is_before(struct heap_item *one, struct heap_item *other)
{
    if (one->due != other->due)
        return one->due < other->due;
    return item_of(one)->serial < item_of(other)->serial;
}

/*
 * The timer never waits long: the machine's clock may be set. A shared one is moved by others, who do not tell, so it is
 * looked at as often as the preloaded library does.
 */
static void arm(struct agenda *agenda)
{
    const struct heap_item *first = heap_first(&agenda->heap);

    if (first == NULL) {
        loop_clear_timer(agenda->loop, &agenda->timer);
        return;
    }
    int64_t most = agenda->wall.shared_s == NULL ? WAIT_MAX_MS : LOOK_MS;
    int64_t left = first->due - wall_now_ms(&agenda->wall);
    int64_t wait = left < 0 ? 0 : left < most ? left : most;
    loop_set_timer(agenda->loop, &agenda->timer, loop_clock_ms() + wait);
}

static void let_happen(struct agenda *agenda)
{
    struct heap_item *first;

    while ((first = heap_first(&agenda->heap)) != NULL && first->due <= wall_now_ms(&agenda->wall)) {
        struct agenda_item *item = item_of(first);
        heap_remove(&agenda->heap, first);
        item->happen(item->context, first->due);
    }
    arm(agenda);
}

static void look(void *context)
{
    let_happen(context);
}

bool agenda_init(struct agenda *agenda, struct loop *loop, struct fault *why)
{
    *agenda = (struct agenda){
        .loop = loop, .heap = {.is_before = is_before}, .timer = {.fire = look, .context = agenda}};
    return wall_init(&agenda->wall, why);
}

void agenda_release(struct agenda *agenda)
{
    if (agenda->loop != NULL)
        loop_clear_timer(agenda->loop, &agenda->timer);
    heap_release(&agenda->heap);
    wall_release(&agenda->wall);
}

int64_t agenda_now_ms(const struct agenda *agenda)
{
    return wall_now_ms(&agenda->wall);
}

void agenda_set(struct agenda *agenda, struct agenda_item *item, int64_t at_ms)
{
    item->serial = ++agenda->serial;
    heap_set(&agenda->heap, &item->item, at_ms);
    arm(agenda);
}

void agenda_clear(struct agenda *agenda, struct agenda_item *item)
{
    heap_remove(&agenda->heap, &item->item);
}

bool agenda_is_set(const struct agenda_item *item)
{
    return item->item.place != 0;
}

const struct agenda_item *agenda_next(const struct agenda *agenda)
{
    struct heap_item *first = heap_first(&agenda->heap);

    return first == NULL ? NULL : item_of(first);
}

void agenda_move(struct agenda *agenda, int64_t to_ms)
{
    wall_move(&agenda->wall, to_ms);
    let_happen(agenda);
}

void agenda_go_home(struct agenda *agenda)
{
    wall_go_home(&agenda->wall);
    arm(agenda);
}
