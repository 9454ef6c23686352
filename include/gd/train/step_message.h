/*
 * What the ranks tell each other in a step: the sums of their blocks' gradients, losses and wishes, in one message.
 * Gradients are summed exactly, each tensor at a quantum of its own, or as float32 (--reduction fast); a long message travels in buckets (gd/parallel/buckets.h), or, with a sharded
 * optimizer, ends in slices.
 */
#ifndef GD_STEP_MESSAGE_H
#define GD_STEP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/network/network.h"
#include "gd/parallel/communicator.h"
#include "gd/train/training_state.h"

typedef struct gd_step_message gd_step_message;

typedef struct gd_step_message_options {
	bool fast;
	bool shard;
	int addends;  /* most blocks of a batch */
} gd_step_message_options;

/* Local. Bytes of the message, gradient included. */
size_t gd_step_message_bytes(const gd_network *network, bool fast);

/* A rank's wishes. */
typedef struct gd_step_wishes {
	bool stop, save;
} gd_step_wishes;

/* What all ranks said together. */
typedef struct gd_step_totals {
	double loss, weight, rows, correct;
	bool stop, save; /* some rank wished so */
	bool finite;     /* every block's gradient */
} gd_step_totals;

/* Local. Allocates all; the network must outlive it. */
GD_CHECKED gd_status gd_step_message_create(gd_communicator *communicator, const gd_network *network, const gd_step_message_options *options, gd_step_message **message);
void gd_step_message_free(gd_step_message *message);

/* Local. Empties it; gradients that follow are rounded to these quanta (exponents [gd_network_tensors]). */
void gd_step_message_begin(gd_step_message *message, const int32_t *quantum);
/* Local. The gd_gradient_sink that adds a block's gradient; `context` is the message. */
void gd_step_message_add(void *context, size_t offset, size_t count, const float *gradient);
/* Local. A block's gradient follows. With `last`, which is this rank's last word on what comes, its stretches are final as they come. */
void gd_step_message_block(gd_step_message *message, bool last);
/* Collective. The gradient from `offset` on is final on this rank. Ranks that are about to make another collective call have called it with the same offset before. */
void gd_step_message_reached(gd_step_message *message, size_t offset);
/* In how many buckets it travels. */
int gd_step_message_pieces(const gd_step_message *message);
/* Collective. All blocks are through: sums what has not been summed yet, but for the gradient of a sharded optimizer. */
GD_CHECKED gd_status gd_step_message_finish(gd_step_message *message, const gd_loss_sums *loss, gd_step_wishes wishes);
gd_step_totals gd_step_message_totals(const gd_step_message *message);
/* Local. Whether a tensor was out of its quantum's range on some rank, so that the blocks are to be run again: `quantum` is then coarser. */
bool gd_step_message_coarsen(const gd_step_message *message, int32_t *quantum);
/* Local. The quanta of the next step. */
void gd_step_message_follow(const gd_step_message *message, int32_t *quantum);

/* Collective. The gradient's sums; with a sharded optimizer of this rank's slice alone. */
GD_CHECKED gd_status gd_step_message_gradient(gd_step_message *message);
/* Local. Puts other sums in place of some, or of what will not be looked at; values [count], at `offset`. */
void gd_step_message_replace(gd_step_message *message, size_t offset, size_t count, const double *values);
/* Local. gradient [count] = sums of the parameters from `offset` on, which are summed, divided by `weight`. */
void gd_step_message_average(const gd_step_message *message, size_t offset, size_t count, double weight, float *gradient);

#endif
