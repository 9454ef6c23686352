/* What a step should take: see gd_bench_predict. */
#include <stdlib.h>

#include "gd/base/clock.h"
#include "gd/base/memory.h"
#include "gd/bench/bench_model.h"
#include "gd/kernel/transpose.h"
#include "gd/network/cross_entropy.h"
#include "gd/network/dense.h"
#include "gd/network/dropout.h"
#include "gd/train/step_settings.h"

/* Floats whose arrays, up to five of them, stay in a first-level cache of 32 kB. */
enum { SMALL = 1536, ARRAYS = 5 };

/* Everything that a timed call needs. */
typedef struct trial {
	const gd_network_options *network;
	const gd_stepper_options *stepper;
	int inputs, outputs, rows;
	float *array[ARRAYS];
	double *sums;
	int32_t *labels;
	uint8_t *kept;
} trial;

static void forward(void *context)
{
	trial *t = context;
	size_t row = (size_t)t->rows;
	gd_dense_forward(t->inputs, t->outputs, t->rows, t->array[0], t->array[1], row, t->array[2], row);
}

static void backward_parameters(void *context)
{
	trial *t = context;
	size_t row = (size_t)t->rows;
	gd_dense_backward_parameters(t->inputs, t->outputs, t->rows, t->array[1], row, t->array[2], row, t->array[3]);
}

static void backward_input(void *context)
{
	trial *t = context;
	size_t row = (size_t)t->rows;
	gd_dense_backward_input(t->inputs, t->outputs, t->rows, t->array[0], t->array[2], row, t->array[4], row);
}

static void transpose(void *context)
{
	trial *t = context;
	size_t rows = (size_t)t->rows, inputs = (size_t)t->inputs;
	gd_transpose(rows, inputs, t->array[0], inputs, t->array[1], rows);
}

static void activate(void *context)
{
	trial *t = context;
	gd_activation_forward(t->network->activation, SMALL, t->array[0], t->array[1]);
	gd_activation_backward(t->network->activation, SMALL, t->array[0], t->array[1], t->array[2], t->array[3]);
}

static void drop(void *context)
{
	trial *t = context;
	gd_dropout dropout = {.key = 1, .threshold = gd_dropout_threshold(t->network->dropout)};
	gd_dropout_forward(&dropout, 1, SMALL, t->array[0], t->array[1], t->kept);
	gd_dropout_backward(dropout.threshold, 1, SMALL, t->kept, t->array[1], t->array[2]);
}

static void lose(void *context)
{
	trial *t = context;
	gd_cross_entropy(t->outputs, t->rows, t->array[0], t->labels, t->network->class_weights, NULL, t->network->label_smoothing, t->array[1]);
}

static void add(void *context)
{
	trial *t = context;
	gd_exact_sum_add(SMALL, t->array[0], gd_quantum_of(-30, 8), t->sums);
}

static void update(void *context)
{
	trial *t = context;
	gd_step_scalars scalars = gd_optimizer_scalars(&t->stepper->optimizer, 0, 1);
	gd_optimizer_update(&t->stepper->optimizer, &scalars, t->stepper->weight_decay, SMALL, t->array[0], t->array[1], (float *const[2]){t->array[2], t->array[3]});
}

/* Passes over a parameter's values in an update, 4 bytes each: average from a double, norm, the rule's own, the exponential average. */
static double update_bytes(const gd_stepper_options *o, double *own)
{
	int moments = gd_optimizer_moments(&o->optimizer);
	*own = sizeof(float) * (3.0 + 2 * moments);
	return *own + sizeof(float) * (2 + 1 + 1 + (o->clip_norm > 0 ? 2 : 0) + (o->average > 0 ? 3 : 0));
}

/* Seconds of one of `count` values beyond its `bytes` at first-level bandwidth. */
static double arithmetic(void (*work)(void *), trial *t, double count, double bytes, const gd_bench_machine *machine, double budget)
{
	double seconds = gd_seconds_of(work, t, budget) / count - bytes / gd_bench_bandwidth(machine, SMALL * bytes);
	return seconds > 0 ? seconds : 0;
}

/* Columns of the first dense layer that are made and multiplied. */
static int made_columns(const gd_network *network)
{
	const gd_network_options *o = gd_network_get_options(network);
	return gd_network_columns(network) - (o->encoding && o->input_dropout == 0 ? o->encoding->piecewise_columns : 0);
}

static void free_trial(trial *t)
{
	for (int i = 0; i < ARRAYS; i++)
		free(t->array[i]);
	free(t->sums);
	free(t->labels);
	free(t->kept);
}

static bool make_trial(const gd_bench_model *m, trial *t)
{
	size_t widest = (size_t)(gd_network_columns(m->network) > m->classes ? gd_network_columns(m->network) : m->classes), rows = (size_t)m->blocking.largest;
	for (int l = 0; l < m->options->hidden.count; l++)
		widest = (size_t)m->options->hidden.width[l] > widest ? (size_t)m->options->hidden.width[l] : widest;
	size_t floats = widest * (rows > widest + 1 ? rows : widest + 1);
	floats = floats > SMALL ? floats : SMALL;
	bool complete = (t->sums = gd_allocate(SMALL, sizeof(double))) && (t->labels = gd_allocate(SMALL, sizeof *t->labels)) && (t->kept = gd_allocate(SMALL, 1));
	for (int i = 0; complete && i < ARRAYS; i++) {
		complete = (t->array[i] = gd_allocate(floats, sizeof(float)));
		for (size_t j = 0; complete && j < floats; j++)
			t->array[i][j] = (float)((j * 7 + (size_t)i) % 31) / 16 - 1;
	}
	return complete;
}

