/* An invariant that does not hold ends the process, with the place and the expression in the log. */
#include "invariant.h"

#include "log.h"

#include "same.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child says that asks for the condition, and how it ends. */
static int asked(int value, char said[500])
{
    int ends[2], status;
    ssize_t length = 0, more;

    CU_ASSERT_FATAL(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        log_open(STDOUT_FILENO, LOG_LOGFMT, LOG_ERROR);
        REQUIRE(value == 1);
        _exit(0);
    }
    close(ends[1]);
    while ((more = read(ends[0], said + length, 499 - (size_t)length)) > 0)
        length += more;
    said[length] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void ends_the_process(void)
{
    char said[500];

    CU_ASSERT_EQUAL(asked(1, said), 0);
    CU_ASSERT_EQUAL(asked(2, said), SIGABRT);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "value == 1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "test_invariant.c"));
}

CU_TestInfo test_invariant[] = {{"ends the process", ends_the_process}, CU_TEST_INFO_NULL};
