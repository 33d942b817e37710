/* Adds to the machine's clock what it was moved by. */
#include "wall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SECOND_MS = 1000, MS_NS = 1000000 };

/* The kernel's, whatever is preloaded. */
static int64_t machine_ms(void)
{
    struct timespec now = {0};

    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / MS_NS;
}

bool wall_init(struct wall *wall, struct fault *why)
{
    const char *path = getenv("WALL_CLOCK");
    struct stat facts;

    *wall = (struct wall){.moved_ms = 0};
    if (path == NULL)
        return true;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return fault_set(why, FAULT_LOCAL, "cannot open the shared wall clock '%s': %s", path,
                         strerror(errno));
    bool whole = fstat(file, &facts) == 0 && facts.st_size >= (off_t)sizeof *wall->shared_s;
    void *place =
        whole ? mmap(NULL, sizeof *wall->shared_s, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    close(file);
    if (place == MAP_FAILED)
        return fault_set(why, FAULT_LOCAL, "the shared wall clock '%s' does not hold eight bytes", path);
    wall->shared_s = place;
    return true;
}

void wall_release(struct wall *wall)
{
    if (wall->shared_s != NULL)
        munmap(wall->shared_s, sizeof *wall->shared_s);
    wall->shared_s = NULL;
}

int64_t wall_now_ms(const struct wall *wall)
{
    int64_t shared_s = wall->shared_s == NULL ? 0 : __atomic_load_n(wall->shared_s, __ATOMIC_RELAXED);

    return machine_ms() + wall->moved_ms + shared_s * SECOND_MS;
}

void wall_move(struct wall *wall, int64_t to_ms)
{
    int64_t ahead_ms = to_ms - machine_ms();

    if (wall->shared_s == NULL)
        wall->moved_ms = ahead_ms;
    else /* rounded up, also below zero */
        __atomic_store_n(wall->shared_s, ahead_ms / SECOND_MS + (ahead_ms % SECOND_MS > 0), __ATOMIC_RELAXED);
}

void wall_go_home(struct wall *wall)
{
    if (wall->shared_s == NULL)
        wall->moved_ms = 0;
    else
        __atomic_store_n(wall->shared_s, 0, __ATOMIC_RELAXED);
}
