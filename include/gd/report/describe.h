/* What a file or run directory of ours holds, for people. Local. */
#ifndef GD_DESCRIBE_H
#define GD_DESCRIBE_H

#include <stdio.h>

#include "gd/base/status.h"

/* A dataset, checkpoint, model or metrics file, or a run directory (a running one included). GD_BAD_DATA for anything else. */
GD_CHECKED gd_status gd_describe(FILE *out, const char *path);

#endif
