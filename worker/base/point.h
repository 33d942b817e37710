/*
 * Points at which a test may kill or stop the process: only in a build with -DPOINTS=ON, nothing otherwise.
 *
 * TEST_POINT=<name>:<n>:<KILL or STOP> in the environment: the process gets the signal when it reaches the point for the
 * n-th time. The names are in the table of tests/crash/README.md.
 */
#ifndef BASE_POINT_H
#define BASE_POINT_H

#ifdef POINTS
void point_reached(const char *name);
#define POINT(name) point_reached(name)
#else
#define POINT(name) ((void)0)
#endif

#endif
