#include "gd/parallel/epoch_plan.h"

#include <assert.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/communicator.h"

static gd_status plan_batch(gd_batch_plan *batch, const gd_network *network, int rows, int rank, int ranks)
{
	batch->rows = rows;
	batch->blocks = gd_network_blocking(network, rows).blocks;
	batch->start = gd_allocate((size_t)ranks + 1, sizeof *batch->start);
	if (!batch->start)
		return gd_out_of_memory("the plan of a batch");
	for (int r = 0; r < ranks; r++) {
		gd_share share = gd_share_of(batch->blocks, r, ranks);
		batch->start[r] = gd_block_start(rows, batch->blocks, (int)share.first);
		if (r == rank) {
			batch->first_block = (int)share.first;
			batch->block_count = (int)share.count;
		}
	}
	batch->start[ranks] = rows;
	batch->local_rows = batch->start[rank + 1] - batch->start[rank];
	return gd_ok();
}

/* Pieces of equal numbers of steps, each of about the rows wished for. */
static void plan_pieces(gd_epoch_plan *plan, int64_t piece_rows)
{
	int64_t steps = piece_rows / plan->full.rows;
	plan->pieces = steps < 1 ? plan->steps : (plan->steps + steps - 1) / steps;
	plan->piece_steps = (plan->steps + plan->pieces - 1) / plan->pieces;
	plan->pieces = (plan->steps + plan->piece_steps - 1) / plan->piece_steps;
	for (int64_t piece = 0; piece < plan->pieces; piece++) {
		int64_t slots = gd_epoch_plan_slots(plan, piece);
		plan->slots += slots;
		plan->piece_slots = slots > plan->piece_slots ? slots : plan->piece_slots;
	}
}

gd_status gd_epoch_plan_init(gd_epoch_plan *plan, const gd_epoch_shape *shape, const gd_network *network, int rank, int ranks)
{
	*plan = (gd_epoch_plan){.rank = rank, .ranks = ranks};
	int64_t batch = shape->batch_rows < shape->rows ? shape->batch_rows : shape->rows;
	if (batch == 0)
		return gd_ok();
	int64_t full_steps = shape->rows / batch;
	int rest = (int)(shape->rows % batch);
	if (shape->skip_single && batch == 1)
		full_steps = 0; /* every batch is a last one of a single row */
	plan->has_last = rest > 0 && !shape->drop_last && !(shape->skip_single && rest == 1);
	plan->used = full_steps * batch + (plan->has_last ? rest : 0);
	plan->steps = full_steps + plan->has_last;
	gd_status status = plan_batch(&plan->full, network, (int)batch, rank, ranks);
	if (!gd_failed(&status) && plan->has_last)
		status = plan_batch(&plan->last, network, rest, rank, ranks);
	if (!gd_failed(&status) && plan->steps)
		plan_pieces(plan, shape->piece_rows);
	return status;
}

void gd_epoch_plan_release(gd_epoch_plan *plan)
{
	free(plan->full.start);
	free(plan->last.start);
	*plan = (gd_epoch_plan){0};
}

const gd_batch_plan *gd_epoch_plan_batch(const gd_epoch_plan *plan, int64_t step)
{
	assert(step >= 0 && step < plan->steps);
	return plan->has_last && step == plan->steps - 1 ? &plan->last : &plan->full;
}

int64_t gd_epoch_plan_slots(const gd_epoch_plan *plan, int64_t piece)
{
	int64_t first = piece * plan->piece_steps, end = first + plan->piece_steps < plan->steps ? first + plan->piece_steps : plan->steps;
	bool last = plan->has_last && end == plan->steps;
	return (end - first - last) * plan->full.local_rows + (last ? plan->last.local_rows : 0);
}

/* The rank that takes row `row` of a batch: the last one that starts at or before it. */
static int rank_of(const gd_batch_plan *batch, int row, int ranks)
{
	int rank = 0;
	/* Without a branch that nobody could foretell. */
	for (int left = ranks; left > 1; left -= left / 2) {
		int half = left / 2;
		rank += batch->start[rank + half] <= row ? half : 0;
	}
	return rank;
}

gd_place gd_epoch_plan_place(const gd_epoch_plan *plan, int64_t position)
{
	assert(position >= 0 && position < plan->used);
	int64_t step = position / plan->full.rows;
	int row = (int)(position - step * plan->full.rows);
	const gd_batch_plan *batch = gd_epoch_plan_batch(plan, step);
	int rank = rank_of(batch, row, plan->ranks);
	int64_t piece = plan->pieces == 1 ? 0 : step / plan->piece_steps;
	int64_t full_rows = plan->full.start[rank + 1] - plan->full.start[rank];
	return (gd_place){(uint32_t)piece, (uint32_t)rank, (uint32_t)((step - piece * plan->piece_steps) * full_rows + row - batch->start[rank])};
}
