/* Whether the worker is ready, and whether BT can be reached, in words. */
#include "health.h"

#include "decisions.h"
#include "intake.h"
#include "membership.h"
#include "settlement.h"

enum { CLOSED_TOLD_MS = 2000 }; /* a gateway that stumbles closes it for a second */

const char *health_bt(const struct worker *worker)
{
    static const char halted[] =
        "an API is halted because BT refuses or blocks the account; it is tried again by itself";
    static const char closed[] =
        "an API is closed for a while because BT has asked for a pause (Retry-After)";
    const struct pace *pace;
    const char *tag;

    if (*token_trouble(worker->token) != '\0')
        return token_trouble(worker->token);
    for (size_t i = 0; (pace = orders_pace(worker->orders, i, &tag)) != NULL; i++)
        if (pace->halted)
            return halted;
        else if (pace->closed_until_ms >= loop_clock_ms() + CLOSED_TOLD_MS)
            return closed;
    return "";
}

const char *health_not_ready(const struct worker *worker)
{
    const char *why;

    if (worker->stopping)
        return *worker->ending != '\0' ? worker->ending : "the worker is stopping";
    if (*membership_state(worker->membership) != '\0')
        return membership_state(worker->membership);
    if (*settlement_trouble(worker->settlement) != '\0')
        return settlement_trouble(worker->settlement);
    if (*registry_trouble(worker->registry) != '\0')
        return registry_trouble(worker->registry);
    if (!registry_registered(worker->registry))
        return "outcome schemas are not registered yet";
    if (*decisions_trouble(worker->decisions) != '\0')
        return decisions_trouble(worker->decisions);
    if (intake_held(worker->intake, &why) > 0)
        return why;
    if (intake_gate_memory_full(&worker->gate))
        return "the orders take orders.max.bytes of memory: no more requests are taken until some end";
    if (intake_gate_ledger_full(&worker->gate))
        return "the ledger holds ledger.orders.max orders, or journeys.max that wait: no more are taken until some end";
    if (worker->settings->watchdog_ms == 0)
        return "watchdog.ms is 0: a stopped process would not be ended";
    return "";
}
