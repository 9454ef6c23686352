/* The manual, written from the table of commands. Local. */
#ifndef GD_MANUAL_H
#define GD_MANUAL_H

#include <stdio.h>

#include "gd/cli/commands.h"

/* The program as a whole, in the form of a command. */
extern const gd_command gd_program;

/* What --help prints. */
void gd_manual_print(FILE *out, const gd_command *command);
/* A page for man(1), in roff: genre-dist(1) for the program, genre-dist-NAME(1) for a command. */
void gd_manual_print_page(FILE *out, const gd_command *command);
/* A script that completes command lines in bash. */
void gd_manual_print_completion(FILE *out);

#endif
