/* Who waits behind whom. */
#include "ledger_view.h"

#include "given_item.h"

#include <CUnit/Basic.h>

static void by_turn(void)
{
    struct ledger_view view;

    ledger_view_init(&view);
    struct ledger_item *third = given_item(&view, 1, LEDGER_QUEUED, "k", 9, NULL),
                       *first = given_item(&view, 2, LEDGER_PARKED, "k", 3, NULL),
                       *second = given_item(&view, 3, LEDGER_QUEUED, "k", 5, NULL),
                       *done = given_item(&view, 4, LEDGER_DONE, "k", 1, NULL),
                       *other = given_item(&view, 5, LEDGER_QUEUED, "kk", 4, NULL),
                       *none = given_item(&view, 6, LEDGER_QUEUED, "", 4, NULL),
                       *elsewhere = given_item(&view, 7, LEDGER_QUEUED, "k", 1, NULL);
    elsewhere->partition = 1;
    ledger_view_line_up(&view);
    CU_ASSERT(first->first == first && first->behind == 2);
    CU_ASSERT(second->first == first && second->behind == 1 && third->first == first && third->behind == 0);
    CU_ASSERT(other->first == other && other->behind == 0 && elsewhere->first == elsewhere);
    CU_ASSERT(done->first == NULL && none->first == NULL);
    first->record.state = LEDGER_DONE;
    ledger_view_line_up(&view);
    CU_ASSERT(first->first == NULL && second->first == second && second->behind == 1);
    ledger_view_release(&view);
}

CU_TestInfo test_ledger_lanes[] = {{"by turn", by_turn}, CU_TEST_INFO_NULL};
