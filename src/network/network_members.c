/* What the members of one network go through alone: the first product, and their output layers. */
#include <string.h>

#include "gd/network/adapter.h"
#include "gd/network/dense.h"
#include "gd/network/network_layers.h"

static float *region(size_t offset, int rows, float *workspace)
{
	return workspace + offset * gd_network_padded(rows);
}

static const float *scaled_weight(const gd_network *network, const float *parameters, int member, int rows, float *workspace)
{
	const gd_layer *layer = &network->layer[0];
	float *scaled = gd_network_member_weights(network, rows, workspace);
	gd_adapter_scale(layer->inputs, layer->outputs, parameters + network->factor + (size_t)member * (size_t)layer->inputs, parameters + layer->weight, scaled);
	return scaled;
}

void gd_network_members_first_product(const gd_network *network, const float *parameters, int rows, const float *values, float *workspace, float *z)
{
	float *own = region(network->member_first, rows, workspace);
	for (int m = 0; m < network->members; m++) {
		const float *weight = scaled_weight(network, parameters, m, rows, workspace);
		gd_network_first_product(network, weight, NULL, rows, values, workspace, own);
		gd_member_put(network->members, m, network->layer[0].outputs, rows, own, z);
	}
}

void gd_network_members_first_gradient(const gd_network *network, const float *parameters, int rows, const float *values, const float *dz, float *workspace, float *gradient)
{
	const gd_layer *layer = &network->layer[0];
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, weights = inputs * outputs;
	float *factor_gradient = gradient, *weight_gradient = gradient + (size_t)network->members * inputs, *bias_gradient = weight_gradient + weights;
	float *own_dz = region(network->member_first, rows, workspace), *own = gd_network_member_weights(network, rows, workspace) + weights;
	memset(weight_gradient, 0, (weights + outputs) * sizeof *weight_gradient);
	for (int m = 0; m < network->members; m++, factor_gradient += inputs) {
		const float *factor = parameters + network->factor + (size_t)m * inputs;
		gd_member_take(network->members, m, layer->outputs, rows, dz, own_dz);
		gd_network_first_gradient(network, rows, values, own_dz, workspace, own);
		gd_adapter_gradient(layer->inputs, layer->outputs, factor, parameters + layer->weight, own, weight_gradient, factor_gradient);
		for (size_t o = 0; o < outputs; o++)
			bias_gradient[o] += own[weights + o];
		if (network->input.periodic.features)
			gd_network_periodic_sensitivity(network, scaled_weight(network, parameters, m, rows, workspace), rows, own_dz, m > 0, workspace);
	}
}

void gd_network_members_output(const gd_network *network, const float *parameters, int rows, const float *x, float *workspace, float *logits)
{
	const gd_layer *layer = &network->layer[network->last];
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs;
	float *own = region(network->member_last, rows, workspace);
	for (int m = 0; m < network->members; m++, logits += outputs * (size_t)rows) {
		gd_member_take(network->members, m, layer->inputs, rows, x, own);
		gd_dense_forward(layer->inputs, layer->outputs, rows, parameters + layer->weight + (size_t)m * inputs * outputs, own, logits);
		gd_dense_add_bias(layer->outputs, rows, parameters + layer->bias + (size_t)m * outputs, logits);
	}
}

void gd_network_members_output_gradient(const gd_network *network, const float *parameters, int rows, const float *x, const float *dz, float *workspace, float *gradient, float *dx)
{
	const gd_layer *layer = &network->layer[network->last];
	size_t inputs = (size_t)layer->inputs, outputs = (size_t)layer->outputs, weights = inputs * outputs;
	float *own = region(network->member_last, rows, workspace), *bias_gradient = gradient + (size_t)network->members * weights;
	for (int m = 0; m < network->members; m++, dz += outputs * (size_t)rows) {
		gd_member_take(network->members, m, layer->inputs, rows, x, own);
		gd_dense_weight_gradient(layer->inputs, layer->outputs, rows, own, dz, gradient + (size_t)m * weights);
		gd_dense_bias_gradient(layer->outputs, rows, dz, bias_gradient + (size_t)m * outputs);
		gd_dense_backward_input(layer->inputs, layer->outputs, rows, parameters + layer->weight + (size_t)m * weights, dz, own);
		gd_member_put(network->members, m, layer->inputs, rows, own, dx);
	}
}
