#include "gd/network/adapter.h"

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
