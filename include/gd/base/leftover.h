/*
 * Temporary files (gd/base/file.h) that a killed process left: those beside a file that nobody holds any more. A process holds its own by a lock, which goes with it however it ends. Local.
 */
#ifndef GD_LEFTOVER_H
#define GD_LEFTOVER_H

/* Holds a temporary file until the descriptor is closed, by gd_leftover_release; -1 where there are no locks: then nobody takes it for a leftover either. */
int gd_leftover_hold(const char *temporary);
/* -1 is fine. */
void gd_leftover_release(int held);
/* Removes the temporary files that stand beside `path`, were to become it, and are held by nobody; says each. */
void gd_leftover_remove(const char *path);

#endif
