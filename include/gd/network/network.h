/*
 * A feed-forward classifier: shapes, one flat parameter vector with named views, and the passes over
 * one block of rows. Arithmetic only: what is summed over ranks is handed in and out. Local.
 *
 * Layout. Everything that runs over rows is feature-major: [features, rows], element (f, r) at
 * f*rows + r. Weights are [inputs, outputs], element (i, o) at i*outputs + o: y = x W + b.
 * A hidden layer is dense -> batch norm (optional) -> activation -> dropout. The first dense layer reads the features' columns
 * (gd/network/encoding.h), then what the periodic embeddings make of the numeric features (gd/network/periodic.h), with the input's dropout.
 *
 * Members. K members share all layers but what each has to itself: a factor on each column of the first dense layer (gd/network/adapter.h), and an output
 * layer. A row goes through all of them; the loss is the mean of theirs, in use their probabilities are averaged, and a batch norm's moments are of all their rows.
 *
 * Segments. A batch normalisation needs the moments of the global batch, so it cuts the network: a
 * segment runs from after one batch norm's statistics to the input of the next. Without batch norm
 * there is one segment, and a block goes forward and backward while it is in cache.
 *
 *     for segment = 0 … S-1:  forward_segment on every block; all-reduce sums; finish_moments
 *     for segment = S-1 … 0:  backward_segment on every block; all-reduce sums; finish_gradient_sums
 */
#ifndef GD_NETWORK_H
#define GD_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/kernel/exact_sum.h"
#include "gd/network/activation.h"
#include "gd/network/encoding.h"

typedef struct gd_network_options {
	int inputs;            /* features a row, before any expansion */
	int classes;
	int hidden_count;
	const int *hidden;     /* [hidden_count] widths; copied */
	gd_activation activation;
	bool batch_norm;       /* epsilon 1e-5, momentum 0.1, unbiased running variance */
	double dropout;        /* probability after each hidden activation; rounded to 1/65536 */
	double input_dropout;  /* on the input */
	double label_smoothing;
	const float *class_weights; /* [classes], copied; NULL: all 1 */
	const gd_encoding *encoding; /* of the `inputs` features; copied; NULL: all standard */
	int periodic;          /* learned frequencies of each numeric feature; 0: none. The encoding must have numeric features */
	int periodic_width;    /* outputs a numeric feature */
	double periodic_scale; /* standard deviation of the frequencies at the start */
	int members;           /* more than 1: an ensemble in one network, which then has a hidden layer; else one network */
} gd_network_options;

typedef enum gd_tensor_role {
	GD_TENSOR_DENSE_WEIGHT, /* [rows, columns] = [inputs, outputs] */
	GD_TENSOR_DENSE_BIAS,
	GD_TENSOR_NORM_SCALE,
	GD_TENSOR_NORM_SHIFT,
	GD_TENSOR_RUNNING_MEAN,     /* in the statistics vector, as the next */
	GD_TENSOR_RUNNING_VARIANCE,
	GD_TENSOR_PERIODIC_FREQUENCY, /* [numeric features, frequencies] */
	GD_TENSOR_PERIODIC_WEIGHT,    /* [numeric features * 2 frequencies, width], of each feature the cosines, then the sines */
	GD_TENSOR_PERIODIC_BIAS,      /* [numeric features, width] */
	GD_TENSOR_MEMBER_FACTOR,      /* [members, columns of the first dense layer] */
} gd_tensor_role;

/* A named view of a flat vector. */
typedef struct gd_tensor {
	char group[24]; /* "periodic", "members", "dense_0", "batch_norm_0" */
	char name[24];  /* "frequency", "factor", "weight", "bias", "scale", "shift", "running_mean", "running_variance" */
	gd_tensor_role role;
	int layer;
	size_t offset;  /* first element in the parameter vector, or in the statistics vector */
	int rows;       /* 1 for a vector; of the members' output layers all together, one member's behind the other's */
	int columns;
	int members;    /* whose output layers these are; 0: one layer */
} gd_tensor;

typedef struct gd_network gd_network;

/* The network is immutable from here on and may be shared. Out of memory is the only failure; shapes are asserted. */
GD_CHECKED gd_status gd_network_create(const gd_network_options *options, gd_network **network);
void gd_network_free(gd_network *network);

const gd_network_options *gd_network_get_options(const gd_network *network);
int gd_network_members(const gd_network *network); /* 1: one network */
size_t gd_network_parameters(const gd_network *network); /* floats of the parameter vector */
size_t gd_network_statistics(const gd_network *network); /* floats of the running statistics; 0 without batch norm */
/* Inputs of the first dense layer. */
int gd_network_columns(const gd_network *network);
/* Parameter tensors, in the order of their offsets: periodic frequency, weight, bias; the members' factors; layer by layer dense weight, bias, scale, shift. They tile the vector. */
int gd_network_tensors(const gd_network *network);
const gd_tensor *gd_network_tensor(const gd_network *network, int index);
/* All tensors in the order in which a model is hashed and stored: periodic frequency, weight, bias; the members' factors; layer by layer dense weight, bias, then scale, shift, running mean, running variance. */
int gd_network_model_tensors(const gd_network *network);
const gd_tensor *gd_network_model_tensor(const gd_network *network, int index);
/* Whether the view lies in the statistics vector. */
bool gd_tensor_is_statistic(const gd_tensor *tensor);
/* Whether it is a weight matrix, on which weight decay acts even where it spares the rest. */
bool gd_tensor_is_weight(const gd_tensor *tensor);

