#include "gd/parallel/buckets.h"

#include <assert.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/mpi_error.h"

/*
 * A sum that does not wait moves in MPI's calls alone and takes several times as long as one that waits, where both are on one host: 1 MiB, or 1 ms at
 * 10 Gb/s, is about what is left to compute behind it. A bucket of 8 MiB at most lets the first be done while the others travel.
 */
#define SMALLEST_BYTES ((size_t)1 << 20)
#define LARGEST_BYTES ((size_t)1 << 23)

struct gd_buckets {
	gd_communicator *communicator;
	gd_sum_type number;
	void *values;
	int count;
	size_t *end;          /* [count + 1] falling: bucket b is [end[b + 1], end[b]) */
	MPI_Request *request; /* [count] */
	int begun, finished;
	gd_status status;
};

static void plan(gd_buckets *b, const gd_buckets_options *options)
{
	size_t size = gd_sum_type_size(options->number), smallest = SMALLEST_BYTES / size, largest = LARGEST_BYTES / size;
	b->end[0] = options->length;
	for (int c = b->communicator->node ? options->cuts : 0; c <= options->cuts; c++) {
		size_t place = c < options->cuts ? options->cut[c] : 0, last = b->end[b->count];
		assert(place <= last);
		if (c < options->cuts && last - place < smallest)
			continue;
		for (; last - place > largest && !b->communicator->node; last -= largest)
			b->end[++b->count] = last - largest;
		b->end[++b->count] = place;
	}
}

gd_status gd_buckets_create(gd_communicator *communicator, const gd_buckets_options *options, gd_buckets **buckets)
{
	size_t most = (size_t)options->cuts + 1 + options->length * gd_sum_type_size(options->number) / LARGEST_BYTES;
	gd_buckets *b = *buckets = gd_allocate(1, sizeof *b);
	if (b) {
		b->communicator = communicator;
		b->number = options->number;
		b->values = options->values;
		b->end = gd_allocate(most + 1, sizeof *b->end);
		b->request = gd_allocate(most, sizeof(MPI_Request));
	}
	if (!b || !b->end || !b->request) {
		gd_buckets_free(b);
		*buckets = NULL;
		return gd_out_of_memory("the buckets of a message");
	}
	plan(b, options);
	assert((size_t)b->count <= most);
	return gd_ok();
}

void gd_buckets_free(gd_buckets *b)
{
	if (!b)
		return;
	free(b->end);
	free(b->request);
	free(b);
}

int gd_buckets_count(const gd_buckets *b)
{
	return b->count;
}

static char *start_of(const gd_buckets *b, int bucket)
{
	return (char *)b->values + b->end[bucket + 1] * gd_sum_type_size(b->number);
}

void gd_buckets_progress(gd_buckets *b)
{
	int done = 1;
	while (b->finished < b->begun && done && !gd_failed(&b->status)) {
		b->status = gd_mpi_error(MPI_Test(&b->request[b->finished], &done, MPI_STATUS_IGNORE), "sum over the ranks");
		b->finished += done != 0;
	}
}

/* The last bucket is left to gd_buckets_finish, which has nothing to do meanwhile: a blocking sum is the faster one. */
void gd_buckets_reached(gd_buckets *b, size_t place)
{
	for (; b->begun < b->count - 1 && b->end[b->begun + 1] >= place && !gd_failed(&b->status); b->begun++)
		b->status = gd_reduce_begin(b->communicator, start_of(b, b->begun), b->end[b->begun] - b->end[b->begun + 1], b->number, &b->request[b->begun]);
	gd_buckets_progress(b);
}

gd_status gd_buckets_finish(gd_buckets *b)
{
	gd_buckets_reached(b, 0);
	int last = b->count - 1;
	if (!gd_failed(&b->status))
		b->status = b->number == GD_DOUBLES ? gd_reduce_sum(b->communicator, b->values, b->end[last]) : gd_reduce_sum_float(b->communicator, b->values, b->end[last]);
	for (; b->finished < b->begun && !gd_failed(&b->status); b->finished++)
		b->status = gd_wait(b->communicator, &b->request[b->finished]);
	gd_status status = b->status;
	b->begun = b->finished = 0;
	b->status = gd_ok();
	return status;
}
