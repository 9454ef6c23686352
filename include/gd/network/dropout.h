/*
 * Inverted dropout: an element is kept with probability 1 - threshold/65536 and then multiplied by the inverse of exactly
 * that, so that expectations are unchanged; else it becomes zero. Local.
 *
 * Element (unit u, row r) of a block draws 16 bits: halfword r mod 8 (low halves first) of
 * Philox4x32-10 with the counter (r / 8, u, layer, block) under the pass's key. No state, no order of calls.
 * Source: N. Srivastava et al., "Dropout", JMLR 15 (2014), section 10 (inverted form); for the generator see gd/base/random.h.
 */
#ifndef GD_DROPOUT_H
#define GD_DROPOUT_H

#include <stdint.h>

typedef struct gd_dropout {
	uint64_t key;
	uint32_t layer;     /* 0: the input; l + 1: behind hidden layer l */
	uint32_t block;     /* index in the batch */
	uint32_t threshold; /* gd_dropout_threshold(probability) */
} gd_dropout;

/* The probability in 65536ths, rounded, at most 65535; 0 means no dropout. */
uint32_t gd_dropout_threshold(double probability);
/* What kept elements are multiplied by. */
float gd_dropout_scale(uint32_t threshold);

/* y [units, rows] from x; y may be x. kept [units, rows] bytes, 1 for what was kept; NULL if not wanted. */
void gd_dropout_forward(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept);
void gd_dropout_forward_ref(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept);

/* dx = dy times scale where kept, else 0; dx may be dy. */
void gd_dropout_backward(uint32_t threshold, int units, int rows, const uint8_t *kept, const float *dy, float *dx);
/* The same through relu and the dropout behind it at once, from what came out: whatever either made 0 is 0 in y. dx may be dy. */
void gd_dropout_backward_relu(uint32_t threshold, int units, int rows, const float *y, const float *dy, float *dx);

#endif
