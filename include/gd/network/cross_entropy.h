/*
 * Soft-max and cross-entropy on a block of logits [classes, rows], with class weights and label smoothing as
 * torch.nn.CrossEntropyLoss(weight, label_smoothing) has them, and a weight of each row besides; sums and gradients are not divided. Local.
 *
 * With targets t_c = (1 - smoothing) w_y [c = y] + smoothing w_c / classes, a row's loss is -v sum_c t_c log p_c, v being its own weight, and what
 * PyTorch's mean divides the sum of losses by is the sum of v w_y.
 */
#ifndef GD_CROSS_ENTROPY_H
#define GD_CROSS_ENTROPY_H

#include <stdint.h>

/* Sums over a block's rows, in double, in 8 fixed lanes. */
typedef struct gd_cross_entropy_sums {
	double loss;
	double weight;   /* of the rows, times that of their classes */
	int64_t correct; /* rows whose first largest logit is the label's */
} gd_cross_entropy_sums;

/*
 * Returns the sums; gradient [classes, rows] is dL/dlogits of the undivided loss, overwritten; it may be the logits themselves.
 * labels [rows] in [0, classes); class_weights [classes]; row_weights [rows], NULL: all 1, with the same bits. A logit that is NaN or infinite makes its row's loss NaN.
 */
gd_cross_entropy_sums gd_cross_entropy(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, const float *row_weights, double smoothing, float *gradient);
gd_cross_entropy_sums gd_cross_entropy_ref(int classes, int rows, const float *logits, const int32_t *labels,
	const float *class_weights, const float *row_weights, double smoothing, float *gradient);

/* Probabilities [classes, rows], overwritten; they may be the logits themselves. */
void gd_softmax(int classes, int rows, const float *logits, float *probabilities);
void gd_softmax_ref(int classes, int rows, const float *logits, float *probabilities);

#endif
