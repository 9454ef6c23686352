#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/baseline/baseline_rows.h"
#include "gd/features/levels.h"
#include "gd/network/schedule.h"
#include "gd/parallel/exchange.h"
#include "gd/score/evaluation.h"
#include "gd/store/packed_rows.h"
#include "gd/train/stepper.h"

/*
 * The problem is convex: Adam over the whole training part, its rate falling to zero, ends at the minimum from anywhere. The norm at which it is left early
 * changes no prediction; a dataset that is too long for one batch makes several steps an epoch.
 */
enum { LARGEST_BATCH = 1 << 24, EPOCHS = 600 };
static const double peak_rate = 0.1, norm_at_minimum = 1e-4;

typedef struct regression {
	gd_network *network;
	gd_exchange *exchange;
	gd_stepper *stepper;
	gd_evaluation *evaluation;
	gd_training_state state;
	gd_shard shard;
	gd_row_form form; /* no words: rows are as they are */
} regression;

/* Features of this rank's rows, packed where levels of categories make up most of them and all ranks' fit. */
static gd_status read_features(gd_communicator *communicator, gd_dataset *dataset, regression *r)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	bool fit = false;
	gd_status mine = gd_levels_form(&header->preprocessing, &r->form), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && r->form.words) {
		status = gd_shard_create(communicator, header->rows[GD_TRAIN], r->form.words, header->weight != NULL, &r->shard);
		if (!gd_failed(&status))
			status = gd_packed_rows_read(communicator, dataset, &r->form, GD_TRAIN, r->shard.share.first, r->shard.share.count, r->shard.features, &fit);
		if (gd_failed(&status) || fit)
			return status;
		gd_shard_release(&r->shard);
		gd_row_form_release(&r->form);
	}
	if (!gd_failed(&status))
		status = gd_shard_create(communicator, header->rows[GD_TRAIN], header->preprocessing.features, header->weight != NULL, &r->shard);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, GD_TRAIN, r->shard.share.first, r->shard.share.count, r->shard.features, NULL, NULL);
	return status;
}

static gd_status prepare(gd_communicator *communicator, gd_dataset *dataset, gd_part part, const gd_optimizer_options *optimizer, regression *r)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	int64_t rows = header->rows[GD_TRAIN];
	gd_status mine = gd_network_create(&(gd_network_options){.inputs = header->preprocessing.features, .classes = header->preprocessing.classes}, &r->network);
	if (!gd_failed(&mine))
		mine = gd_training_state_init(&r->state, r->network, gd_optimizer_moments(optimizer), gd_slice_of(gd_network_parameters(r->network), 0, 1), false);
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		return status;
	gd_exchange_options exchange = {
		.rows = rows,
		.features = header->preprocessing.features,
		.batch_rows = rows < LARGEST_BATCH ? (int)rows : LARGEST_BATCH,
		.network = r->network,
		.shard = &r->shard,
	};
	status = read_features(communicator, dataset, r);
	exchange.form = r->form.words ? &r->form : NULL;
	if (!gd_failed(&status))
		status = gd_exchange_create(communicator, &exchange, &r->exchange);
	if (!gd_failed(&status))
		status = gd_stepper_create(communicator, r->network, r->exchange, &(gd_stepper_options){.optimizer = *optimizer}, &r->stepper);
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, GD_TRAIN, r->shard.share.first, r->shard.share.count, NULL, r->shard.labels, NULL);
	if (!gd_failed(&status) && r->shard.weights)
		status = gd_dataset_read_weights(dataset, GD_TRAIN, r->shard.share.first, r->shard.share.count, r->shard.weights);
	if (!gd_failed(&status))
		status = gd_evaluation_create(communicator, dataset, part, &r->evaluation);
	/* Weights start at zero: there is nothing to draw. */
	if (!gd_failed(&status))
		status = gd_exchange_run(r->exchange, 0);
	return status;
}

static gd_status minimise(gd_communicator *communicator, const gd_optimizer_options *optimizer, regression *r)
{
	int64_t steps = gd_exchange_steps(r->exchange), all = EPOCHS * steps;
	gd_schedule schedule = {.kind = GD_COSINE, .learning_rate = peak_rate, .steps_per_epoch = steps, .steps = all};
	gd_step_scalars *scalars = gd_allocate((size_t)all, sizeof *scalars);
	gd_status mine = scalars ? gd_ok() : gd_out_of_memory("the learning rates");
	gd_status status = gd_agree(communicator, &mine);
	for (int64_t t = 0; !gd_failed(&status) && t < all; t++)
		scalars[t] = gd_optimizer_scalars(optimizer, gd_schedule_rate(&schedule, t + 1), (long)(t + 1));
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, scalars, (size_t)all * sizeof *scalars);
	bool minimal = false;
	for (int64_t t = 0; !gd_failed(&status) && !minimal && t < all; t++) {
		gd_step_result result = {0};
		status = gd_stepper_step(r->stepper, &r->state, t % steps, t + 1, &scalars[t], (gd_step_wishes){0}, &result);
		minimal = steps == 1 && result.norm < norm_at_minimum;
	}
	free(scalars);
	return status;
}

gd_status gd_baseline_logistic(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	const gd_optimizer_options optimizer = {.kind = GD_ADAM, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
	regression r = {0};
	communicator->phase = "logistic regression";
	gd_status status = prepare(communicator, dataset, options->part, &optimizer, &r);
	if (!gd_failed(&status))
		status = minimise(communicator, &optimizer, &r);
	if (!gd_failed(&status)) {
		gd_member member = {r.network, r.state.parameters, r.state.statistics, 0};
		status = gd_evaluation_run(r.evaluation, &member, 1, sums);
	}
	gd_evaluation_free(r.evaluation);
	gd_stepper_free(r.stepper);
	gd_exchange_free(r.exchange);
	gd_training_state_release(&r.state);
	gd_network_free(r.network);
	gd_shard_release(&r.shard);
	gd_row_form_release(&r.form);
	return status;
}
