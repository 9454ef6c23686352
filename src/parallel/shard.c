#include "gd/parallel/shard.h"

#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/host_sum.h"

static gd_status allocate(gd_communicator *communicator, size_t features, bool weighted, gd_shard *shard)
{
	shard->features = gd_allocate((size_t)shard->share.count * features, sizeof *shard->features);
	shard->labels = gd_allocate((size_t)shard->share.count, sizeof *shard->labels);
	if (weighted)
		shard->weights = gd_allocate((size_t)shard->share.count, sizeof *shard->weights);
	gd_status mine = shard->features && shard->labels && (shard->weights || !weighted) ? gd_ok() : gd_out_of_memory("this rank's shard");
	return gd_agree(communicator, &mine);
}

gd_status gd_shard_create(gd_communicator *communicator, int64_t rows, int features, bool weighted, gd_shard *shard)
{
	size_t width = (size_t)features, row_bytes = width * sizeof *shard->features + sizeof *shard->labels + (weighted ? sizeof *shard->weights : 0);
	*shard = (gd_shard){.share = gd_share_of(rows, communicator->rank, communicator->size)};
	shard->bytes = (double)shard->share.count * (double)row_bytes;
	if (communicator->node) {
		gd_wait_begin(communicator);
		gd_status status = gd_host_sum_share(communicator->node, (size_t)rows * row_bytes, &shard->memory);
		gd_wait_finish(communicator);
		if (gd_failed(&status))
			return status;
	}
	if (!shard->memory.start)
		return allocate(communicator, width, weighted, shard);
	shard->whole = true;
	shard->features = (float *)shard->memory.start;
	shard->labels = (int32_t *)((float *)shard->memory.start + (size_t)rows * width);
	if (weighted)
		shard->weights = (float *)shard->memory.start + (size_t)rows * (width + 1);
	shard->share.first = 0;
	gd_shard_divide(communicator, rows, features, shard);
	return gd_ok();
}

void gd_shard_divide(const gd_communicator *communicator, int64_t rows, int features, gd_shard *shard)
{
	gd_share share = gd_share_of(rows, communicator->rank, communicator->size);
	if (shard->whole) {
		shard->features += (share.first - shard->share.first) * features;
		shard->labels += share.first - shard->share.first;
		if (shard->weights)
			shard->weights += share.first - shard->share.first;
	}
	shard->share = share;
}

void gd_shard_release(gd_shard *shard)
{
	if (!shard->whole) {
		free(shard->features);
		free(shard->labels);
		free(shard->weights);
	}
	gd_shared_memory_free(&shard->memory);
	*shard = (gd_shard){0};
}
