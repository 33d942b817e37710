/* One process of a group where nobody is fenced (PROMISE.md R13): the second one is refused, by the lock's name. */
#include "instance_lock.h"

#include "../catalogue/given_catalogue.h"

struct given {
    char *folder, *before;
};

static void begin(struct given *given)
{
    const char *folder = getenv("TMPDIR");

    given->before = folder == NULL ? NULL : memory_text(folder);
    given->folder = given_folder();
    setenv("TMPDIR", given->folder, 1);
}

static void end(struct given *given)
{
    if (given->before == NULL)
        unsetenv("TMPDIR");
    else
        setenv("TMPDIR", given->before, 1);
    memory_free(given->before);
    given_remove_folder(given->folder);
}

static void expect_refused(const struct given *given, const char *group, const char *file)
{
    char want[1000];
    struct fault why = {.text = ""};
    int lock = -1;

    CU_ASSERT(!instance_lock_take(group, &lock, &why) && why.kind == FAULT_LOCAL && lock == -1);
    snprintf(want, sizeof want,
             "another worker of this group runs (lock '%s/whc-worker-%s-%u.lock'), and with "
             "settlement.transactions=off there may be only one",
             given->folder, file, (unsigned)getuid());
    given_same(group, why.text, want);
}

static void the_second_is_refused(void)
{
    struct given given;
    struct fault why;
    int first = -1, other = -1;

    begin(&given);
    CU_ASSERT(instance_lock_take("orders", &first, &why) && first >= 0);
    expect_refused(&given, "orders", "orders");
    CU_ASSERT(instance_lock_take("orders-2", &other, &why)); /* another group's worker may run beside it */
    expect_refused(&given, "orders", "orders");
    instance_lock_release(first);
    CU_ASSERT(instance_lock_take("orders", &first, &why));
    expect_refused(&given, "orders-2", "orders-2");
    instance_lock_release(first);
    instance_lock_release(other);
    instance_lock_release(-1);
    end(&given);
}

/* A group's name may have any characters, a file's may not. */
static void names_that_are_no_file_names(void)
{
    static const char *const names[][2] = {
        {"a/b c", "a_b_c"}, {"../up", ".._up"}, {"A.b-c_9", "A.b-c_9"}, {"\xc3\xa9", "__"}};
    struct given given;
    struct fault why;
    int lock;

    begin(&given);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        CU_ASSERT_FATAL(instance_lock_take(names[i][0], &lock, &why));
        expect_refused(&given, names[i][0], names[i][1]);
        instance_lock_release(lock);
    }
    end(&given);
}

static void a_folder_that_is_not_there(void)
{
    struct given given;
    char folder[300], want[600];
    struct fault why;
    int lock = -1;

    begin(&given);
    snprintf(folder, sizeof folder, "%s/none", given.folder);
    setenv("TMPDIR", folder, 1);
    CU_ASSERT(!instance_lock_take("orders", &lock, &why) && why.kind == FAULT_LOCAL && lock == -1);
    snprintf(want, sizeof want,
             "cannot open the lock '%s/whc-worker-orders-%u.lock': No such file or directory", folder,
             (unsigned)getuid());
    given_same("why", why.text, want);
    end(&given);
}

CU_TestInfo test_instance_lock[] = {{"the second is refused", the_second_is_refused},
                                    {"names that are no file names", names_that_are_no_file_names},
                                    {"a folder that is not there", a_folder_that_is_not_there},
                                    CU_TEST_INFO_NULL};
