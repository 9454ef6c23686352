#include "gd/network/adapter_kernels.h"

#include <stddef.h>

#include "gd/kernel/lanes.h"

static void scale(int inputs, int outputs, const float *factor, const float *weight, float *scaled)
{
	for (int i = 0; i < inputs; i++) {
		const float *from = weight + (size_t)i * (size_t)outputs;
		float *to = scaled + (size_t)i * (size_t)outputs;
		float f = factor[i];
		GD_INDEPENDENT
		for (int o = 0; o < outputs; o++)
			to[o] = from[o] * f;
	}
}

static void gradient(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *sum, float *factor_gradient)
{
	for (int i = 0; i < inputs; i++) {
		const float *w = weight + (size_t)i * (size_t)outputs, *g = own + (size_t)i * (size_t)outputs;
		float *to = sum + (size_t)i * (size_t)outputs;
		float f = factor[i], lane[16];
		gd_float16 sums = {0}, theirs, ours, there;
		int o = 0;
		for (; o + 16 <= outputs; o += 16) {
			memcpy(&theirs, w + o, sizeof theirs);
			memcpy(&ours, g + o, sizeof ours);
			memcpy(&there, to + o, sizeof there);
			sums += ours * theirs;
			there += ours * f;
			memcpy(to + o, &there, sizeof there);
		}
		memcpy(lane, &sums, sizeof lane);
		for (int l = 0; o + l < outputs; l++) {
			lane[l] += g[o + l] * w[o + l];
			to[o + l] += g[o + l] * f;
		}
		for (int width = 8; width > 0; width /= 2)
			for (int l = 0; l < width; l++)
				lane[l] += lane[l + width];
		factor_gradient[i] = lane[0];
	}
}

const gd_adapter_kernels GD_TABLE(gd_adapter_kernels) = {
	.scale = scale,
	.gradient = gradient,
};
