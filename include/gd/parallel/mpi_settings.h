/* Open MPI's settings as they are in force in this process, read through MPI's tool interface. Local; once MPI is started. */
#ifndef GD_MPI_SETTINGS_H
#define GD_MPI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* A control variable as text ("1", "none") into text of `room` bytes. False where the library has no such variable: another MPI, or a component that is not in use. */
bool gd_mpi_setting(const char *name, char *text, size_t room);

#endif
