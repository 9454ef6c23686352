#include "gd/network/dropout.h"

#include <math.h>
#include <stddef.h>

#include "gd/base/random.h"
#include "gd/network/dropout_kernels.h"

enum {
	GROUP = 8,        /* rows that one call of the generator serves */
	CHUNK_GROUPS = 64 /* groups that are drawn together */
};

uint32_t gd_dropout_threshold(double probability)
{
	double parts = floor(probability * 65536.0 + 0.5);
	return parts >= 65535.0 ? 65535 : parts > 0.0 ? (uint32_t)parts : 0;
}

float gd_dropout_scale(uint32_t threshold)
{
	return (float)(65536.0 / (65536.0 - threshold));
}

void gd_dropout_forward(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept)
{
	uint32_t words[4 * CHUNK_GROUPS];
	const gd_dropout_kernels *kernels = GD_CHOSEN(gd_dropout_kernels);
	float scale = gd_dropout_scale(dropout->threshold);
	for (int u = 0; u < units; u++) {
		for (int first = 0; first < rows; first += GROUP * CHUNK_GROUPS) {
			int count = rows - first < GROUP * CHUNK_GROUPS ? rows - first : GROUP * CHUNK_GROUPS;
			size_t at = (size_t)u * (size_t)rows + (size_t)first;
			kernels->draw(dropout, (uint32_t)u, (uint32_t)first / GROUP, ((uint32_t)count + GROUP - 1) / GROUP, words);
			kernels->apply((size_t)count, words, dropout->threshold, scale, x + at, y + at);
			if (kept)
				kernels->note_kept((size_t)count, words, dropout->threshold, kept + at);
		}
	}
}

void gd_dropout_forward_ref(const gd_dropout *dropout, int units, int rows, const float *x, float *y, uint8_t *kept)
{
	const uint32_t key[2] = {(uint32_t)dropout->key, (uint32_t)(dropout->key >> 32)};
	for (int u = 0; u < units; u++) {
		for (int r = 0; r < rows; r++) {
			const uint32_t counter[4] = {(uint32_t)r / GROUP, (uint32_t)u, dropout->layer, dropout->block};
			uint32_t out[4];
			gd_philox(counter, key, out);
			uint32_t bits = out[r % GROUP / 2] >> (r % 2 ? 16 : 0) & 0xFFFF;
			size_t at = (size_t)u * (size_t)rows + (size_t)r;
			y[at] = x[at] * (bits >= dropout->threshold ? gd_dropout_scale(dropout->threshold) : 0.0f);
			if (kept)
				kept[at] = bits >= dropout->threshold;
		}
	}
}

void gd_dropout_backward(uint32_t threshold, int units, int rows, const uint8_t *kept, const float *dy, float *dx)
{
	GD_CHOSEN(gd_dropout_kernels)->backward((size_t)units * (size_t)rows, gd_dropout_scale(threshold), kept, dy, dx);
}

void gd_dropout_backward_relu(uint32_t threshold, int units, int rows, const float *y, const float *dy, float *dx)
{
	GD_CHOSEN(gd_dropout_kernels)->backward_relu((size_t)units * (size_t)rows, gd_dropout_scale(threshold), y, dy, dx);
}
