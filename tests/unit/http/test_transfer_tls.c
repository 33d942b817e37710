/* Calls under TLS: whom we trust, who we say we are, and what lies on a kept connection. */
#include "client.h"

#include "given_server.h"
#include "memory.h"

#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum after_reply { KEEP, SEND_TICKET, SEND_REPLY };

/*
 * Answers each request "ok"; after the first one of the first connection it waits for a byte of the pipe and does
 * `after`.
 */
struct tls_server {
    int listener, port;
    SSL_CTX *context;
    pthread_t thread;
    atomic_uint connections, requests;
    char client[64]; /* whose certificate was shown last */
    enum after_reply after;
    int told[2], done[2]; /* pipes: a byte each way */
};

static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
static const char unasked[] = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nno";

static bool read_head(SSL *session)
{
    char text[4096] = "";

    for (int length = 0; strstr(text, "\r\n\r\n") == NULL;) {
        int count = SSL_read(session, text + length, (int)sizeof text - 1 - length);
        if (count <= 0)
            return false;
        length += count;
        text[length] = '\0';
    }
    return true;
}

static void answer_all(struct tls_server *server, SSL *session, bool first)
{
    char byte;
    X509 *shown = SSL_get1_peer_certificate(session);

    if (shown != NULL)
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, server->client,
                                  sizeof server->client);
    X509_free(shown);
    for (; read_head(session); first = false) {
        server->requests++;
        if (SSL_write(session, reply, sizeof reply - 1) <= 0)
            return;
        if (!first || server->after == KEEP || read(server->told[0], &byte, 1) != 1)
            continue;
        if (server->after == SEND_TICKET) {
            SSL_new_session_ticket(session);
            SSL_do_handshake(session);
        } else {
            SSL_write(session, unasked, sizeof unasked - 1);
        }
        if (write(server->done[1], "x", 1) != 1)
            return;
    }
}

static void *serve(void *context)
{
    struct tls_server *server = context;
    char byte;

    for (int connection; (connection = accept(server->listener, NULL, NULL)) >= 0; close(connection)) {
        bool first = server->connections++ == 0;
        SSL *session = SSL_new(server->context);
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &(int){1},
                   sizeof(int)); /* what is sent is there at once */
        SSL_set_fd(session, connection);
        if (SSL_accept(session) > 0)
            answer_all(server, session, first);
        shutdown(connection, SHUT_WR);
        while (recv(connection, &byte, 1, 0) > 0) /* the alert must not be overtaken by a reset */
            ;
        SSL_free(session);
    }
    return NULL;
}

static void open_server(struct tls_server *server, const struct given_pair *own,
                        const struct given_pair *wanted, int most_version)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    signal(SIGPIPE, SIG_IGN); /* of SSL_write() to a client that has left */
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    server->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_max_proto_version(server->context, most_version);
    if (bind(server->listener, (struct sockaddr *)&address, length) != 0 ||
        listen(server->listener, 10) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0 || pipe(server->told) != 0 ||
        pipe(server->done) != 0 || SSL_CTX_use_certificate(server->context, own->x509) != 1 ||
        SSL_CTX_use_PrivateKey(server->context, own->private_key) != 1)
        abort();
    if (wanted != NULL) {
        SSL_CTX_set_verify(server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(server->context), wanted->x509);
    }
    server->port = ntohs(address.sin_port);
    pthread_create(&server->thread, NULL, serve, server);
}

static void close_server(struct tls_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->context);
    for (int i = 0; i < 2; i++) {
        close(server->told[i]);
        close(server->done[i]);
    }
}

struct given {
    struct settings settings;
    struct loop *loop;
    struct http_client *client;
    size_t ended, asked;
    enum http_end end;
    char body[40], what[400];
};

static void done(void *context, const struct http_reply *came)
{
    struct given *given = context;

    given->ended++;
    given->end = came->end;
    snprintf(given->body, sizeof given->body, "%.*s", (int)came->length, came->body);
    snprintf(given->what, sizeof given->what, "%s", came->what);
}

static bool permit(void *context)
{
    struct given *given = context;

    given->asked++;
    return true;
}

static void open_given(struct given *given)
{
    struct fault why;

    *given = (struct given){.ended = 0};
    given_defaults(&given->settings);
    if (!loop_new(&given->loop, &why) ||
        !http_client_new(&given->settings, given->loop, &given->client, &why))
        abort();
}

static void close_given(struct given *given)
{
    http_client_free(given->client);
    loop_free(given->loop);
    settings_release(&given->settings);
}

