/*
 * A vector that is summed over the ranks while it is being made, from its end to its start: buckets that are final
 * travel while the others are computed. A short vector is one bucket, and travels when all of it is final; so is any vector that the ranks of one host sum in
 * their own memory, where nothing could travel meanwhile.
 */
#ifndef GD_BUCKETS_H
#define GD_BUCKETS_H

#include <stddef.h>

#include "gd/parallel/reduce.h"

typedef struct gd_buckets gd_buckets;

typedef struct gd_buckets_options {
	gd_sum_type number;
	void *values;      /* [length]; the caller's */
	size_t length;
	const size_t *cut; /* [cuts] places below `length`, falling, at which a bucket may begin */
	int cuts;
} gd_buckets_options;

/* Local. The buckets are a function of the options and of whether the communicator has a node, so that all ranks have the same. Errors: out of memory. */
GD_CHECKED gd_status gd_buckets_create(gd_communicator *communicator, const gd_buckets_options *options, gd_buckets **buckets);
void gd_buckets_free(gd_buckets *buckets);
int gd_buckets_count(const gd_buckets *buckets);

/*
 * Collective, in this order: reached() as often as one likes, with the same falling places on all ranks wherever another
 * collective call lies in between; then finish(). Afterwards the vector may be filled anew.
 *
 * reached: values[place .. length) are final on this rank. Begins the buckets that lie there and never waits; an error shows in finish.
 */
void gd_buckets_reached(gd_buckets *buckets, size_t place);
/* Local. Gives the messages under way a push, since MPI moves them within its calls alone. */
void gd_buckets_progress(gd_buckets *buckets);
/* All of the vector is final: sums what is left and waits for all. */
GD_CHECKED gd_status gd_buckets_finish(gd_buckets *buckets);

#endif
