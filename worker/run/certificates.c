/* Looks at the certificate files of the settings, and reports those that end soon. */
#include "certificates.h"

#include "certificate.h"
#include "log.h"
#include "memory.h"
#include "metrics.h"

#include <string.h>
#include <time.h>

enum { LOOK_AGAIN_MS = 6 * 3600 * 1000, DAY_S = 86400, WARN_DAYS = 30 };

struct certificates {
    struct worker *worker;
    struct loop_timer again;
};

static void look_again(void *context)
{
    certificates_look(context);
}

struct certificates *certificates_new(struct worker *worker)
{
    struct certificates *certificates = memory_new(1, sizeof *certificates);

    certificates->worker = worker;
    certificates->again = (struct loop_timer){.fire = look_again, .context = certificates};
    certificates_look(certificates);
    return certificates;
}

void *certificates_free(struct certificates *certificates)
{
    if (certificates != NULL)
        loop_clear_timer(certificates->worker->loop, &certificates->again);
    return memory_free(certificates);
}

static void look_at(struct metrics *metrics, const char *setting, const char *path)
{
    struct fault why;
    int64_t end_s;

    if (path == NULL || *path == '\0')
        return;
    if (!certificate_end(path, &end_s, &why)) {
        LOG(LOG_WARN, "when a certificate ends is not known", log_text("setting", setting), log_fault(&why));
        return;
    }
    int64_t days = (end_s - time(NULL)) / DAY_S;
    metrics_set(metrics, METRIC_CERTIFICATE_ENDS, path, (double)end_s);
    if (days < WARN_DAYS)
        LOG(LOG_WARN, "a certificate ends soon, or has ended: replace it, then send HUP",
            log_text("setting", setting), log_text("file", path), log_int("days", days));
}

static const char *of_kafka(const struct settings *settings)
{
    for (size_t i = 0; i < settings->kafka_count; i++)
        if (strcmp(settings->kafka[i].name, "ssl.certificate.location") == 0)
            return settings->kafka[i].value;
    return NULL;
}

void certificates_look(struct certificates *certificates)
{
    struct worker *worker = certificates->worker;
    const struct settings *settings = worker->settings;

    look_at(worker->metrics, "bt.certificate.file", settings->certificate_file);
    look_at(worker->metrics, "registry.certificate.file", settings->registry_certificate_file);
    look_at(worker->metrics, "admin.tls.certificate.file", settings->admin_certificate_file);
    look_at(worker->metrics, "kafka.ssl.certificate.location", of_kafka(settings));
    loop_set_timer(worker->loop, &certificates->again, loop_clock_ms() + LOOK_AGAIN_MS);
}
