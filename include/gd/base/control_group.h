/* The control groups that a process is in, of version 1 and 2. Local. */
#ifndef GD_CONTROL_GROUP_H
#define GD_CONTROL_GROUP_H

#define GD_CONTROL_GROUPS_ROOT "/sys/fs/cgroup"
#define GD_CONTROL_GROUPS_LIST "/proc/self/cgroup"

enum { GD_CONTROL_GROUP_ROOM = 1024 }; /* of a directory */

/* One group's directory. */
typedef void gd_control_group_visit(void *context, const char *directory);

/* Visits the groups that the file `list` names, and those above them below `root`; in version 1 those of `controller` ("cpu", "memory") alone. Some of them may not be there. */
void gd_control_groups(const char *root, const char *list, const char *controller, gd_control_group_visit *visit, void *context);
/* The first number of a group's file `name`, and the second, if they are there: how many were read. */
int gd_control_group_read(const char *directory, const char *name, double *first, double *second);

#endif
