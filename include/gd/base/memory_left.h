/* How much memory there is still to be had. Local. */
#ifndef GD_MEMORY_LEFT_H
#define GD_MEMORY_LEFT_H

/* Bytes that this host has left for its processes, or this process's control groups, if that is less: caches of files count as free. Infinite where neither says. */
double gd_memory_left(void);
/* Of the control groups alone: memory.max less what is in use (version 2), memory.limit_in_bytes (version 1). */
double gd_memory_left_in_groups(const char *root, const char *list);
/* Bytes of addresses that this process may still take (RLIMIT_AS). Infinite where there is no limit. */
double gd_memory_left_to_process(void);

#endif
