/* What each rank scored, together. */
#ifndef GD_SCORE_REDUCE_H
#define GD_SCORE_REDUCE_H

#include "gd/network/scores.h"
#include "gd/parallel/communicator.h"

/* Collective. The ranks' sums added up, on every rank; rows that are kept stay where they are. */
GD_CHECKED gd_status gd_score_reduce(gd_communicator *communicator, gd_score_sums *sums);

#endif
