/* Whether the ranks of a training still hold the same bits. Private to the trainer. */
#ifndef GD_TRAINING_REPLICAS_H
#define GD_TRAINING_REPLICAS_H

#include "gd/train/training.h"

/* Steps between two comparisons, besides those at checkpoints: a hash of the state is then some per cent of one step's work in a hundred. */
enum { GD_REPLICA_STEPS = 100 };

/*
 * Collective. Compares hashes of parameters, statistics, moments (unless each rank has its own slice of them) and average over the ranks. GD_FAILED on every rank where they differ: it names the
 * rank (and its host) that differs from the majority; with two ranks, both.
 */
GD_CHECKED gd_status gd_training_compare(gd_training *training);

#endif
