/* Takes the file lock that keeps a second process of the group away. */
#include "instance_lock.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

bool instance_lock_take(const char *group, int *lock, struct fault *why)
{
    const char *folder = getenv("TMPDIR");
    char path[512];

    int prefix = snprintf(path, sizeof path, "%s/whc-worker-", folder == NULL ? "/tmp" : folder);
    size_t room = prefix < 0 || (size_t)prefix >= sizeof path ? 0 : sizeof path - (size_t)prefix;
    int name = room == 0 ? 0 : snprintf(path + prefix, room, "%.200s-%u.lock", group, (unsigned)getuid());
    if (name < 0 || (size_t)name >= room) /* a name that is cut could be another group's */
        return fault_set(why, FAULT_LOCAL, "the path of TMPDIR is too long for a lock file: '%.100s...'",
                         folder);
    for (char *at = path + prefix; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL)
            *at = '_';
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return fault_set(why, FAULT_LOCAL, "cannot open the lock '%s': %s", path, strerror(errno));
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        close(file);
        return fault_set(
            why, FAULT_LOCAL,
            "another worker of this group runs (lock '%s'), and with settlement.transactions=off there may "
            "be only one",
            path);
    }
    *lock = file;
    return true;
}

void instance_lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
