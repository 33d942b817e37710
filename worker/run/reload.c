/* Takes over what SIGHUP reads again. libcurl reads BT's and the registry's certificate files for each new connection. */
#include "reload.h"

#include "certificates.h"
#include "log.h"
#include "memory.h"
#include "settings_check.h"
#include "settings_reload.h"
#include "status.h"

#include <string.h>

enum { RESTART_MAX_BYTES = 2000 };

extern char **environ;

static void tell_mistakes(const struct problems *problems)
{
    CLEANUP(buffer_release) struct buffer all = {0};

    buffer_init(&all, RESTART_MAX_BYTES);
    for (size_t i = 0; i < problems->count; i++)
        buffer_print(&all, "%s%s: %s", i > 0 ? "; " : "", problems->list[i].where, problems->list[i].what);
    LOG(LOG_ERROR, "the settings have mistakes: all stays as it was",
        log_text("mistakes", buffer_text(&all)));
}

void reload(struct worker *worker)
{
    CLEANUP(buffer_release) struct buffer restart = {0};
    struct settings *settings = worker->settings;
    struct problems problems = {0};
    struct fault why;

    buffer_init(&restart, RESTART_MAX_BYTES);
    if (!settings_reload(settings, environ, settings_check_values, &problems, &restart)) {
        tell_mistakes(&problems);
        problems_release(&problems);
        return;
    }
    settings->reread_ms = loop_clock_ms();
    log_set_level((enum log_level)settings->log_level);
    if (!status_renew(worker->status, &why))
        LOG(LOG_ERROR, "the certificate of the operators' pages stays as it was", log_fault(&why));
    certificates_look(worker->certificates);
    if (restart.length > 0)
        LOG(LOG_WARN, "settings have changed that count from the next start on",
            log_text("settings", buffer_text(&restart)));
    LOG(LOG_INFO, "secrets, certificates and the log's level were read again");
}
