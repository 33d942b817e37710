/* Watches the files of Kafka passwords, and gives new ones to the handles that are alive. */
#include "credentials.h"

#include "log.h"
#include "memory.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

struct living {
    rd_kafka_t *handle;
    enum client_kind kind;
    struct timespec changed; /* of the file that its value was read from */
};

static struct {
    pthread_mutex_t lock;
    struct living *list;
    size_t count;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool read_file(const char *path, struct secret *secret)
{
    struct fault why;

    if (settings_read_secret(path, secret, &why) && secret->hidden != NULL)
        return true;
    LOG(LOG_WARN, "a password file has no password, the old one stays", log_text("file", path));
    return false;
}

struct secret credentials_value(const struct named_value *setting)
{
    struct secret secret = {0};

    if (setting->file != NULL && read_file(setting->file, &secret))
        return secret;
    return (struct secret){memory_text(setting->value)};
}

static rd_kafka_resp_err_t forget(rd_kafka_t *handle, void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&all.lock);
    for (size_t i = 0; i < all.count; i++)
        if (all.list[i].handle == handle)
            all.list[i--] = all.list[--all.count];
    if (all.count == 0)
        all.list = memory_free(all.list);
    pthread_mutex_unlock(&all.lock);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static struct timespec changed(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 ? file.st_mtim : (struct timespec){0};
}

/* An interceptor: the library has made the handle. */
static rd_kafka_resp_err_t remember(rd_kafka_t *handle, const rd_kafka_conf_t *conf, void *opaque,
                                    char *error, size_t size)
{
    (void)conf;
    (void)error;
    (void)size;
    pthread_mutex_lock(&all.lock);
    all.list = memory_resize(all.list, all.count + 1, sizeof *all.list);
    all.list[all.count++] = (struct living){.handle = handle, .kind = (enum client_kind)(uintptr_t)opaque};
    pthread_mutex_unlock(&all.lock);
    return rd_kafka_interceptor_add_on_destroy(handle, "credentials", forget, NULL);
}

void credentials_follow(rd_kafka_conf_t *conf, enum client_kind kind)
{
    rd_kafka_conf_interceptor_add_on_new(conf, "credentials", remember, (void *)(uintptr_t)kind);
}

/* True: it got a changed value. A file that is just being written, so empty, is looked at again the next time. */
static bool tell(const struct settings *settings, struct living *one)
{
    const struct named_value *password = client_config_value(settings, one->kind, "sasl.password");
    const struct named_value *user = client_config_value(settings, one->kind, "sasl.username");

    if (password == NULL || password->file == NULL || user == NULL)
        return false;
    struct timespec now = changed(password->file), before = one->changed;
    if (now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec)
        return false;
    struct secret secret = {0};
    if (!read_file(password->file, &secret))
        return false;
    one->changed = now;
    rd_kafka_error_t *error = rd_kafka_sasl_set_credentials(one->handle, user->value, secret.hidden);
    secret_release(&secret);
    if (error != NULL)
        LOG(LOG_WARN, "a new Kafka password is not taken", log_text("why", rd_kafka_error_string(error)));
    bool told = error == NULL && before.tv_sec != 0;
    if (error != NULL)
        rd_kafka_error_destroy(error);
    return told;
}

bool credentials_look(const struct settings *settings)
{
    bool told = false;

    pthread_mutex_lock(&all.lock);
    for (size_t i = 0; i < all.count; i++)
        told = tell(settings, &all.list[i]) || told;
    pthread_mutex_unlock(&all.lock);
    if (told)
        LOG(LOG_INFO, "the Kafka password's file has changed: it counts from the next connection on");
    return told;
}
