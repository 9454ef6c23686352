#include "ranks.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/network/initialise.h"
#include "gd/parallel/reduce.h"
#include "gd/train/stepper.h"

const char *const ranks_suite = "stepper";

enum { INPUTS = 20, CLASSES = 6, STEPS = 2 };

typedef struct test_shape {
	int hidden[2], batch;
	bool batch_norm, shard, fast;
	int32_t quantum; /* to start with; 0: as it comes */
} test_shape;

typedef struct steps {
	gd_network *network;
	gd_exchange *exchange;
	gd_stepper *stepper;
	gd_training_state state;
	gd_shard shard;
} steps;

static void release(steps *s)
{
	gd_training_state_release(&s->state);
	gd_stepper_free(s->stepper);
	gd_exchange_free(s->exchange);
	gd_network_free(s->network);
	gd_shard_release(&s->shard);
}

/* Two steps over the ranks of `communicator`, of rows that are a function of their numbers. */
static gd_status run(gd_communicator *communicator, const test_shape *shape, steps *s)
{
	int64_t rows = (int64_t)shape->batch * STEPS;
	gd_network_options options = {.inputs = INPUTS, .classes = CLASSES, .hidden_count = 2, .hidden = shape->hidden, .batch_norm = shape->batch_norm, .dropout = 0.2};
	gd_status status = gd_network_create(&options, &s->network);
	if (gd_failed(&status))
		return status;
	status = gd_shard_create(communicator, rows, INPUTS, false, &s->shard);
	if (gd_failed(&status))
		return status;
	gd_share share = s->shard.share;
	for (long long i = 0; i < share.count; i++) {
		s->shard.labels[i] = (int32_t)(gd_random_bits(1, (uint64_t)(share.first + i)) % CLASSES);
		for (long long f = 0; f < INPUTS; f++)
			s->shard.features[i * INPUTS + f] = (float)gd_random_normal(2, (uint64_t)((share.first + i) * INPUTS + f));
	}
	gd_exchange_options exchange = {.rows = rows, .features = INPUTS, .batch_rows = shape->batch, .seed = 3, .network = s->network, .shard = &s->shard};
	status = gd_exchange_create(communicator, &exchange, &s->exchange);
	if (gd_failed(&status))
		return status;
	gd_stepper_options stepper = {.optimizer = {.kind = GD_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8}, .weight_decay = 1e-3, .decay_weights_only = true, .clip_norm = 0.5, .average = 0.9, .seed = 4,
		.shard = shape->shard, .fast = shape->fast};
	status = gd_stepper_create(communicator, s->network, s->exchange, &stepper, &s->stepper);
	if (gd_failed(&status))
		return status;
	gd_slice slice = gd_slice_of(gd_network_parameters(s->network), shape->shard ? communicator->rank : 0, shape->shard ? communicator->size : 1);
	status = gd_training_state_init(&s->state, s->network, 2, slice, true);
	if (gd_failed(&status))
		return status;
	gd_initialise(s->network, GD_INIT_TORCH, 0, 5, s->state.parameters, s->state.statistics);
	for (int t = 0; shape->quantum && t < gd_network_tensors(s->network); t++)
		s->state.quantum[t] = shape->quantum;
	status = gd_exchange_run(s->exchange, 0);
	for (int64_t step = 0; step < STEPS && !gd_failed(&status); step++) {
		gd_step_scalars scalars = gd_optimizer_scalars(&stepper.optimizer, 1e-2, (long)step + 1);
		gd_step_result result;
		status = gd_stepper_step(s->stepper, &s->state, step, step + 1, &scalars, (gd_step_wishes){.stop = step == 1 && communicator->rank == communicator->size - 1}, &result);
		CU_ASSERT(result.stop == (step == 1) && !result.save && result.rows == shape->batch);
	}
	return status;
}

static bool same(const void *a, const void *b, size_t count)
{
	return memcmp(a, b, count * sizeof(float)) == 0;
}

