/* Files that are removed should a signal end the process: temporary ones (gd/base/file.h). Local; by any thread. */
#ifndef GD_UNFINISHED_H
#define GD_UNFINISHED_H

/* From now on SIGINT, SIGTERM, SIGHUP and SIGPIPE remove `path` before they end the process, unless something else is done about the signal. As good as it goes: of many files, or without memory, not all. */
void gd_unfinished_add(const char *path);
/* The file is whole, or gone. */
void gd_unfinished_remove(const char *path);

#endif
