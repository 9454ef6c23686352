/* The cores that a process and its neighbours of the same job may use together. Local. */
#ifndef GD_CORES_H
#define GD_CORES_H

/* Cores of this process's and its launcher's affinity, and no more than the processor time that its control groups grant; at least 1. */
int gd_cores_available(void);
/* The same, with hardware threads of one core counted once: as many ranks as MPI's launchers start unasked. */
int gd_cores_whole(void);

/*
 * Processor time that the control groups named in the file `list` (/proc/self/cgroup) and those above them grant, in cores: the least quota / period
 * of cpu.max (version 2) and cpu.cfs_quota_us (version 1) below `root` (/sys/fs/cgroup); 0 where nothing limits it.
 */
double gd_cores_quota(const char *root, const char *list);

#endif
