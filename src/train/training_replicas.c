#include "gd/train/training_replicas.h"

#include "gd/base/sha256.h"
#include "gd/parallel/reduce.h"

static void hash_state(const gd_training *t, unsigned char digest[32])
{
	gd_sha256 hash;
	size_t parameters = gd_network_parameters(t->network) * sizeof(float);
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, t->state.parameters, parameters);
	gd_sha256_update(&hash, t->state.statistics, gd_network_statistics(t->network) * sizeof(float));
	/* Slices of a sharded optimizer have no replicas. */
	for (int m = 0; m < t->state.moments && !t->options.shard_optimizer; m++)
		gd_sha256_update(&hash, t->state.moment[m], parameters);
	if (t->state.average)
		gd_sha256_update(&hash, t->state.average, parameters);
	gd_sha256_update(&hash, t->state.quantum, (size_t)gd_network_tensors(t->network) * sizeof *t->state.quantum);
	gd_sha256_finish(&hash, digest);
}

gd_status gd_training_compare(gd_training *t)
{
	gd_communicator *communicator = t->communicator;
	unsigned char digest[32];
	bool same = true;
	int odd = -1;
	long long step = t->progress.step;
	if (communicator->size == 1)
		return gd_ok();
	hash_state(t, digest);
	gd_status status = gd_reduce_same(communicator, digest, &same, &odd);
	if (gd_failed(&status) || same)
		return status;
	if (communicator->size == 2)
		return gd_error(GD_FAILED, "the weights of ranks 0 and 1 differ at step %lld, and two cannot tell which is right; the last checkpoint is sound: go on from it with --resume", step);
	if (odd < 0)
		return gd_error(GD_FAILED, "the ranks' weights differ at step %lld; the last checkpoint is sound: go on from it with --resume", step);
	/* The odd rank alone speaks, so that its host is told. */
	gd_status mine = gd_ok();
	if (communicator->rank == odd)
		mine = gd_error(GD_FAILED, "the weights of rank %d differ from the other ranks' at step %lld: look at its memory; the last checkpoint is sound: go on from it with --resume", odd, step);
	return gd_agree(communicator, &mine);
}
