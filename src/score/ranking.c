#include "gd/score/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/deal.h"
#include "gd/parallel/reduce.h"

/* Rows of equal probability. Floats that are not negative are in the order of their bits. */
typedef struct tie {
	uint64_t probability; /* its bits */
	uint64_t inside, outside; /* rows of the class, and others, or their weights in quanta */
} tie;

enum { SAMPLES = 64, LIMBS = 4, WEIGHT_BITS = 50 };

static int by_probability(const void *a, const void *b)
{
	uint64_t left = ((const tie *)a)->probability, right = ((const tie *)b)->probability;
	return (left > right) - (left < right);
}

enum { DIGIT_BITS = 11,
	DIGITS = 3,
	DIGIT_SIZE = 1 << DIGIT_BITS };

/* By the digits of 32 bits, the last one first, from `ties` to `room` and back; where they end. */
static tie *sort_by_digits(tie *ties, size_t count, tie *room)
{
	size_t places[DIGITS][DIGIT_SIZE] = {{0}};
	for (size_t i = 0; i < count; i++)
		for (int digit = 0; digit < DIGITS; digit++)
			places[digit][ties[i].probability >> DIGIT_BITS * digit & (DIGIT_SIZE - 1)]++;
	for (int digit = 0; digit < DIGITS; digit++) {
		size_t *place = places[digit], start = 0;
		for (int i = 0; i < DIGIT_SIZE; i++) {
			size_t some = place[i];
			place[i] = start;
			start += some;
		}
		for (size_t i = 0; i < count; i++)
			room[place[ties[i].probability >> DIGIT_BITS * digit & (DIGIT_SIZE - 1)]++] = ties[i];
		tie *other = ties;
		ties = room;
		room = other;
	}
	return ties;
}

/* By comparisons where there is no room for digits. */
static void sort(tie *ties, size_t count)
{
	size_t sorted = 1;
	while (sorted < count && ties[sorted - 1].probability <= ties[sorted].probability)
		sorted++;
	if (sorted >= count)
		return;
	tie *room = gd_allocate_unset(count, sizeof *room);
	if (room)
		memcpy(ties, sort_by_digits(ties, count, room), count * sizeof *ties);
	else
		qsort(ties, count, sizeof *ties, by_probability);
	free(room);
}

/* Sorts ascending and joins equal ones; how many are left. */
static size_t join(tie *ties, size_t count)
{
	size_t kept = 0;
	sort(ties, count);
	for (size_t i = 0; i < count; i++) {
		if (kept && ties[kept - 1].probability == ties[i].probability) {
			ties[kept - 1].inside += ties[i].inside;
			ties[kept - 1].outside += ties[i].outside;
		} else {
			ties[kept++] = ties[i];
		}
	}
	return kept;
}

/* Collective. The quantum of weights, as its reciprocal; 1 where rows have none. */
static gd_status find_quantum(gd_communicator *communicator, const gd_score_sums *sums, double *per_unit)
{
	gd_wide_sum total = {0};
	int above;
	*per_unit = 1;
	if (!sums->weights)
		return gd_ok();
	for (int64_t r = 0; r < sums->rows->count; r++)
		gd_wide_sum_add(&total, sums->rows->weights[r]);
	gd_status status = gd_reduce_sum(communicator, total.limb, GD_WIDE_LIMBS);
	double value = gd_wide_sum_value(&total);
	if (value > 0 && isfinite(value)) {
		frexp(value, &above);
		*per_unit = ldexp(1, WEIGHT_BITS - above);
	}
	return status;
}

