/* The commands: one file each under src/cli; the table is in main.c. */
#ifndef GD_COMMANDS_H
#define GD_COMMANDS_H

#include "gd/base/status.h"
#include "gd/parallel/communicator.h"

/* Local commands: argv[0] is the command's name; the result is the exit status. */
int gd_command_preprocess(int argc, char **argv);
int gd_command_synth(int argc, char **argv);
int gd_command_report(int argc, char **argv);
int gd_command_info(int argc, char **argv);
/* `synth` and `info` where a launcher started several ranks. */
int gd_command_synth_ranks(gd_communicator *communicator, int argc, char **argv);
int gd_command_info_ranks(gd_communicator *communicator, int argc, char **argv);

/* Commands of all ranks (collective); every rank leaves with the same status. --help comes with no communicator. */
int gd_command_train(gd_communicator *communicator, int argc, char **argv);
int gd_command_evaluate(gd_communicator *communicator, int argc, char **argv);
int gd_command_predict(gd_communicator *communicator, int argc, char **argv);
int gd_command_verify(gd_communicator *communicator, int argc, char **argv);
int gd_command_sweep(gd_communicator *communicator, int argc, char **argv);
int gd_command_baseline(gd_communicator *communicator, int argc, char **argv);
int gd_command_bench(gd_communicator *communicator, int argc, char **argv);

/* Prints the error, if it is one and this process speaks for the job; returns the exit status. */
int gd_command_finish(const gd_status *status);

/* The command line as one string, for the `history` attribute of files; set once by main(). */
const char *gd_command_line(void);

#endif
