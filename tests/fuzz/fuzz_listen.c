/*
 * What comes to whc-worker listen: as a notification, which always becomes a record, as it came; as a token request, and
 * as a token, none of which lets anybody in.
 */
#include "fuzz.h"

#include "access_token.h"
#include "login.h"
#include "notification.h"

#include <string.h>

static char id[] = "bt", secret[] = "0123456789abcdef", nothing[] = "",
            key[] = "a-key-that-nobody-knows-a-key-xx";
static char topic[] = "events", dead[] = "events.dead";

static void as_notification(const char *bytes, size_t size)
{
    const struct catalogue *catalogue = fuzz_catalogue();
    const struct notification_place place = {catalogue, catalogue_events(catalogue), topic, dead, 6, 1000};
    struct notification notification;
    struct event event;
    struct fault why;

    HOLDS(notification_read(&place, bytes, size, 1, &notification, &why));
    if (notification.kind == NOTIFICATION_JSON) {
        HOLDS(notification.record.length == size && memcmp(notification.record.value, bytes, size) == 0);
    } else {
        HOLDS(event_read(catalogue, notification.record.value, notification.record.length, &event, &why));
        HOLDS(strlen(event.payload) == size && memcmp(event.payload, bytes, size) == 0);
        event_release(&event);
    }
    HOLDS(notification.kind != NOTIFICATION_EVENT ||
          (notification.record.partition >= 0 && notification.record.partition < 6));
    notification_release(&notification);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct listen_settings settings = {
        .client_id = id, .client_secret = {secret}, .client_id_previous = nothing};
    CLEANUP(memory_release) char *text = fuzz_text(data, size);
    const char *after = strchr(text, '\n');
    const char *body = after == NULL ? text : after + 1;
    const struct secret token_key = {key}, none = {NULL};

    as_notification(text, size);
    (void)login_check(&settings, &(struct login_ask){NULL, "application/x-www-form-urlencoded", text, size});
    (void)login_check(&settings,
                      &(struct login_ask){text, "application/x-www-form-urlencoded", body, strlen(body)});
    HOLDS(access_token_check(text, &token_key, &none, 1) == ACCESS_TOKEN_WRONG);
    return 0;
}
