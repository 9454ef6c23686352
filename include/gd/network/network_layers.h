/* What gd_network is made of: for the files of the network alone. Local. */
#ifndef GD_NETWORK_LAYERS_H
#define GD_NETWORK_LAYERS_H

#include "gd/base/memory.h"
#include "gd/network/dropout.h"
#include "gd/network/network.h"
#include "gd/network/periodic.h"

/* A dense layer and, but for the last, what follows it up to the next. */
typedef struct gd_layer {
	int inputs, outputs;
	size_t weight, bias;                    /* offsets in the parameter vector; bias directly behind weight */
	size_t scale, shift;                    /* likewise, with batch norm */
	size_t running_mean, running_variance;  /* offsets in the statistics vector */
	size_t channel;                         /* of the first of its channels in gd_norm_state */
	size_t dense, z, y, output, kept;       /* offsets in the workspace, in rows of padded length */
} gd_layer;

/* What stands before the first dense layer. */
typedef struct gd_input_layer {
	gd_encoding encoding;  /* of 0 features: they are the columns */
	gd_periodic periodic;
	int columns;           /* of the first dense layer */
	int encoded;           /* of them in front of the periodic ones */
	bool piecewise;        /* piecewise-linear columns are not made but summed by gd/network/piecewise.h */
	int made;              /* columns that are made: all, or all but those */
	bool computed;         /* the first dense layer reads `values`, not the features */
	size_t values, ranks, waves, gradient, one_gradient, scratch, place, fraction, product, order; /* offsets in the workspace, in rows of padded length */
	size_t packed;         /* floats behind the table of the piecewise-linear columns, which is behind the parameter gradient */
} gd_input_layer;

struct gd_network {
	gd_arena arena;
	gd_network_options options; /* class_weights never NULL */
	int last;                   /* index of the output layer: hidden_count */
	gd_layer *layer;            /* [last + 1] */
	uint32_t dropout, input_dropout; /* thresholds */
	int members;                /* at least 1 */
	size_t factor;              /* offset in the parameter vector, with members: directly in front of the first dense layer's weight */
	size_t parameters, statistics;
	int tensors, model_tensors;
	gd_tensor *tensor, *model_tensor;
	int widest;                 /* of the hidden layers and the classes */
	gd_input_layer input;
	size_t gradient[2];         /* workspace offsets of the gradients at odd and even layers, in rows */
	size_t workspace_rows;      /* rows of padded length in all */
	size_t parameter_gradient;  /* floats of the largest gradient that is handed on at once */
	size_t tables;              /* floats behind it */
};

/* Rows are padded to whole cache lines, so that offsets in rows are offsets of aligned buffers for any number of rows. */
static inline size_t gd_network_padded(int rows)
{
	size_t line = GD_ALIGNMENT / sizeof(float);
	return ((size_t)rows + line - 1) / line * line;
}

/* The offset of `rows` rows of a workspace of which `*used` are taken already. */
static inline size_t gd_network_take(size_t *used, size_t rows)
{
	size_t offset = *used;
	*used += rows;
	return offset;
}

/* Where a block's workspace has the gradient of one dense layer's parameters, or of the periodic ones. */
static inline float *gd_network_parameter_gradient(const gd_network *network, int rows, float *workspace)
{
	return workspace + network->workspace_rows * gd_network_padded(rows);
}

/* Behind it and the tables, with members: one member's first weights, and their gradient with the bias's. */
static inline float *gd_network_member_weights(const gd_network *network, int rows, float *workspace)
{
	return gd_network_parameter_gradient(network, rows, workspace) + network->parameter_gradient + network->tables;
}

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
/* Offsets of what the input layer keeps; `*used` rows are taken already. */
void gd_network_place_input(gd_network *network, size_t *used);
/* What the first dense layer reads for x [inputs, rows]: made in the workspace, or x itself. dropout NULL: none. */
const float *gd_network_input_forward(const gd_network *network, const float *parameters, int rows, const float *x, const gd_dropout *dropout, float *workspace);
/* The same once more, for the way back. */
const float *gd_network_input_values(const gd_network *network, int rows, const float *x, float *workspace);
/* z [outputs, rows] = W^T of what gd_network_input_forward has made. weight: of the first dense layer; tables: gd_network_prepare's of it, or NULL. */
void gd_network_first_product(const gd_network *network, const float *weight, const float *tables, int rows, const float *values, float *workspace, float *z, size_t z_row);
/* gradient: of the first dense layer's weight and bias, overwritten; dz [outputs, rows]. */
void gd_network_first_gradient(const gd_network *network, int rows, const float *values, const float *dz, size_t dz_row, float *workspace, float *gradient);
/* For a network with periodic embeddings: the gradient of what they make, from dz [outputs, rows] behind the weights of their columns; further members add to it. */
void gd_network_periodic_sensitivity(const gd_network *network, const float *weight, int rows, const float *dz, size_t dz_row, bool further, float *workspace);
/* From it: gradient [gd_periodic_parameters], overwritten. */
void gd_network_periodic_gradient(const gd_network *network, const float *parameters, int rows, const float *values, float *workspace, float *gradient);
/* The same products of all members: z [outputs, members * rows] from the parameters (gd/network/adapter.h); one member after the other. */
void gd_network_members_first_product(const gd_network *network, const float *parameters, int rows, const float *values, float *workspace, float *z);
/* gradient, overwritten: of the factors, the first dense layer's weight and bias. */
void gd_network_members_first_gradient(const gd_network *network, const float *parameters, int rows, const float *values, const float *dz, float *workspace, float *gradient);
/* Logits [members][classes, rows], overwritten, of the members' output layers, from x [inputs, members * rows]. */
void gd_network_members_output(const gd_network *network, const float *parameters, int rows, const float *x, float *logits);
/* From dz, which lies as the logits: gradients of the output layers' weights and biases, and of x, dx, which lies as x. */
void gd_network_members_output_gradient(const gd_network *network, const float *parameters, int rows, const float *x, const float *dz, float *gradient, float *dx);
/* dL/d(dense output) of a layer [outputs, rows]: one of two buffers by turns. For the last layer first its logits. */
float *gd_network_layer_gradient(const gd_network *network, int layer, int rows, float *workspace);

#endif
