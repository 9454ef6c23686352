/* Ranks that were given different commands. */
#ifndef GD_COMMANDS_COMPARE_H
#define GD_COMMANDS_COMPARE_H

#include "gd/cli/commands.h"

/*
 * Collective. Whether all ranks were given the same words, argv [argc], argv[0] being the command's name. If not: `*alone` where the command allows that each works for itself, and no two of
 * them have one --output; else GD_USAGE names two of them.
 */
GD_CHECKED gd_status gd_commands_compare(gd_communicator *communicator, const gd_command *command, int argc, char **argv, bool *alone);

#endif
