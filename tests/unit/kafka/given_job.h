/* A settlement's job as run/ would make it, of three records and one position. */
#ifndef TESTS_KAFKA_GIVEN_JOB_H
#define TESTS_KAFKA_GIVEN_JOB_H

#include "given_broker.h"
#include "memory.h"
#include "settlement_thread.h"

#include <string.h>

/* A settlement of an outcome and two records of the ledger, with the positions of partition 0. */
static inline struct settlement_job *job_of(const struct given_broker *broker, int64_t offset)
{
    const char *topics[] = {broker->settings.topic_outcomes, broker->settings.topic_ledger,
                            broker->settings.topic_ledger};
    static const char *const values[] = {"outcome", "done", "owner"};
    struct settlement_job *job = settlement_job_new(JOB_SETTLE);

    job->records = memory_new(COUNT_OF(topics), sizeof(struct kafka_record *));
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        struct kafka_record *record = memory_new(1, sizeof *record);
        *record = (struct kafka_record){.topic = topics[i], .partition = 0, .offset = -1};
        job->records[job->record_count++] = record;
        record->key = memory_text("key");
        record->key_length = 3;
        record->value = memory_text(values[i]);
        record->length = strlen(values[i]);
        kafka_record_header(record, "kind", values[i], 3);
        kafka_record_header(record, "none", NULL, 0);
    }
    job->positions = memory_new(1, sizeof *job->positions);
    job->positions[job->position_count++] = (struct job_position){.partition = 0,
                                                                  .offset = offset,
                                                                  .signals = offset + 1,
                                                                  .metadata = memory_text("token"),
                                                                  .metadata_length = 5};
    job->assignment =
        rd_kafka_consumer_group_metadata_new_with_genid(broker->settings.group_id, 1, "member-1", NULL);
    return job;
}

/* The records are the test's own. */
static inline void drop(struct settlement_job *job)
{
    for (size_t i = 0; i < job->record_count; i++)
        kafka_record_free(job->records[i]);
    settlement_job_free(job);
}

#endif
