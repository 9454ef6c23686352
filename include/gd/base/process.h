/* Who a process is, so that another one, perhaps on another host, can tell whether it still lives. Local. */
#ifndef GD_PROCESS_H
#define GD_PROCESS_H

#include <stdint.h>

typedef struct gd_process {
	char host[64];
	char boot[64];        /* of the kernel: unlike on two hosts, and before and after a restart of one */
	char name_space[32];  /* of process numbers; containers on one kernel have their own */
	int64_t number;
	uint64_t started;     /* clock ticks since boot: numbers are used again */
} gd_process;

typedef enum gd_process_state {
	GD_PROCESS_ALIVE,
	GD_PROCESS_DEAD,
	GD_PROCESS_UNKNOWN, /* another host or container, or one that may not be looked at */
} gd_process_state;

/* The calling process; what the system does not tell is left empty. */
gd_process gd_process_self(void);

gd_process_state gd_process_look(const gd_process *process);

#endif
