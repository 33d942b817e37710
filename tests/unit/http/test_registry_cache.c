/* Schemas kept on disk. */
#include "given_registry.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget_folder(const char *folder)
{
    DIR *all = opendir(folder);
    char path[600];

    for (struct dirent *one; all != NULL && (one = readdir(all)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        unlink(path);
    }
    closedir(all);
    rmdir(folder);
}

static int next_descriptor(void)
{
    int next = dup(STDERR_FILENO);

    close(next);
    return next;
}

/* A worker that starts while the registry is away reads what it read before. */
static void schemas_are_kept_on_disk(void)
{
    char folder[] = "/tmp/whc-schemas-XXXXXX", cache[100], path[200];
    int descriptor = next_descriptor();
    struct given given;

    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(cache, sizeof cache, "%s/cache", folder);
    snprintf(path, sizeof path, "%s/ids-7.json", cache);
    for (int round = 0; round < 4; round++) {
        begin(&given, with_references, 3);
        given_set(&given.settings.registry_cache_path, cache);
        if (round == 2 && truncate(path, 40) != 0)
            abort();
        if (round == 3) { /* JSON, and no schema: a type is missing in it */
            FILE *file = fopen(path, "w");
            fputs("{\"schema\": \"\\\"a.X\\\"\", \"types\": [7]}", file);
            fclose(file);
        }
        registry_expect(given.registry, &seven);
        turns(&given);
        expect(&given, &seven, REGISTRY_KNOWN, "a.R");
        CU_ASSERT_EQUAL(given.server.request_count, round == 1 ? 0 : 3); /* damaged: read again, and mended */
        CU_ASSERT_EQUAL(access(path, R_OK), 0);
        end(&given);
    }
    CU_ASSERT_EQUAL(next_descriptor(), descriptor); /* no file is left open */
    forget_folder(cache);
    rmdir(folder);
}

static void a_folder_that_cannot_be_written_stops_nothing(void)
{
    struct given given;

    begin(&given, &text_schema, 1);
    given_set(&given.settings.registry_cache_path, "/proc/nowhere");
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_KNOWN, "string");
    end(&given);
}

/* What cannot take its place is not left lying about. */
static void a_file_that_cannot_be_replaced(void)
{
    char folder[] = "/tmp/whc-schemas-XXXXXX", path[200];
    struct given given;

    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(path, sizeof path, "%s/ids-7.json", folder);
    if (mkdir(path, 0755) != 0)
        abort();
    begin(&given, &text_schema, 1);
    given_set(&given.settings.registry_cache_path, folder);
    registry_expect(given.registry, &seven);
    given_until(given.loop, &given.changes, 1);
    expect(&given, &seven, REGISTRY_KNOWN, "string");
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(rmdir(folder), 0); /* it is empty */
    end(&given);
}

CU_TestInfo test_registry_cache[] = {
    {"schemas are kept on disk", schemas_are_kept_on_disk},
    {"a folder that cannot be written stops nothing", a_folder_that_cannot_be_written_stops_nothing},
    {"a file that cannot be replaced", a_file_that_cannot_be_replaced},
    CU_TEST_INFO_NULL};
