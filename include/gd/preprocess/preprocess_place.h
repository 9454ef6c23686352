/*
 * Parts and places of records. A record's place is known from its key, a hash of its content and of how many records of that content are in front of it: each rank gets those whose keys fall into its
 * ranges of all hashes (gd/preprocess/preprocess_ranges.h), in piles that fit into memory one by one, and puts them in order. Collective.
 */
#ifndef GD_PREPROCESS_PLACE_H
#define GD_PREPROCESS_PLACE_H

#include "gd/preprocess/preprocess_run.h"

/* Splits the rows and places them (gd_rows.placed); sets run->starts and header.rows. */
GD_CHECKED gd_status gd_preprocess_place(gd_preprocess *run);

#endif
