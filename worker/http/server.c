/* The operators' HTTP server: answers each request with a page. */
#include "server.h"

#include "base64.h"
#include "memory.h"
#include "visitors.h"
#include "web.h"

#include <stdio.h>
#include <string.h>

enum {
    BODY_MAX_BYTES = 16777216,
    LIBRARY_CONNECTIONS = 256, /* above all that visitors.h lets in, and those that are just going */
    CREDENTIALS_MAX = 1024
};

struct server {
    const struct settings *settings;
    const struct server_page *pages;
    void *context;
    struct web *web;
    struct visitors visitors;
};

static enum MHD_Result answer(struct MHD_Connection *connection, int status, const char *type,
                              struct buffer *body)
{
    size_t length;
    char *bytes = buffer_take(body, &length);
    struct MHD_Response *response = MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE);

    if (response == NULL) {
        memory_free(bytes);
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    if (status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"whc-worker\"");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Compares in a time that does not show how much of it is right. */
static bool same_secret(const char *given, size_t length, const char *wanted)
{
    size_t wanted_length = strlen(wanted);
    unsigned differs = length != wanted_length;

    for (size_t i = 0; i < length; i++)
        differs |=
            (unsigned char)given[i] ^ (unsigned char)wanted[wanted_length == 0 ? 0 : i % wanted_length];
    return differs == 0;
}

/* RFC 7617: "Basic " and base64 of user:password. */
static bool is_trusted(const struct server *server, struct MHD_Connection *connection)
{
    const char *user = server->settings->admin_username, *password = server->settings->admin_password.hidden;
    const char *header =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    CLEANUP(buffer_release) struct buffer given = {0};
    char wanted[CREDENTIALS_MAX];
    struct fault unused;

    if (*user == '\0')
        return true;
    if (password == NULL || header == NULL || strncasecmp(header, "Basic ", 6) != 0)
        return false;
    header += 6;
    header += strspn(header, " ");
    buffer_init(&given, CREDENTIALS_MAX);
    if (!base64_read(header, strlen(header), &given, &unused) || given.full)
        return false;
    snprintf(wanted, sizeof wanted, "%s:%s", user, password);
    bool same = same_secret(buffer_text(&given), given.length, wanted);
    explicit_bzero(wanted, sizeof wanted);
    return same;
}

static const struct server_page *page_of(const struct server *server, const char *path)
{
    const struct server_page *page = server->pages;

    while (page->path != NULL && strcmp(page->path, path) != 0)
        page++;
    return page->path == NULL ? NULL : page;
}

static enum MHD_Result answer_page(struct server *server, struct MHD_Connection *connection,
                                   const struct server_page *page)
{
    struct server_ask ask = {.trusted = is_trusted(server, connection)};
    const char *value;
    size_t length;
    struct buffer body;

    buffer_init(&body, BODY_MAX_BYTES);
    ask.all = MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, "all", strlen("all"), &value,
                                            &length) == MHD_YES;
    if (!ask.trusted && (page == NULL || !page->health || ask.all)) {
        buffer_add_text(&body, "admin.username and admin.password are wanted here\n");
        return answer(connection, MHD_HTTP_UNAUTHORIZED, "text/plain", &body);
    }
    if (page != NULL) {
        int status = page->fill(server->context, &ask, &body);
        return answer(connection, status, page->content_type, &body);
    }
    for (page = server->pages; page->path != NULL; page++)
        buffer_print(&body, "%s\n", page->path);
    return answer(connection, MHD_HTTP_NOT_FOUND, "text/plain", &body);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *data_length,
                              void **state)
{
    struct server *server = context;
    const struct server_page *page = page_of(server, url);
    struct visitor *visitor = web_guest(connection);
    struct buffer body;

    (void)version;
    (void)data;
    (void)state;
    *data_length = 0;
    if (visitor == NULL ||
        !visitors_ask(&server->visitors, visitor, page != NULL && page->health, loop_clock_ms()))
        return MHD_NO; /* closes it */
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return answer_page(server, connection, page);
    buffer_init(&body, BODY_MAX_BYTES);
    buffer_add_text(&body, "only GET is answered here\n");
    return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &body);
}

static void enter(void *context, int socket, const struct sockaddr *from)
{
    struct server *server = context;

    visitors_enter(&server->visitors, socket, from, loop_clock_ms());
}

static void *begin(void *context, int socket)
{
    struct server *server = context;

    return visitors_begin(&server->visitors, socket);
}

static void leave(void *context, void *guest)
{
    struct server *server = context;

    visitors_leave(&server->visitors, guest);
}

static void drop(void *context)
{
    struct server *server = context;

    visitors_drop(&server->visitors);
}

static int64_t sweep(void *context, int64_t now_ms)
{
    struct server *server = context;

    return visitors_sweep(&server->visitors, now_ms);
}

bool server_new_at(struct loop *loop, const struct server_place *place, const struct settings *settings,
                   const struct server_page *pages, void *context, struct server **out, struct fault *why)
{
    static const struct web_guests guests = {enter, begin, leave, drop, sweep};
    struct server *server = memory_new(1, sizeof *server);

    *server = (struct server){.settings = settings, .pages = pages, .context = context};
    TAILQ_INIT(&server->visitors);
    const struct web_setup setup = {.loop = loop,
                                    .name = place->name,
                                    .tls_name = "admin",
                                    .address = place->address,
                                    .port = place->port,
                                    .certificate_file = &settings->admin_certificate_file,
                                    .key_file = &settings->admin_key_file,
                                    .connections_max = LIBRARY_CONNECTIONS,
                                    .request = handle,
                                    .guests = &guests,
                                    .context = server};
    if (!web_new(&setup, &server->web, why)) {
        memory_free(server);
        return false;
    }
    *out = server;
    return true;
}

bool server_new(struct loop *loop, const struct settings *settings, const struct server_page *pages,
                void *context, struct server **server, struct fault *why)
{
    const struct server_place place = {"admin", settings->admin_address, (int)settings->admin_port};

    return server_new_at(loop, &place, settings, pages, context, server, why);
}

void *server_free(struct server *server)
{
    if (server == NULL)
        return NULL;
    web_free(server->web);
    return memory_free(server);
}

bool server_renew(struct server *server, struct fault *why)
{
    return web_renew(server->web, why);
}

int server_port(const struct server *server)
{
    return web_port(server->web);
}