static void call(struct given *given, const struct tls_server *server, const struct http_tls *tls, bool fresh)
{
    char url[64];
    struct fault why;
    size_t before = given->ended;

    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server->port);
    const struct http_request request = {.method = "POST",
                                         .url = url,
                                         .tls = tls,
                                         .connect_timeout_ms = 5000,
                                         .call_timeout_ms = 8000,
                                         .tcp_user_timeout_ms = 5000,
                                         .reply_max_bytes = 1000,
                                         .idle_max_ms = 60000,
                                         .fresh = fresh,
                                         .permit = permit};
    if (!http_client_start(given->client, &request, done, given, &why))
        abort();
    given_until(given->loop, &given->ended, before + 1);
}

/* Whose: 0 none; 1 the authority that everybody trusts; 2 another one. */
static struct given_pair authorities[3], servers[2], clients[3], locked;
static char lock[] = "lock-1";

static void make_pairs(void)
{
    for (int i = 1; i <= 2; i++) {
        given_pair_make(&authorities[i], i == 1 ? "authority.example" : "other.example", NULL, NULL);
        given_pair_make(&clients[i], i == 1 ? "worker.example" : "stranger.example", &authorities[i], NULL);
    }
    given_pair_make(&servers[0], "127.0.0.1", &authorities[1], NULL);
    given_pair_make(&servers[1], "elsewhere.example", &authorities[1], NULL);
    given_pair_make(&locked, "locked.example", &authorities[1], lock);
}

static void end_pairs(void)
{
    for (int i = 1; i <= 2; i++) {
        given_pair_end(&authorities[i]);
        given_pair_end(&clients[i]);
    }
    given_pair_end(&servers[0]);
    given_pair_end(&servers[1]);
    given_pair_end(&locked);
}

static const struct {
    const char *name;
    int trusted; /* of `authorities` */
    bool verify;
    const struct given_pair *shown;
    const char *password;
    const struct given_pair *server;
    int wanted, most_version;
    enum http_end end;
    const char *what, *client; /* a part of the sentence; whom the server saw */
} cases[] = {
    {"a trusted server", 1, true, NULL, NULL, &servers[0], 0, TLS1_3_VERSION, HTTP_REPLIED, "", ""},
    {"a server nobody vouches for", 2, true, NULL, NULL, &servers[0], 0, TLS1_3_VERSION, HTTP_UNSENT,
     "BT was not reached: SSL certificate problem", ""},
    {"it is not checked where the settings say so", 2, false, NULL, NULL, &servers[0], 0, TLS1_3_VERSION,
     HTTP_REPLIED, "", ""},
    {"a certificate of another host", 1, true, NULL, NULL, &servers[1], 0, TLS1_3_VERSION, HTTP_UNSENT,
     "BT was not reached: SSL: no alternative certificate subject name matches", ""},
    {"nor is its name checked then", 1, false, NULL, NULL, &servers[1], 0, TLS1_3_VERSION, HTTP_REPLIED, "",
     ""},
    {"it wants a certificate and gets none", 1, true, NULL, NULL, &servers[0], 1, TLS1_3_VERSION,
     HTTP_NOT_ACCEPTED, "BT does not accept the client certificate: certificate required", ""},
    {"it wants a certificate and gets none, before TLS 1.3", 1, true, NULL, NULL, &servers[0], 1,
     TLS1_2_VERSION, HTTP_UNSENT, "BT was not reached: ", ""},
    {"ours is shown", 1, true, &clients[1], NULL, &servers[0], 1, TLS1_3_VERSION, HTTP_REPLIED, "",
     "worker.example"},
    {"ours is shown, before TLS 1.3", 1, true, &clients[1], NULL, &servers[0], 1, TLS1_2_VERSION,
     HTTP_REPLIED, "", "worker.example"},
    {"it does not know who vouches for ours", 1, true, &clients[2], NULL, &servers[0], 1, TLS1_3_VERSION,
     HTTP_NOT_ACCEPTED, "BT does not accept the client certificate: unknown CA", ""},
    {"it does not know who vouches for ours, before TLS 1.3", 1, true, &clients[2], NULL, &servers[0], 1,
     TLS1_2_VERSION, HTTP_NOT_ACCEPTED, "BT does not accept the client certificate: unknown CA", ""},
    {"the key has a password", 1, true, &locked, lock, &servers[0], 1, TLS1_3_VERSION, HTTP_REPLIED, "",
     "locked.example"},
    {"the key has another password", 1, true, &locked, "no", &servers[0], 1, TLS1_3_VERSION, HTTP_UNSENT,
     "BT was not reached: unable to set private key file", ""},
};

