/*
 * Parts and places of rows that several ranks hold, the same as gd_split_assign and gd_split_order give one rank that holds all. Collective.
 *
 * A record's place is known from its key, a hash of its content: a rank owns an equal range of all hashes, is asked about the records in it, and puts them in order. Equal
 * contents are first counted by the owner of the content.
 */
#ifndef GD_PREPROCESS_PLACE_H
#define GD_PREPROCESS_PLACE_H

#include "gd/preprocess/preprocess_run.h"

/* Sets rows.part, run->position and header.rows. */
GD_CHECKED gd_status gd_preprocess_place(gd_preprocess *run);

#endif
