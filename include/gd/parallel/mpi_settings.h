/* Open MPI's settings as they are in force in this process, read through MPI's tool interface. Local; once MPI is started. */
#ifndef GD_MPI_SETTINGS_H
#define GD_MPI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* A control variable as text ("1", "none") into text of `room` bytes. False where the library has no such variable: another MPI, or a component that is not in use. */
bool gd_mpi_setting(const char *name, char *text, size_t room);

/*
 * How ranks of a host copy large messages from each other's memory, "none" where they do not: Open MPI 4's btl_vader_single_copy_mechanism, Open MPI 5's components of
 * smsc. *without is what one sets for "none". False where the library does not say.
 */
bool gd_mpi_copies(char *text, size_t room, const char **without);
/* Whether ranks that wait give way to others: "1" or "true" if so. False likewise. */
bool gd_mpi_yields(char *text, size_t room);

#endif
