/* A binary heap: no item comes before the one at half its place. */
#include "heap.h"

#include "invariant.h"
#include "memory.h"

void heap_release(struct heap *heap)
{
    memory_free(heap->items);
    *heap = (struct heap){.items = NULL};
}

static void put(struct heap *heap, size_t at, struct heap_item *item)
{
    heap->items[at] = item;
    item->place = at + 1;
}

static bool is_before(const struct heap *heap, struct heap_item *one, struct heap_item *other)
{
    return heap->is_before == NULL ? one->due < other->due : heap->is_before(one, other);
}

static void sift_up(struct heap *heap, size_t at, struct heap_item *item)
{
    for (; at > 0 && is_before(heap, item, heap->items[(at - 1) / 2]); at = (at - 1) / 2)
        put(heap, at, heap->items[(at - 1) / 2]);
    put(heap, at, item);
}

static void sift_down(struct heap *heap, size_t at, struct heap_item *item)
{
    for (size_t child; (child = 2 * at + 1) < heap->count; at = child) {
        if (child + 1 < heap->count && is_before(heap, heap->items[child + 1], heap->items[child]))
            child++;
        if (!is_before(heap, heap->items[child], item))
            break;
        put(heap, at, heap->items[child]);
    }
    put(heap, at, item);
}

static bool is_in(const struct heap *heap, const struct heap_item *item)
{
    return item->place > 0 && item->place <= heap->count && heap->items[item->place - 1] == item;
}

static void settle(struct heap *heap, struct heap_item *item)
{
    sift_up(heap, item->place - 1, item);
    sift_down(heap, item->place - 1, item);
}

void heap_set(struct heap *heap, struct heap_item *item, int64_t due)
{
    REQUIRE(item->place == 0 || is_in(heap, item));
    item->due = due;
    if (item->place == 0) {
        if (heap->count == heap->room) {
            heap->room = heap->room * 2 + 16;
            heap->items = memory_resize(heap->items, heap->room, sizeof(struct heap_item *));
        }
        put(heap, heap->count++, item);
    }
    settle(heap, item);
    REQUIRE(heap->count <= heap->room && is_in(heap, item));
}

void heap_remove(struct heap *heap, struct heap_item *item)
{
    if (item->place == 0)
        return;
    REQUIRE(is_in(heap, item));
    size_t at = item->place - 1;
    struct heap_item *last = heap->items[--heap->count];
    REQUIRE(is_in(heap, last) || last->place == heap->count + 1);

    item->place = 0;
    if (last == item)
        return;
    put(heap, at, last);
    settle(heap, last);
}

struct heap_item *heap_first(const struct heap *heap)
{
    REQUIRE(heap->count == 0 || heap->items[0]->place == 1); /* one that was freed is not in here any more */
    return heap->count == 0 ? NULL : heap->items[0];
}
