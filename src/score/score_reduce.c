#include "gd/score/score_reduce.h"

#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/reduce.h"

gd_status gd_score_reduce(gd_communicator *communicator, gd_score_sums *sums)
{
	size_t length = gd_score_sums_length(sums);
	double *flat = gd_allocate(length, sizeof *flat);
	gd_status mine = flat ? gd_ok() : gd_out_of_memory("the scores");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_score_sums_pack(sums, flat);
		status = gd_reduce_sum(communicator, flat, length);
		gd_score_sums_unpack(sums, flat);
	}
	free(flat);
	return status;
}