static bool list_rows(const gd_score_rows *rows, int classes, int class, double per_unit, tie *ties)
{
	for (int64_t r = 0; r < rows->count; r++) {
		float p = rows->probabilities[r * classes + class];
		uint32_t bits;
		if (isnan(p))
			return false;
		p = p > 0.0f ? p : 0.0f;
		memcpy(&bits, &p, sizeof bits);
		uint64_t counts = rows->weights ? (uint64_t)rint((double)rows->weights[r] * per_unit) : 1;
		bool inside = rows->labels[r] == class;
		ties[r] = (tie){bits, inside ? counts : 0, inside ? 0 : counts};
	}
	return true;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

/*
 * Collective. lowest [size]: the least probability of each rank's range; the same on every rank. Evenly spaced samples of all ranks, so that ranges hold about as many
 * rows each. `room` [size * SAMPLES], counts and starts [size].
 */
static gd_status cut_ranges(gd_communicator *communicator, const tie *ties, size_t count, double *room, int *counts, int *starts, uint64_t *lowest)
{
	int size = communicator->size;
	for (int r = 0; r < size; r++) {
		counts[r] = SAMPLES;
		starts[r] = r * SAMPLES;
	}
	double *mine = room + starts[communicator->rank];
	for (size_t s = 0; s < SAMPLES; s++)
		mine[s] = count ? (double)ties[s * count / SAMPLES].probability : INFINITY;
	gd_status status = gd_reduce_gather(communicator, room, counts, starts, GD_DOUBLES);
	if (gd_failed(&status))
		return status;
	size_t samples = 0;
	qsort(room, (size_t)size * SAMPLES, sizeof *room, ascending);
	while (samples < (size_t)size * SAMPLES && isfinite(room[samples]))
		samples++;
	for (int r = 0; r < size; r++)
		lowest[r] = r && samples ? (uint64_t)room[(size_t)r * samples / (size_t)size] : 0;
	return gd_ok();
}

/* What a rank's range adds to the sums over all ranks. */
typedef struct range_sums {
	double pairs[LIMBS]; /* twice the pairs in the right order, in limbs of 32 bits */
	gd_wide_sum precision;
} range_sums;

/* Rows in ranges above this rank's and below it: of the class, and others. */
typedef struct around {
	uint64_t inside_above, outside_above, inside_below, outside_below;
} around;

static void add_range(const tie *ties, size_t count, const around *beyond, range_sums *sums)
{
	unsigned __int128 pairs = 0;
	uint64_t below = beyond->outside_below;
	for (size_t i = 0; i < count; i++) {
		pairs += (unsigned __int128)ties[i].inside * (2 * below + ties[i].outside);
		below += ties[i].outside;
	}
	for (int l = 0; l < LIMBS; l++)
		sums->pairs[l] = (double)(uint32_t)(pairs >> 32 * l);
	uint64_t inside = beyond->inside_above, outside = beyond->outside_above;
	for (size_t i = count; i-- > 0;) {
		inside += ties[i].inside;
		outside += ties[i].outside;
		if (ties[i].inside)
			gd_wide_sum_add(&sums->precision, (double)ties[i].inside * ((double)inside / (double)(inside + outside)));
	}
}

/* Collective. From ties of this rank's own range to the scores. totals [2 * size], counts and starts [size]. */
static gd_status score_range(gd_communicator *communicator, const tie *ties, size_t count, double *totals, int *counts, int *starts, gd_ranking *ranking, bool *defined)
{
	double inside = 0, outside = 0;
	around beyond = {0};
	for (int r = 0; r < communicator->size; r++) {
		counts[r] = 2;
		starts[r] = 2 * r;
	}
	for (size_t i = 0; i < count; i++) {
		inside += (double)ties[i].inside;
		outside += (double)ties[i].outside;
	}
	totals[2 * communicator->rank] = inside;
	totals[2 * communicator->rank + 1] = outside;
	gd_status status = gd_reduce_gather(communicator, totals, counts, starts, GD_DOUBLES);
	if (gd_failed(&status))
		return status;
	inside = outside = 0;
	for (int r = 0; r < communicator->size; r++) {
		uint64_t of_class = (uint64_t)totals[2 * r], others = (uint64_t)totals[2 * r + 1];
		inside += totals[2 * r];
		outside += totals[2 * r + 1];
		beyond.inside_above += r > communicator->rank ? of_class : 0;
		beyond.outside_above += r > communicator->rank ? others : 0;
		beyond.inside_below += r < communicator->rank ? of_class : 0;
		beyond.outside_below += r < communicator->rank ? others : 0;
	}
	range_sums sums = {0};
	double message[LIMBS + GD_WIDE_LIMBS];
	add_range(ties, count, &beyond, &sums);
	memcpy(message, sums.pairs, sizeof sums.pairs);
	memcpy(message + LIMBS, sums.precision.limb, sizeof sums.precision.limb);
	status = gd_reduce_sum(communicator, message, LIMBS + GD_WIDE_LIMBS);
	if (gd_failed(&status))
		return status;
	memcpy(sums.precision.limb, message + LIMBS, sizeof sums.precision.limb);
	unsigned __int128 pairs = 0;
	for (int l = LIMBS; l-- > 0;)
		pairs = (pairs << 32) + (uint64_t)message[l];
	*defined = inside > 0 && outside > 0;
	if (*defined) {
		ranking->roc_auc = (double)pairs / (double)(2 * (unsigned __int128)inside * (unsigned __int128)outside);
		ranking->average_precision = gd_wide_sum_value(&sums.precision) / inside;
	}
	return gd_ok();
}

/* What one class after another is ranked in. */
typedef struct scratch {
	tie *ties;        /* [rows of this rank] */
	double *samples;  /* [size * SAMPLES] */
	uint64_t *lowest; /* [size] */
	int *counts, *starts;
	double per_unit; /* quanta of weight */
} scratch;

/* Collective. One class against the rest. */
static gd_status rank_class(gd_communicator *communicator, const gd_score_sums *sums, int class, scratch *s, gd_ranking *ranking, bool *defined)
{
	size_t count = 0, received_count = 0;
	void *received = NULL;
	double broken = !list_rows(sums->rows, sums->classes, class, s->per_unit, s->ties);
	gd_status status = gd_reduce_sum(communicator, &broken, 1);
	if (gd_failed(&status))
		return status;
	if (broken > 0) {
		*ranking = (gd_ranking){NAN, NAN};
		*defined = true;
		return gd_ok();
	}
	count = join(s->ties, (size_t)sums->rows->count);
	status = cut_ranges(communicator, s->ties, count, s->samples, s->counts, s->starts, s->lowest);
	if (gd_failed(&status))
		return status;
	size_t at = 0;
	for (int r = 0; r < communicator->size; r++) {
		size_t first = at;
		while (at < count && (r + 1 == communicator->size || s->ties[at].probability < s->lowest[r + 1]))
			at++;
		s->counts[r] = (int)(at - first);
	}
	status = gd_deal(communicator, sizeof *s->ties, s->ties, s->counts, &received, &received_count);
	if (gd_failed(&status))
		return status;
	received_count = join(received, received_count);
	status = score_range(communicator, received, received_count, s->samples, s->counts, s->starts, ranking, defined);
	free(received);
	return status;
}

gd_status gd_ranking_of(gd_communicator *communicator, const gd_score_sums *sums, gd_ranking *ranking)
{
	size_t size = (size_t)communicator->size;
	scratch s = {
		.ties = gd_allocate((size_t)sums->rows->count + 1, sizeof(tie)),
		.samples = gd_allocate(size * SAMPLES, sizeof(double)),
		.lowest = gd_allocate(size, sizeof(uint64_t)),
		.counts = gd_allocate(size, sizeof(int)),
		.starts = gd_allocate(size, sizeof(int)),
	};
	bool ready = s.ties && s.samples && s.lowest && s.counts && s.starts && !sums->rows->lost;
	gd_status mine = ready ? gd_ok() : gd_out_of_memory("the order of the rows' probabilities");
	gd_status status = gd_agree(communicator, &mine);
	gd_ranking total = {0, 0};
	int ranked = 0;
	communicator->phase = "the order of the rows";
	if (!gd_failed(&status))
		status = find_quantum(communicator, sums, &s.per_unit);
	for (int class = sums->classes == 2; class < sums->classes && !gd_failed(&status); class++) {
		gd_ranking one = {0, 0};
		bool defined = false;
		status = rank_class(communicator, sums, class, &s, &one, &defined);
		total.roc_auc += one.roc_auc;
		total.average_precision += one.average_precision;
		ranked += defined;
	}
	*ranking = ranked ? (gd_ranking){total.roc_auc / ranked, total.average_precision / ranked} : (gd_ranking){NAN, NAN};
	free(s.ties);
	free(s.samples);
	free(s.lowest);
	free(s.counts);
	free(s.starts);
	return status;
}
