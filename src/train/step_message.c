#include "gd/train/step_message.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/network/optimizer.h"
#include "gd/parallel/buckets.h"

enum { COARSER = 16 };
#define LARGEST_FINITE_BITS 0x7f7fffffu

/*
 * In front of the gradient, so that the bucket that travels last has them: these; then, unless the sums are float32, for each tensor a wide
 * sum of its blocks' largest magnitudes; then for each tensor the number of blocks out of its range.
 */
enum { LOSS = 0, WEIGHT = LOSS + GD_WIDE_LIMBS, CORRECT = WEIGHT + GD_WIDE_LIMBS, ROWS, STOP, SAVE, NON_FINITE, SCALARS };

struct gd_step_message {
	gd_communicator *communicator;
	const gd_network *network;
	gd_step_message_options options;
	gd_sum_type number;
	size_t parameters, front; /* values of either part */
	int tensors;
	gd_arena arena;
	void *values;             /* [front + parameters] */
	double *head;             /* [front], or as far as float32 sums have it; of doubles, the front of `values` itself */
	gd_quantum *quantum;      /* [tensors] */
	gd_buckets *buckets;
	gd_slices slices;         /* with a sharded optimizer */
	void *room;               /* [gd_reduce_scatter_room] for their sums */
	bool last_block;
};

static void *gradient_of(const gd_step_message *m)
{
	return (char *)m->values + m->front * gd_sum_type_size(m->number);
}

static gd_wide_sum *maxima_of(const gd_step_message *m)
{
	return (gd_wide_sum *)(m->head + SCALARS);
}

static double *overflows_of(const gd_step_message *m)
{
	return m->head + SCALARS + (size_t)m->tensors * GD_WIDE_LIMBS;
}

/* A dense layer's gradient comes at once, from the last layer to the first. */
static gd_status plan_buckets(gd_step_message *m)
{
	size_t *cut = gd_arena_take(&m->arena, (size_t)m->tensors + 1, sizeof *cut);
	if (!cut)
		return gd_out_of_memory("a step's message");
	gd_buckets_options options = {.number = m->number, .values = m->values, .length = m->front + (m->options.shard ? 0 : m->parameters), .cut = cut};
	for (int t = m->tensors - 1; t >= 0 && !m->options.shard; t--)
		if (gd_network_tensor(m->network, t)->role == GD_TENSOR_DENSE_WEIGHT)
			cut[options.cuts++] = m->front + gd_network_tensor(m->network, t)->offset;
	return gd_buckets_create(m->communicator, &options, &m->buckets);
}

/* The gradient begins on a cache line. */
static size_t front_of(const gd_network *network, bool fast)
{
	size_t line = GD_ALIGNMENT / gd_sum_type_size(fast ? GD_FLOATS : GD_DOUBLES), head = SCALARS + (fast ? 0 : (size_t)gd_network_tensors(network) * (GD_WIDE_LIMBS + 1));
	return (head + line - 1) / line * line;
}

size_t gd_step_message_bytes(const gd_network *network, bool fast)
{
	return (front_of(network, fast) + gd_network_parameters(network)) * gd_sum_type_size(fast ? GD_FLOATS : GD_DOUBLES);
}

gd_status gd_step_message_create(gd_communicator *communicator, const gd_network *network, const gd_step_message_options *options, gd_step_message **message)
{
	gd_step_message *m = *message = gd_allocate(1, sizeof *m);
	if (!m)
		return gd_out_of_memory("a step's message");
	m->communicator = communicator;
	m->network = network;
	m->options = *options;
	m->number = options->fast ? GD_FLOATS : GD_DOUBLES;
	m->parameters = gd_network_parameters(network);
	m->tensors = gd_network_tensors(network);
	m->front = front_of(network, options->fast);
	m->values = gd_allocate(m->front + m->parameters, gd_sum_type_size(m->number));
	m->head = options->fast ? gd_arena_take(&m->arena, SCALARS, sizeof *m->head) : m->values;
	m->quantum = gd_arena_take(&m->arena, (size_t)m->tensors, sizeof *m->quantum);
	gd_status status = m->values && m->head && m->quantum ? plan_buckets(m) : gd_out_of_memory("a step's message");
	if (!gd_failed(&status) && options->shard)
		status = gd_slices_init(&m->slices, m->parameters, communicator->size);
	if (!gd_failed(&status) && options->shard && !(m->room = gd_allocate(gd_reduce_scatter_room(communicator->size), gd_sum_type_size(m->number))))
		status = gd_out_of_memory("a step's message");
	if (gd_failed(&status)) {
		gd_step_message_free(m);
		*message = NULL;
	}
	return status;
}

void gd_step_message_free(gd_step_message *m)
{
	if (!m)
		return;
	gd_buckets_free(m->buckets);
	gd_slices_release(&m->slices);
	free(m->values);
	free(m->room);
	gd_arena_release(&m->arena);
	free(m);
}

void gd_step_message_begin(gd_step_message *m, const int32_t *quantum)
{
	m->last_block = false;
	memset(m->values, 0, (m->front + m->parameters) * gd_sum_type_size(m->number));
	for (int t = 0; t < m->tensors; t++)
		m->quantum[t] = gd_quantum_of(quantum[t], m->options.addends);
}

