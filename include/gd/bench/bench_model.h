/* A network and a batch on this machine: shapes, what a step should take by the machine's figures, what it takes. */
#ifndef GD_BENCH_MODEL_H
#define GD_BENCH_MODEL_H

#include "gd/bench/bench_machine.h"
#include "gd/bench/bench_plan.h"
#include "gd/parallel/exchange.h"
#include "gd/run/train_options.h"
#include "gd/store/dataset.h"
#include "gd/train/stepper.h"

typedef struct gd_bench_model {
	gd_communicator *communicator;
	const gd_train_options *options;
	gd_network *network;
	gd_dataset *dataset;     /* NULL: rows are random */
	int inputs, classes;
	int64_t rows;            /* of the training part, over all ranks */
	gd_plan_work work;       /* all but the seconds */
	gd_blocking blocking;    /* of a full batch */
	double flops, bytes;     /* of a row: dense products; elementwise passes */
	double message_bytes;    /* that a step sums over the ranks: the gradient and what goes with it */
	double workspace_bytes;  /* of a block's values between its way forward and back */

	/* From gd_bench_model_prepare on. */
	gd_exchange *exchange;
	gd_stepper *stepper;
	gd_training_state state;
	gd_shard shard;
	gd_spread read_seconds;  /* with a dataset: of reading the shard */
	gd_spread exchange_seconds; /* of an epoch's exchange by itself */
} gd_bench_model;

/*
 * Collective. The network of `options` on `inputs` features and `classes`, a batch and an epoch of `rows` rows; or on the shapes and encodings of the
 * dataset options->data. Plans only. Keeps `options`.
 */
GD_CHECKED gd_status gd_bench_model_describe(gd_communicator *communicator, const gd_train_options *options, int inputs, int classes, int64_t rows, gd_bench_model *model);
/* Collective. Rows of this rank's shard, random or read, a state, and an epoch's exchange. */
GD_CHECKED gd_status gd_bench_model_prepare(gd_bench_model *model);
void gd_bench_model_release(gd_bench_model *model);

/* Seconds of a step by its phases; of which `products`, `elementwise` and `sums` are compute's. */
typedef struct gd_bench_prediction {
	double product_rate;   /* flop/s of the dense products at the model's own shapes */
	double input, products, elementwise, sums, reduce, update, step;
	gd_allreduce algorithm; /* of the step's message */
} gd_bench_prediction;

/*
 * Collective. What a step should take on the rank that has most rows: products at the rate measured on these very shapes; elementwise passes,
 * exact sums, transposition and the update by their bytes at the bandwidth of their working set, and what else there is to do in them (exponentials, random bits, roots) as
 * measured in the first-level cache beyond those bytes; messages by alpha + n beta.
 */
GD_CHECKED gd_status gd_bench_predict(const gd_bench_model *model, const gd_bench_machine *machine, gd_link link, double budget, gd_bench_prediction *prediction);

typedef struct gd_bench_steps {
	int64_t steps;
	double seconds, least; /* of one step: the median, and the least */
	gd_spread input, compute, reduce, update, other; /* medians of each, over the ranks */
} gd_bench_steps;

/* Collective. Real steps on full batches at a learning rate of 0, `steps` of them or, with 0, about `budget` seconds (and 100,000 steps at most). */
GD_CHECKED gd_status gd_bench_model_run(gd_bench_model *model, int64_t steps, double budget, gd_bench_steps *result);

#endif