/* How a global batch of `rows` is cut: a function of the widths and `rows` alone. */
typedef struct gd_blocking {
	int blocks;
	int largest; /* rows of the largest block */
} gd_blocking;
gd_blocking gd_network_blocking(const gd_network *network, int rows);
/* First row of block `index` of `blocks` of a batch of `rows`; `index` == `blocks` gives `rows`. Blocks are near-equal: in whole cache lines of 16 rows, but
 * for what the last one takes besides; to the row where they have less than 64. */
int gd_block_start(int rows, int blocks, int index);

/* One block of a training batch. */
typedef struct gd_block {
	int index;             /* in the batch */
	int rows;
	const float *x;        /* [inputs, rows] */
	const int32_t *labels; /* [rows], in [0, classes) */
	const float *weights;  /* [rows], finite and not negative: of the rows in the loss; NULL: all 1 */
} gd_block;

/* Values of one batch norm's channels in the course of a step; every vector has gd_network_statistics()/2
 * entries (all batch norms, one after the other). */
typedef struct gd_norm_state {
	float *mean;              /* of the global batch */
	float *inverse_deviation; /* 1/sqrt(biased variance + epsilon) */
	float *unbiased_variance; /* for the running statistics */
	float *gradient_mean;     /* sum of dL/dy / rows */
	float *gradient_product;  /* sum of dL/dy * normalised x / rows */
} gd_norm_state;

/* What one step fixes for all of its blocks. */
typedef struct gd_pass {
	const float *parameters;  /* [gd_network_parameters] */
	const float *tables;      /* [gd_network_tables] of the parameters, by gd_network_prepare; NULL: every block makes its own */
	const float *statistics;  /* running statistics before the step: the shift of the moment sums */
	uint64_t dropout_key;     /* gd_random_key(seed, GD_PURPOSE_DROPOUT, step) */
	gd_norm_state norm;       /* NULL pointers without batch norm */
} gd_pass;

/* Sums that a block adds to, besides its gradient. */
typedef struct gd_loss_sums {
	gd_wide_sum loss;   /* of the smoothed, weighted losses (undivided), of each member */
	gd_wide_sum weight; /* of the rows' weights times those of their classes, once a member: what the loss and gradients are divided by */
	int64_t correct;    /* of each member */
	int64_t rows;
} gd_loss_sums;

/*
 * Told once each stretch of the block's gradient is final (from the last layer to the first): the sums over the
 * block's rows of dL/dp, undivided, at gradient[0 .. count), belonging at `offset` of the parameter vector.
 */
typedef void gd_gradient_sink(void *context, size_t offset, size_t count, const float *gradient);

int gd_network_segments(const gd_network *network);
/* Channels of the batch norm that ends segment `segment` (0 for the last segment). */
int gd_network_segment_channels(const gd_network *network, int segment);

/* What all blocks of a step share: sums of the first layer's weights over the bins of piecewise-linear columns. tables [gd_network_tables] (may be 0), overwritten. */
size_t gd_network_tables(const gd_network *network);
void gd_network_prepare(const gd_network *network, const float *parameters, float *tables);

/* Floats of scratch that a block of `rows` rows needs from its forward to its backward pass (GD_ALIGNMENT-aligned storage). */
size_t gd_network_workspace(const gd_network *network, int rows);

/*
 * Runs `segment` on a block. Not the last: adds the block's sums to moments [2 * channels]: of (z - K) for each
 * channel, then of (z - K)^2, K the running mean. The last: adds to `loss`, and keeps dL/dlogits for the way back.
 */
void gd_network_forward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_wide_sum *moments, gd_loss_sums *loss);
/* From the globally summed moments: mean, inverse deviation, unbiased variance of the batch norm that ends `segment`, into pass->norm. */
void gd_network_finish_moments(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *moments, double rows);

/*
 * The way back through `segment` of a block that went forward. Gradients of its dense layers go to `sink`. If a batch norm
 * precedes the segment, adds to sums [2 * channels]: of dL/dy for each channel (its shift's gradient), then of dL/dy * normalised x (its scale's).
 * `segment`'s own closing batch norm, if any, needs gradient_mean and gradient_product in pass->norm.
 */
void gd_network_backward_segment(const gd_network *network, const gd_pass *pass, int segment, const gd_block *block,
	float *workspace, gd_gradient_sink *sink, void *context, gd_wide_sum *sums);
/* From the globally summed gradient sums of the batch norm in front of `segment`: pass->norm's gradient_mean and gradient_product, and the (undivided)
 * gradients of its scale and shift at their offsets of gradient [gd_network_parameters], overwritten there and nowhere else. */
void gd_network_finish_gradient_sums(const gd_network *network, const gd_pass *pass, int segment, const gd_wide_sum *sums, double rows, double *gradient);

/* running = 0.9 running + 0.1 batch, from pass->norm, once a step is accepted. */
void gd_network_update_statistics(const gd_network *network, const gd_pass *pass, float *statistics);

/*
 * Probabilities [classes, rows] for x [inputs, rows]: running statistics, no dropout.
 * `workspace` as gd_network_workspace(rows).
 */
void gd_network_infer(const gd_network *network, const float *parameters, const float *statistics,
	int rows, const float *x, float *workspace, float *probabilities);

/* Floating-point operations of a training step per row (forward and backward, dense products alone). */
double gd_network_flops(const gd_network *network);
/* Bytes per row that its elementwise passes load and store, each pass counting its operands and its result once. */
double gd_network_bytes(const gd_network *network);

#endif
