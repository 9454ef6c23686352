/* What gd_network is made of: for the files of the network alone. Local. */
#ifndef GD_NETWORK_LAYERS_H
#define GD_NETWORK_LAYERS_H

#include "gd/memory.h"
#include "gd/network.h"

/* A dense layer and, but for the last, what follows it up to the next. */
typedef struct gd_layer {
	int inputs, outputs;
	size_t weight, bias;                    /* offsets in the parameter vector; bias directly behind weight */
	size_t scale, shift;                    /* likewise, with batch norm */
	size_t running_mean, running_variance;  /* offsets in the statistics vector */
	size_t channel;                         /* of the first of its channels in gd_norm_state */
	size_t dense, z, y, output, kept;       /* offsets in the workspace, in rows of padded length */
} gd_layer;

struct gd_network {
	gd_arena arena;
	gd_network_options options; /* class_weights never NULL */
	int last;                   /* index of the output layer: hidden_count */
	gd_layer *layer;            /* [last + 1] */
	uint32_t dropout, input_dropout; /* thresholds */
	size_t parameters, statistics;
	int tensors, model_tensors;
	gd_tensor *tensor, *model_tensor;
	int widest;                 /* of the hidden layers and the classes */
	size_t input;               /* workspace offset of the dropped-out input, in rows */
	size_t gradient[2];         /* workspace offsets of the gradients at odd and even layers, in rows */
	size_t workspace_rows;      /* rows of padded length in all */
	size_t parameter_gradient;  /* floats of the largest dense layer's gradient */
};

/* Fills in the workspace offsets; the last step of gd_network_create. */
void gd_network_place_values(gd_network *network);

/*
 * Where a hidden layer's values lie in a block's workspace, each [outputs, rows]. Names that coincide are computed in place.
 *     dense: after bias      z: after batch norm      y: after activation      output: after dropout
 */
typedef struct gd_layer_values {
	float *dense, *z, *y, *output;
	uint8_t *kept;
} gd_layer_values;
gd_layer_values gd_network_layer_values(const gd_network *network, int layer, int rows, float *workspace);
/* The dropped-out input [inputs, rows]. */
float *gd_network_input_values(const gd_network *network, int rows, float *workspace);
/* dL/d(dense output) of a layer [outputs, rows]: one of two buffers by turns. For the last layer first its logits. */
float *gd_network_layer_gradient(const gd_network *network, int layer, int rows, float *workspace);
/* The gradient of one dense layer's parameters. */
float *gd_network_parameter_gradient(const gd_network *network, int rows, float *workspace);

#endif
