#include "gd/network/encoding_kernels.h"

/* Comparisons this way round leave NaN alone. */
static void bin(int rows, float edge, float steepness, const float *x, float *column)
{
	for (int r = 0; r < rows; r++) {
		float t = (x[r] - edge) * steepness;
		t = t < 0.0f ? 0.0f : t;
		column[r] = t > 1.0f ? 1.0f : t;
	}
}

static void scale(int rows, float factor, float shift, float *column)
{
	for (int r = 0; r < rows; r++)
		column[r] = __builtin_fmaf(column[r], factor, shift);
}

static void rank(const gd_feature_encoding *feature, int rows, const float *x, float *normal)
{
	int last = feature->knots - 1;
	for (int r = 0; r < rows; r++) {
		float value = x[r] < feature->knot[0] ? feature->knot[0] : x[r] > feature->knot[last] ? feature->knot[last] : x[r];
		int low = 0;
		for (int count = feature->knots; count > 1;) {
			int half = count / 2;
			low = feature->knot[low + half] <= value ? low + half : low;
			count -= half;
		}
		normal[r] = __builtin_fmaf(value - feature->knot[low], feature->slope[low], feature->normal[low]);
	}
}

const gd_encoding_kernels GD_TABLE(gd_encoding_kernels) = {
	.bin = bin,
	.scale = scale,
	.rank = rank,
};
