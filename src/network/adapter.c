#include "gd/network/adapter.h"

#include <stddef.h>
#include <string.h>

#include "gd/network/adapter_kernels.h"

void gd_adapter_scale(int inputs, int outputs, const float *factor, const float *weight, float *scaled)
{
	GD_CHOSEN(gd_adapter_kernels)->scale(inputs, outputs, factor, weight, scaled);
}

void gd_adapter_gradient(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *gradient, float *factor_gradient)
{
	GD_CHOSEN(gd_adapter_kernels)->gradient(inputs, outputs, factor, weight, own, gradient, factor_gradient);
}

void gd_adapter_scale_ref(int inputs, int outputs, const float *factor, const float *weight, float *scaled)
{
	for (int i = 0; i < inputs * outputs; i++)
		scaled[i] = weight[i] * factor[i / outputs];
}

void gd_adapter_gradient_ref(int inputs, int outputs, const float *factor, const float *weight, const float *own, float *gradient, float *factor_gradient)
{
	for (int i = 0; i < inputs; i++) {
		double sum = 0;
		for (int o = 0; o < outputs; o++) {
			sum += (double)own[i * outputs + o] * weight[i * outputs + o];
			gradient[i * outputs + o] += own[i * outputs + o] * factor[i];
		}
		factor_gradient[i] = (float)sum;
	}
}

void gd_member_take(int members, int member, int units, int rows, const float *all, float *own)
{
	size_t length = (size_t)rows, stride = (size_t)members * length;
	all += (size_t)member * length;
	for (size_t u = 0; u < (size_t)units; u++)
		memcpy(own + u * length, all + u * stride, length * sizeof *own);
}

void gd_member_put(int members, int member, int units, int rows, const float *own, float *all)
{
	size_t length = (size_t)rows, stride = (size_t)members * length;
	all += (size_t)member * length;
	for (size_t u = 0; u < (size_t)units; u++)
		memcpy(all + u * stride, own + u * length, length * sizeof *all);
}