static float float_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* Each tensor at its own quantum. */
static void add_exactly(gd_step_message *m, size_t offset, size_t count, const float *gradient)
{
	double *sums = gradient_of(m);
	for (int t = 0; t < m->tensors; t++) {
		const gd_tensor *tensor = gd_network_tensor(m->network, t);
		if (tensor->offset < offset || tensor->offset >= offset + count)
			continue;
		size_t length = (size_t)tensor->rows * (size_t)tensor->columns;
		uint32_t bits = gd_exact_sum_add(length, gradient + (tensor->offset - offset), m->quantum[t], sums + tensor->offset);
		if (bits > LARGEST_FINITE_BITS) {
			m->head[NON_FINITE]++;
			continue;
		}
		gd_wide_sum_add(&maxima_of(m)[t], float_of(bits));
		if (bits > m->quantum[t].limit_bits)
			overflows_of(m)[t]++;
	}
}

void gd_step_message_add(void *context, size_t offset, size_t count, const float *gradient)
{
	gd_step_message *m = context;
	if (m->options.fast)
		gd_gradient_add(count, gradient, (float *)gradient_of(m) + offset);
	else
		add_exactly(m, offset, count, gradient);
	if (m->last_block)
		gd_step_message_reached(m, offset);
	else
		gd_buckets_progress(m->buckets);
}

void gd_step_message_block(gd_step_message *m, bool last)
{
	m->last_block = last;
}

void gd_step_message_reached(gd_step_message *m, size_t offset)
{
	gd_buckets_reached(m->buckets, m->front + offset);
}

int gd_step_message_pieces(const gd_step_message *m)
{
	return gd_buckets_count(m->buckets);
}

gd_status gd_step_message_finish(gd_step_message *m, const gd_loss_sums *loss, gd_step_wishes wishes)
{
	double *head = m->head;
	memcpy(head + LOSS, loss->loss.limb, sizeof loss->loss.limb);
	memcpy(head + WEIGHT, loss->weight.limb, sizeof loss->weight.limb);
	head[CORRECT] = (double)loss->correct;
	head[ROWS] = (double)loss->rows;
	head[STOP] = wishes.stop;
	head[SAVE] = wishes.save;
	if (!m->options.fast)
		return gd_buckets_finish(m->buckets);

	float *front = m->values;
	for (int i = 0; i < SCALARS; i++)
		front[i] = (float)head[i];
	gd_status status = gd_buckets_finish(m->buckets);
	for (int i = 0; i < SCALARS; i++)
		head[i] = front[i];
	return status;
}

static double wide_value(const gd_step_message *m, int at)
{
	gd_wide_sum sum;
	double total = 0;
	memcpy(sum.limb, m->head + at, sizeof sum.limb);
	if (!m->options.fast)
		return gd_wide_sum_value(&sum);
	for (int i = 0; i < GD_WIDE_LIMBS; i++)
		total += sum.limb[i];
	return total;
}

gd_step_totals gd_step_message_totals(const gd_step_message *m)
{
	const double *head = m->head;
	return (gd_step_totals){
		.loss = wide_value(m, LOSS),
		.weight = wide_value(m, WEIGHT),
		.rows = head[ROWS],
		.correct = head[CORRECT],
		.stop = head[STOP] > 0,
		.save = head[SAVE] > 0,
		.finite = head[NON_FINITE] == 0,
	};
}

/* Infinities are past every quantum: they end the training before any coarsening. */
bool gd_step_message_coarsen(const gd_step_message *m, int32_t *quantum)
{
	bool any = false;
	for (int t = 0; t < m->tensors && !m->options.fast && m->head[NON_FINITE] == 0; t++)
		if (overflows_of(m)[t] > 0) {
			quantum[t] += COARSER;
			any = true;
		}
	return any;
}

void gd_step_message_follow(const gd_step_message *m, int32_t *quantum)
{
	for (int t = 0; t < m->tensors && !m->options.fast; t++)
		quantum[t] = gd_quantum_exponent(gd_wide_sum_value(&maxima_of(m)[t]), m->options.addends, quantum[t]);
}

gd_status gd_step_message_gradient(gd_step_message *m)
{
	if (!m->options.shard)
		return gd_ok();
	return gd_reduce_scatter(m->communicator, gradient_of(m), m->slices.counts, m->slices.starts, m->number, m->room);
}

void gd_step_message_replace(gd_step_message *m, size_t offset, size_t count, const double *values)
{
	for (size_t i = 0; i < count; i++)
		if (m->options.fast)
			((float *)gradient_of(m))[offset + i] = (float)values[i];
		else
			((double *)gradient_of(m))[offset + i] = values[i];
}

void gd_step_message_average(const gd_step_message *m, size_t offset, size_t count, double weight, float *gradient)
{
	if (m->options.fast)
		gd_gradient_average_float(count, (const float *)gradient_of(m) + offset, weight, gradient);
	else
		gd_gradient_average(count, (const double *)gradient_of(m) + offset, weight, gradient);
}
