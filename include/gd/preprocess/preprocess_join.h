/* What ranks learned from their stretches of a table, made what one rank would have learned from all of it. Collective; nothing to do for one rank. */
#ifndef GD_PREPROCESS_JOIN_H
#define GD_PREPROCESS_JOIN_H

#include "gd/preprocess/preprocess_run.h"

/* The columns' summaries. `mine`: the status of the reading. */
GD_CHECKED gd_status gd_preprocess_join_inference(gd_preprocess *run, const gd_status *mine, gd_inference *inference);
/*
 * After the records are read (`mine`: how that went): numbers of records, dictionaries of classes and categories in the order of their first appearance, oddities, loose quotes (into run->loose,
 * run->loose_line). run->records is set, and the rows' counts of what was read and dropped are then of all ranks.
 */
GD_CHECKED gd_status gd_preprocess_join_rows(gd_preprocess *run, const gd_status *mine);

#endif