/* By BT's settings, and by a call's own. */
static bool case_holds(size_t i, bool by_settings)
{
    struct tls_server server = {.after = KEEP};
    struct given given;
    struct secret password = {cases[i].password == NULL ? NULL : memory_text(cases[i].password)};
    const char *certificate = cases[i].shown == NULL ? "" : cases[i].shown->certificate;
    const char *key = cases[i].shown == NULL ? "" : cases[i].shown->key;
    const struct http_tls tls = {authorities[cases[i].trusted].certificate, certificate, key, &password,
                                 cases[i].verify};

    open_server(&server, cases[i].server, cases[i].wanted == 0 ? NULL : &authorities[cases[i].wanted],
                cases[i].most_version);
    open_given(&given);
    if (by_settings) {
        given_set(&given.settings.ca_file, tls.ca_file);
        given_set(&given.settings.certificate_file, certificate);
        given_set(&given.settings.key_file, key);
        given.settings.key_password.hidden = password.hidden;
        given.settings.tls_verify = cases[i].verify;
    }
    call(&given, &server, by_settings ? NULL : &tls, false);
    bool holds = given.end == cases[i].end && strstr(given.what, cases[i].what) == given.what &&
                 strcmp(given.body, given.end == HTTP_REPLIED ? "ok" : "") == 0;
    close_given(&given);
    close_server(&server);
    if (!by_settings)
        secret_release(&password);
    holds = holds && server.requests == (cases[i].end == HTTP_REPLIED) &&
            strcmp(server.client, cases[i].client) == 0;
    if (!holds)
        printf("\n  %s: end %d, '%s', %u requests, client '%s'", cases[i].name, (int)given.end, given.what,
               (unsigned)server.requests, server.client);
    return holds;
}

static void who_trusts_whom(void)
{
    make_pairs();
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CU_ASSERT(case_holds(i, true) && case_holds(i, false));
    end_pairs();
}

/* After a SIGHUP the authorities' file counts as it is now, though libcurl keeps what it read for a day. */
static void authorities_are_read_again(void)
{
    struct tls_server server = {.after = KEEP};
    struct given given;

    make_pairs();
    open_server(&server, &servers[0], NULL, TLS1_3_VERSION);
    open_given(&given);
    given_set(&given.settings.ca_file, authorities[1].certificate);
    call(&given, &server, NULL, true);
    CU_ASSERT_EQUAL(given.end, HTTP_REPLIED);
    CU_ASSERT_EQUAL(rename(authorities[2].certificate, authorities[1].certificate), 0);
    given.settings.reread_ms = loop_clock_ms();
    call(&given, &server, NULL, true);
    CU_ASSERT_EQUAL(given.end, HTTP_UNSENT);
    close_given(&given);
    close_server(&server);
    end_pairs();
}

static const struct {
    const char *name;
    enum after_reply after;
    int version;
    unsigned connections, connections_8; /* with libcurl 7, and from 8 on */
} kept[] = {
    {"nothing more came", KEEP, TLS1_3_VERSION, 1, 1},
    {"nothing more came, before TLS 1.3", KEEP, TLS1_2_VERSION, 1, 1},
    /* libcurl 8 looks itself, and takes no connection on which anything lies. */
    {"a session ticket is nothing to read", SEND_TICKET, TLS1_3_VERSION, 1, 2},
    /* Where we look, the second call takes a fresh connection, which is not kept. */
    {"a reply that nobody asked for", SEND_REPLY, TLS1_3_VERSION, 3, 2},
    {"a reply that nobody asked for, before TLS 1.3", SEND_REPLY, TLS1_2_VERSION, 3, 2},
};

static unsigned connections_of(size_t i)
{
    return curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000 ? kept[i].connections_8
                                                                       : kept[i].connections;
}

static void what_lies_on_a_kept_connection(void)
{
    make_pairs();
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        struct tls_server server = {.after = kept[i].after};
        struct given given;
        char byte;
        open_server(&server, &servers[0], NULL, kept[i].version);
        open_given(&given);
        given_set(&given.settings.ca_file, authorities[1].certificate);
        call(&given, &server, NULL, false);
        if (server.after != KEEP) {
            CU_ASSERT_EQUAL(write(server.told[1], "x", 1), 1);
            CU_ASSERT_EQUAL(read(server.done[0], &byte, 1), 1);
        }
        call(&given, &server, NULL, false);
        CU_ASSERT_EQUAL(given.end, HTTP_REPLIED);
        call(&given, &server, NULL, false); /* and it still works */
        CU_ASSERT(given.end == HTTP_REPLIED && given.asked == 3);
        close_given(&given);
        close_server(&server);
        if (server.connections != connections_of(i) || server.requests != 3) {
            printf("\n  %s: %u connections, %u requests", kept[i].name, (unsigned)server.connections,
                   (unsigned)server.requests);
            CU_FAIL("case above");
        }
    }
    end_pairs();
}

CU_TestInfo test_transfer_tls[] = {{"who trusts whom", who_trusts_whom},
                                   {"authorities are read again", authorities_are_read_again},
                                   {"what lies on a kept connection", what_lies_on_a_kept_connection},
                                   CU_TEST_INFO_NULL};
