#include "gd/network/scores_kernels.h"

static void predict(int classes, int rows, size_t stride, const float *restrict probabilities, float *restrict best, int32_t *restrict predicted)
{
	for (int r = 0; r < rows; r++) {
		best[r] = probabilities[r];
		predicted[r] = 0;
	}
	for (int c = 1; c < classes; c++) {
		const float *row = probabilities + (size_t)c * stride;
		for (int r = 0; r < rows; r++) {
			float p = row[r], known = best[r];
			int32_t class = predicted[r];
			best[r] = p > known ? p : known;
			predicted[r] = p > known ? c : class;
		}
	}
}

const gd_scores_kernels GD_TABLE(gd_scores_kernels) = {
	.predict = predict,
};