/* As one rank computes it alone, with the plain optimizer and the quanta that come of it. */
static void compare(const test_shape *shape)
{
	gd_communicator self = {.mpi = MPI_COMM_SELF, .size = 1, .phase = "a test"};
	test_shape plain = *shape;
	steps mine = {0}, alone = {0};
	plain.shard = false;
	bool ran = ranks_ok(run(&ranks, shape, &mine)) && ranks_ok(run(&self, &plain, &alone));
	if (ranks_all(ran)) {
		size_t parameters = gd_network_parameters(mine.network);
		gd_slice slice = mine.state.slice;
		CU_ASSERT(same(mine.state.parameters, alone.state.parameters, parameters));
		CU_ASSERT(same(mine.state.average, alone.state.average, parameters));
		CU_ASSERT(same(mine.state.statistics, alone.state.statistics, gd_network_statistics(mine.network)));
		CU_ASSERT(same(mine.state.quantum, alone.state.quantum, (size_t)gd_network_tensors(mine.network)));
		for (int m = 0; m < 2; m++) {
			CU_ASSERT(same(mine.state.moment[m], alone.state.moment[m] + slice.first, slice.count));
			float *whole = NULL;
			ranks_ok(gd_training_state_collect(&ranks, &mine.state, parameters, m, &whole));
			CU_ASSERT(ranks.rank || !shape->shard || (whole && same(whole, alone.state.moment[m], parameters)));
			free(whole);
		}
		gd_step_times times = gd_stepper_times(mine.stepper);
		CU_ASSERT_EQUAL(times.steps, STEPS);
		CU_ASSERT(times.compute >= 0 && times.update > 0 && times.reduce >= 0);
	}
	release(&mine);
	release(&alone);
}

/* One message; several buckets; each with fewer blocks than ranks. */
static void test_same_bits(void)
{
	const test_shape shapes[] = {
		{.hidden = {24, 16}, .batch = 1100},
		{.hidden = {24, 16}, .batch = 130},
		{.hidden = {400, 340}, .batch = 1100},
		{.hidden = {340, 400}, .batch = 130},
		{.hidden = {400, 340}, .batch = 1100, .batch_norm = true},
		{.hidden = {340, 400}, .batch = 300, .batch_norm = true},
	};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int shard = 0; shard < 2; shard++) {
			test_shape shape = shapes[i];
			shape.shard = shard;
			compare(&shape);
		}
}

/* Quanta that are far too fine at first: blocks are run again until none is out of range, buckets and all. */
static void test_coarser(void)
{
	for (int shard = 0; shard < 2; shard++) {
		compare(&(test_shape){.hidden = {400, 340}, .batch = 300, .shard = shard, .quantum = -70});
		compare(&(test_shape){.hidden = {400, 340}, .batch = 300, .batch_norm = true, .shard = shard, .quantum = -70});
	}
}

/* Float sums depend on the number of ranks, but not much, and all ranks have the same. */
static void test_fast(void)
{
	gd_communicator self = {.mpi = MPI_COMM_SELF, .size = 1, .phase = "a test"};
	for (int shard = 0; shard < 2; shard++) {
		const test_shape fast = {.hidden = {400, 340}, .batch = 1100, .shard = shard, .fast = true}, exact = {.hidden = {400, 340}, .batch = 1100};
		steps mine = {0}, alone = {0};
		bool ran = ranks_ok(run(&ranks, &fast, &mine)) && ranks_ok(run(&self, &exact, &alone));
		if (ranks_all(ran)) {
			size_t parameters = gd_network_parameters(mine.network), far = 0;
			for (size_t i = 0; i < parameters; i++) {
				float difference = mine.state.parameters[i] - alone.state.parameters[i];
				far += !(difference < 1e-3f && difference > -1e-3f);
			}
			CU_ASSERT(far < parameters / 1000);
			float *first = gd_allocate(parameters, sizeof *first);
			CU_ASSERT_PTR_NOT_NULL(first);
			if (ranks_all(first != NULL)) {
				memcpy(first, mine.state.parameters, parameters * sizeof *first);
				MPI_Bcast(first, (int)parameters, MPI_FLOAT, 0, MPI_COMM_WORLD);
				CU_ASSERT(same(first, mine.state.parameters, parameters));
			}
			free(first);
		}
		release(&mine);
		release(&alone);
	}
}

const ranks_test ranks_tests[] = {
	{"the same bits as on one rank", test_same_bits},
	{"quanta that have to become coarser", test_coarser},
	{"float32 sums", test_fast},
	{0},
};
