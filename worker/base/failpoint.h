/*
 * Points at which a test may kill or stop the process: only in a build with -DFAILPOINTS=ON, nothing otherwise.
 *
 * TEST_FAILPOINT=<name>:<n>:<KILL or STOP> in the environment: the process gets the signal when it reaches the point for
 * the n-th time. The names are in the table of tests/crash/README.md.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#ifdef FAILPOINTS
void failpoint_reached(const char *name);
#define FAILPOINT(name) failpoint_reached(name)
#else
#define FAILPOINT(name) ((void)0)
#endif

#endif
