/* Keeps schemas on disk, a file each: {"schema": "...", "types": ["...", ...]}. */
#include "registry_inside.h"

#include "log.h"
#include "memory.h"
#include "tree_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 1024 };

/* "ids/7" is <folder>/ids-7.json. */
static bool path_of(const struct entry *entry, const char *end, char path[PATH_SIZE])
{
    const char *folder = entry->registry->settings->registry_cache_path;
    char name[KEY_SIZE];

    if (*folder == '\0')
        return false;
    memcpy(name, entry->key, sizeof name);
    *strchr(name, '/') = '-';
    return snprintf(path, PATH_SIZE, "%s/%s%s", folder, name, end) < PATH_SIZE;
}

bool registry_cache_load(struct entry *entry)
{
    char path[PATH_SIZE];
    CLEANUP(tree_release) struct json_object *tree = NULL;
    struct fault why;

    if (!path_of(entry, ".json", path) || access(path, R_OK) != 0)
        return false;
    if (!tree_read_file(path, REPLY_MAX, &tree, &why) || tree_text_of(tree, "schema") == NULL) {
        LOG(LOG_WARN, "a schema on disk is damaged and is read from the registry again",
            log_text("file", path));
        return false;
    }
    struct json_object *types = tree_member(tree, "types");
    entry->text = memory_text(tree_text_of(tree, "schema"));
    for (size_t i = 0; json_object_is_type(types, json_type_array) && i < json_object_array_length(types);
         i++) {
        const char *text = tree_text(json_object_array_get_idx(types, i));
        entry->types = memory_resize(entry->types, entry->type_count + 1, sizeof *entry->types);
        entry->types[entry->type_count++] =
            (struct wanted){memory_text(""), 0, memory_text(text == NULL ? "" : text)};
    }
    registry_entry_compile(entry);
    if (entry->answer == REGISTRY_KNOWN)
        return true;
    LOG(LOG_WARN, "a schema on disk is damaged and is read from the registry again", log_text("file", path),
        log_text("why", entry->why));
    registry_forget_texts(entry);
    entry->answer = REGISTRY_WAIT;
    return false;
}

/* Written beside and renamed, so that a crash leaves the old file or the new one. */
static bool write_file(const char *path, const char *beside, const struct buffer *text)
{
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (file < 0)
        return false;
    bool written = write(file, text->data, text->length) == (ssize_t)text->length && fsync(file) == 0;
    int error = errno;
    close(file);
    errno = error;
    return written && rename(beside, path) == 0;
}

void registry_cache_store(const struct entry *entry)
{
    char path[PATH_SIZE], beside[PATH_SIZE];
    CLEANUP(tree_release) struct json_object *tree = json_object_new_object();
    CLEANUP(buffer_release) struct buffer text = {0};
    struct json_object *types = json_object_new_array();

    if (!path_of(entry, ".json", path) || !path_of(entry, ".new", beside)) {
        json_object_put(types);
        return;
    }
    for (size_t i = 0; i < entry->type_count; i++)
        json_object_array_add(types, json_object_new_string(entry->types[i].text));
    tree_add_text(tree, "schema", entry->text);
    tree_add(tree, "types", types);
    buffer_init(&text, REPLY_MAX);
    tree_write(tree, &text);
    mkdir(entry->registry->settings->registry_cache_path, 0755);
    if (!write_file(path, beside, &text)) {
        LOG(LOG_WARN, "a schema cannot be kept on disk, it is kept in memory only", log_text("file", path),
            log_text("why", strerror(errno)));
        unlink(beside);
    }
}
