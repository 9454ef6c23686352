/* Requests to stop that come as signals: SIGTERM, SIGINT, SIGUSR1, SIGUSR2. Local. */
#ifndef GD_STOP_H
#define GD_STOP_H

#include <stdbool.h>

/* From here on these signals only raise a flag; further ones change nothing. SIGPIPE and SIGXFSZ are ignored: no closed pipe or full quota ends a training. */
void gd_stop_watch(void);
bool gd_stop_requested(void);
/* "SIGTERM", or NULL where none came. */
const char *gd_stop_signal(void);

#endif
