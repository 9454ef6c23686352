#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/baseline/baseline_rows.h"
#include "gd/kernel/gemm.h"
#include "gd/score/score_reduce.h"

/*
 * |a - b|^2 = |a|^2 + |b|^2 - 2 a.b, the products of a block of queries and a block of training rows in one matrix product. That is a float32 estimate:
 * a training row that it leaves within reach of the k nearest so far, error included, gets its distance summed in double. So the neighbours are the true
 * ones, and of two at one distance the earlier training row is the nearer.
 */
enum { QUERIES = 256, TRAINING = 2048 };

typedef struct neighbour {
	double distance; /* squared */
	int32_t label;
} neighbour;

typedef struct search {
	const gd_baseline_rows *training;
	int k;
	double error;        /* of an estimate, relative to |a|^2 + |b|^2 */
	double *norms;       /* [training rows] |b|^2 */
	float *products;     /* [QUERIES, TRAINING] */
	neighbour *nearest;  /* [QUERIES, k], nearest first */
	int *found;          /* [QUERIES] how many of them there are */
	float *votes;        /* [classes, QUERIES] */
} search;

static double squared_norm(const float *row, int features)
{
	double sum = 0;
	for (int f = 0; f < features; f++)
		sum += (double)row[f] * row[f];
	return sum;
}

static double squared_distance(const float *a, const float *b, int features)
{
	double sum = 0;
	for (int f = 0; f < features; f++) {
		double difference = (double)a[f] - b[f];
		sum += difference * difference;
	}
	return sum;
}

static gd_status prepare(search *s)
{
	size_t rows = (size_t)s->training->count;
	s->norms = gd_allocate(rows, sizeof *s->norms);
	s->products = gd_allocate((size_t)QUERIES * TRAINING, sizeof *s->products);
	s->nearest = gd_allocate((size_t)QUERIES * (size_t)s->k, sizeof *s->nearest);
	s->found = gd_allocate(QUERIES, sizeof *s->found);
	s->votes = gd_allocate((size_t)s->training->classes * QUERIES, sizeof *s->votes);
	if (!s->norms || !s->products || !s->nearest || !s->found || !s->votes)
		return gd_out_of_memory("the search for neighbours");
	int features = s->training->features;
	for (size_t row = 0; row < rows; row++)
		s->norms[row] = squared_norm(s->training->features_of + row * (size_t)features, features);
	/* A product of n terms in float32 is off by at most n/2^24 of the sum of their magnitudes, which is at most (|a|^2 + |b|^2)/2; twice that is subtracted. The rest is for the roundings here. */
	s->error = (features + 8) * 0x1p-23;
	return gd_ok();
}

static void release(search *s)
{
	free(s->norms);
	free(s->products);
	free(s->nearest);
	free(s->found);
	free(s->votes);
}

static void insert(search *s, int query, double distance, int32_t label)
{
	neighbour *nearest = s->nearest + (size_t)query * (size_t)s->k;
	int at = s->found[query];
	if (at == s->k && distance >= nearest[at - 1].distance)
		return;
	if (at == s->k)
		at--;
	else
		s->found[query]++;
	for (; at > 0 && nearest[at - 1].distance > distance; at--)
		nearest[at] = nearest[at - 1];
	nearest[at] = (neighbour){distance, label};
}

/* Training rows [first, first + count) against one query. */
static void scan(search *s, int query, const float *a, double norm, int64_t first, int count)
{
	const gd_baseline_rows *training = s->training;
	const float *products = s->products + (size_t)query * (size_t)count;
	const neighbour *last = s->nearest + (size_t)query * (size_t)s->k + s->k - 1;
	double kept = 1 - s->error;
	for (int i = 0; i < count; i++) {
		double least = (norm + s->norms[first + i]) * kept - 2 * (double)products[i];
		if (s->found[query] == s->k && least > last->distance)
			continue;
		const float *b = training->features_of + (first + i) * training->features;
		insert(s, query, squared_distance(a, b, training->features), training->labels[first + i]);
	}
}

static void vote(search *s, int queries)
{
	int classes = s->training->classes;
	memset(s->votes, 0, (size_t)classes * (size_t)queries * sizeof *s->votes);
	for (int q = 0; q < queries; q++)
		for (int n = 0; n < s->found[q]; n++)
			s->votes[s->nearest[(size_t)q * (size_t)s->k + (size_t)n].label * queries + q]++;
	for (int q = 0; q < queries; q++)
		for (int c = 0; c < classes; c++)
			s->votes[c * queries + q] /= (float)s->found[q];
}

static void classify(search *s, int queries, const float *a)
{
	const gd_baseline_rows *training = s->training;
	int features = training->features;
	memset(s->found, 0, QUERIES * sizeof *s->found);
	for (int64_t first = 0; first < training->count; first += TRAINING) {
		int count = training->count - first < TRAINING ? (int)(training->count - first) : TRAINING;
		gd_gemm(GD_AS_STORED, GD_TRANSPOSED, queries, count, features, a, (size_t)features, training->features_of + first * features, (size_t)features, s->products, (size_t)count);
		for (int q = 0; q < queries; q++)
			scan(s, q, a + (size_t)q * (size_t)features, squared_norm(a + (size_t)q * (size_t)features, features), first, count);
	}
	vote(s, queries);
}

gd_status gd_baseline_neighbours(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_share share = gd_share_of(header->rows[options->part], communicator->rank, communicator->size);
	gd_baseline_rows training = {0}, queries = {0};
	search s = {.training = &training, .k = options->neighbours};
	if (options->neighbours > header->rows[GD_TRAIN])
		return gd_error(GD_USAGE, "--neighbours %d are more than the training part's %lld rows", options->neighbours, (long long)header->rows[GD_TRAIN]);
	communicator->phase = "the search for neighbours";
	gd_status status = gd_baseline_rows_read(communicator, dataset, GD_TRAIN, 0, header->rows[GD_TRAIN], &training);
	if (!gd_failed(&status))
		status = gd_baseline_rows_read(communicator, dataset, options->part, share.first, share.count, &queries);
	if (!gd_failed(&status)) {
		gd_status mine = prepare(&s);
		status = gd_agree(communicator, &mine);
	}
	for (int64_t first = 0; !gd_failed(&status) && first < queries.count; first += QUERIES) {
		int count = queries.count - first < QUERIES ? (int)(queries.count - first) : QUERIES;
		classify(&s, count, queries.features_of + first * queries.features);
		gd_score_sums_add_weighted(sums, count, s.votes, queries.labels + first, queries.weights ? queries.weights + first : NULL);
	}
	if (!gd_failed(&status))
		status = gd_score_reduce(communicator, sums);
	release(&s);
	gd_baseline_rows_release(&queries);
	gd_baseline_rows_release(&training);
	return status;
}
