/* A catalogue in a folder of its own, made from texts. */
#ifndef TESTS_CATALOGUE_GIVEN_CATALOGUE_H
#define TESTS_CATALOGUE_GIVEN_CATALOGUE_H

#include "catalogue.h"

#include "given_workflow.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define GIVEN_REQUEST(fields)                                                                                \
    "{'type': 'record', 'name': 'whc.WRequest', 'fields': [{'name': 'requestId', 'type': {'type': 'string'," \
    " 'logicalType': 'uuid'}}, {'name': 'notAfter', 'type': ['null', {'type': 'long', 'logicalType':"        \
    " 'timestamp-millis'}], 'default': null}" fields "]}"
#define GIVEN_OUTCOME(fields)                                                                                  \
    "{'type': 'record', 'name': 'whc.WOutcome', 'fields': [{'name': 'outcome', 'type': 'whc.common.Outcome'}," \
    " {'name': 'result', 'type': ['null', {'type': 'record', 'name': 'whc.WResult', 'fields': [" fields        \
    "]}], 'default': null}]}"
#define GIVEN_ID                                                                                             \
    ", {'name': 'id', 'type': 'string'}, {'name': 'q', 'type': ['null', 'string'], 'default': null}"
#define GIVEN_O "{'name': 'o', 'type': ['null', 'string'], 'default': null}"

static inline char *given_folder(void)
{
    char *path = memory_text("/tmp/whc-catalogue-XXXXXX");

    if (mkdtemp(path) == NULL)
        abort();
    return path;
}

/* Writes folder/name; quotes may be written as '. Folders on the way are made. */
static inline void given_in_folder(const char *folder, const char *name, const char *text)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    if (file == NULL)
        abort();
    for (; *text != '\0'; text++)
        fputc(*text == '\'' ? '"' : *text, file);
    fclose(file);
}

/* The API, the common types of schemas/, and one order type `w`. */
static inline void given_order_type(const char *folder, const char *request, const char *outcome,
                                    const char *workflow)
{
    static const char *const common[] = {"Outcome",
                                         "Reason",
                                         "ReasonKind",
                                         "Source",
                                         "Status",
                                         "LedgerState",
                                         "LedgerOwner",
                                         "LedgerRecord",
                                         "LedgerWait",
                                         "Waiting",
                                         "LedgerReference",
                                         "LedgerHeard",
                                         "Event",
                                         "Decision",
                                         "DecisionVerdict",
                                         "Verdict",
                                         "history/Decision-1",
                                         "history/Decision-2"};
    char path[1024], name[1024];

    given_in_folder(folder, "bt-whc.openapi.json", given_openapi_text);
    given_in_folder(folder, "common/none", "");
    given_in_folder(folder, "common/history/none", "");
    for (size_t i = 0; i < COUNT_OF(common); i++) {
        snprintf(path, sizeof path, "%s/schemas/common/%s.avsc", SOURCE_DIR, common[i]);
        snprintf(name, sizeof name, "%s/common/%s.avsc", folder, common[i]);
        if (symlink(path, name) != 0)
            abort();
    }
    given_in_folder(folder, "w/request.avsc", request);
    given_in_folder(folder, "w/outcome.avsc", outcome);
    given_in_folder(folder, "w/workflow.arazzo.json", workflow);
}

static inline int given_remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void given_remove_folder(char *path)
{
    nftw(path, given_remove_one, 8, FTW_DEPTH | FTW_PHYS);
    memory_free(path);
}

static inline struct catalogue *given_load(const char *folder, const char *overlay, struct problems *problems)
{
    const struct given_inputs given = {(const char *[]){"cugId"}, 1};

    return catalogue_load(folder, overlay, &given, problems);
}

#endif
