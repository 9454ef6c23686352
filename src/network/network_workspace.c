#include "gd/network/network_layers.h"

void gd_network_place_values(gd_network *network)
{
	const gd_network_options *options = &network->options;
	bool keep_z = gd_activation_needs_input(options->activation);
	/* The backward pass of these reads their output as it was before dropout; relu's asks only for its sign, and where that is 0 dropout need not be asked. */
	bool keep_y = network->dropout > 0 && (options->activation == GD_SIGMOID || options->activation == GD_TANH);
	size_t used = 0, members = (size_t)network->members, widest = (size_t)network->widest * members;
	gd_network_place_input(network, &used);
	for (int l = 0; l < network->last; l++) {
		gd_layer *layer = &network->layer[l];
		size_t width = (size_t)layer->outputs * members;
		layer->y = gd_network_take(&used, width);
		layer->z = keep_z ? gd_network_take(&used, width) : layer->y;
		layer->dense = options->batch_norm ? gd_network_take(&used, width) : layer->z;
		layer->output = keep_y ? gd_network_take(&used, width) : layer->y;
		layer->kept = network->dropout > 0 && options->activation != GD_RELU ? gd_network_take(&used, (width + sizeof(float) - 1) / sizeof(float)) : 0;
	}
	network->gradient[0] = gd_network_take(&used, widest);
	network->gradient[1] = gd_network_take(&used, network->last > 0 ? widest : 0);
	if (network->last == 0)
		network->gradient[1] = network->gradient[0];
	network->workspace_rows = used;
}

size_t gd_network_workspace(const gd_network *network, int rows)
{
	const gd_layer *first = &network->layer[0];
	size_t own = network->members > 1 ? (2 * (size_t)first->inputs + 1) * (size_t)first->outputs : 0;
	return network->workspace_rows * gd_network_padded(rows) + network->parameter_gradient + network->tables + own;
}

gd_layer_values gd_network_layer_values(const gd_network *network, int layer, int rows, float *workspace)
{
	const gd_layer *place = &network->layer[layer];
	size_t length = gd_network_padded(rows);
	return (gd_layer_values){
		.dense = workspace + place->dense * length,
		.z = workspace + place->z * length,
		.y = workspace + place->y * length,
		.output = workspace + place->output * length,
		.kept = (uint8_t *)(workspace + place->kept * length),
	};
}

float *gd_network_layer_gradient(const gd_network *network, int layer, int rows, float *workspace)
{
	return workspace + network->gradient[layer % 2] * gd_network_padded(rows);
}
