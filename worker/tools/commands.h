/*
 * People's commands, a file each. Each gets its own words (argv[0] is its name) and gives the exit code: 0 good, 1 not
 * what was asked for, 2 the command line or the configuration is wrong; more where the command says so.
 */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

int command_check(int argc, char **argv);
int command_topics(int argc, char **argv);
int command_submit(int argc, char **argv);
int command_watch(int argc, char **argv);
int command_order(int argc, char **argv);
int command_orders(int argc, char **argv);
int command_status(int argc, char **argv);
int command_schema(int argc, char **argv);
int command_parked(int argc, char **argv);
int command_decide(int argc, char **argv);
int command_replay(int argc, char **argv);

#endif
