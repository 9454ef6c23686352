/* The digest of the table's bytes, of which each rank works out its share. */
#ifndef GD_PREPROCESS_HASH_H
#define GD_PREPROCESS_HASH_H

#include "gd/preprocess/preprocess_run.h"

/*
 * Collective, on several ranks: the digest of the bytes of all that the state names (paths, names, sizes), into run->source_sha256. `mine`: the status of what led here. scanned [ranks]: bytes that
 * each has gone over before without waiting for the others, who hash the more; NULL: none.
 */
GD_CHECKED gd_status gd_preprocess_hash(gd_preprocess *run, const gd_status *mine, const int64_t *scanned);

#endif
