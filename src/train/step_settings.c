#include "gd/train/step_settings.h"

gd_stepper_options gd_step_settings(const gd_train_options *o)
{
	return (gd_stepper_options){
		.optimizer = gd_train_options_optimizer(o),
		.weight_decay = o->weight_decay,
		.decay_weights_only = o->decay == 1,
		.clip_norm = o->clip_norm,
		.average = o->ema,
		.seed = (uint64_t)o->seed,
		.fast = o->reduction == GD_REDUCTION_FAST,
		.shard = o->shard_optimizer,
	};
}

gd_slice gd_step_slice(const gd_train_options *o, size_t parameters, int rank, int ranks)
{
	return o->shard_optimizer ? gd_slice_of(parameters, rank, ranks) : gd_slice_of(parameters, 0, 1);
}