/* Seconds that the dense products of one block take, and their operations. */
static double time_products(const gd_bench_model *m, trial *t, double budget, double *flops)
{
	int layers = m->options->hidden.count + 1;
	double seconds = 0;
	*flops = 0;
	t->rows = m->blocking.largest;
	for (int l = 0; l < layers; l++) {
		t->inputs = l ? m->options->hidden.width[l - 1] : made_columns(m->network);
		t->outputs = l + 1 < layers ? m->options->hidden.width[l] : m->classes;
		if (t->inputs == 0)
			continue;
		double share = budget / (3 * layers);
		seconds += gd_seconds_of(forward, t, share) + gd_seconds_of(backward_parameters, t, share) + (l ? gd_seconds_of(backward_input, t, share) : 0);
		*flops += (l ? 6.0 : 4.0) * t->inputs * t->outputs * t->rows;
	}
	return seconds;
}

static gd_status predict(const gd_bench_model *m, const gd_bench_machine *machine, trial *t, double budget, gd_bench_prediction *p)
{
	const gd_network_options *network = t->network = gd_network_get_options(m->network);
	const gd_stepper_options stepper = gd_step_settings(m->options);
	const double parameters = (double)gd_network_parameters(m->network), floats = sizeof(float);
	gd_plan_line slowest = gd_plan_predict(&m->work, (gd_link){0, 0}, m->communicator->size);
	double rows = slowest.rows, members = gd_network_members(m->network), blocks = rows / m->work.full.rows * m->work.full.blocks, hidden = 0, flops, own, whole = update_bytes(&stepper, &own);
	double product_seconds = time_products(m, t, 3 * budget, &flops);
	gd_spread rate;
	gd_status status = gd_reduce_spread(m->communicator, flops > 0 ? flops / product_seconds : machine->product.mean, &rate);
	if (gd_failed(&status))
		return status;
	p->product_rate = rate.mean;
	p->products = rows * m->flops / rate.mean;

	t->stepper = &stepper;
	t->outputs = m->classes;
	t->rows = SMALL / ARRAYS / m->classes > 0 ? SMALL / ARRAYS / m->classes : 1;
	for (int l = 0; l < network->hidden_count; l++)
		hidden += members * network->hidden[l];
	double extra = hidden * arithmetic(activate, t, SMALL, 5 * floats, machine, budget);
	if (network->dropout > 0)
		extra += hidden * arithmetic(drop, t, SMALL, 4 * floats + 2, machine, budget);
	extra += members * m->classes * arithmetic(lose, t, (double)t->rows * m->classes, 4 * floats, machine, budget);
	p->elementwise = rows * (m->bytes / gd_bench_bandwidth(machine, m->workspace_bytes) + extra);

	const double sum_bytes = stepper.fast ? 3 * floats : floats + 2 * sizeof(double), message_bytes = m->message_bytes;
	p->sums = blocks * parameters * (sum_bytes / gd_bench_bandwidth(machine, parameters * (sum_bytes - floats)) + (stepper.fast ? 0 : arithmetic(add, t, SMALL, sum_bytes, machine, budget)));
	t->inputs = m->inputs;
	t->rows = SMALL / m->inputs > 0 ? SMALL / m->inputs : 1;
	extra = arithmetic(transpose, t, (double)t->rows * m->inputs, 2 * floats, machine, budget);
	const double reach = m->shard.whole ? m->shard.bytes * m->communicator->size : m->shard.bytes; /* bytes that rows are picked from */
	p->input = rows * m->inputs * (2 * floats / gd_bench_bandwidth(machine, reach) + extra) + message_bytes / gd_bench_bandwidth(machine, message_bytes);
	const double slice = m->options->shard_optimizer ? parameters / m->communicator->size : parameters;
	p->update = slice * (whole / gd_bench_bandwidth(machine, message_bytes + parameters * own) + arithmetic(update, t, SMALL, own, machine, budget));
	return gd_ok();
}

/* The slowest rank's figure is the step's. */
static gd_status take_largest(gd_communicator *communicator, double *seconds)
{
	gd_spread spread;
	gd_status status = gd_reduce_spread(communicator, *seconds, &spread);
	*seconds = spread.maximum;
	return status;
}

gd_status gd_bench_predict(const gd_bench_model *m, const gd_bench_machine *machine, gd_link link, double budget, gd_bench_prediction *p)
{
	trial t = {0};
	*p = (gd_bench_prediction){0};
	m->communicator->phase = "measuring the model's parts";
	bool complete = make_trial(m, &t);
	gd_status mine = complete ? gd_ok() : gd_out_of_memory("the operands of a measurement"), status = gd_agree(m->communicator, &mine);
	if (!gd_failed(&status))
		status = predict(m, machine, &t, budget, p);
	free_trial(&t);
	double *const parts[] = {&p->elementwise, &p->sums, &p->input, &p->update};
	for (int i = 0; !gd_failed(&status) && i < 4; i++)
		status = take_largest(m->communicator, parts[i]);
	gd_plan_line line = gd_plan_predict(&m->work, link, m->communicator->size);
	p->reduce = line.reduce;
	p->algorithm = line.algorithm;
	p->step = p->input + p->products + p->elementwise + p->sums + p->reduce + p->update;
	return status;
}
