#include "gd/network/scores.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/kernel/real.h"
#include "gd/network/scores_kernels.h"

#define TILE 256 /* rows */
/* Rounds to 2^-36: a tile's losses (at most 88 each) and confidences, so rounded, add up without error. */
#define MAGIC (6755399441055744.0 * 0x1p-36)
#define WILSON_Z 1.9599639845400545 /* the normal distribution's 97.5 % quantile */

gd_status gd_score_sums_init(gd_score_sums *sums, int classes)
{
	assert(classes >= 1);
	memset(sums, 0, sizeof *sums);
	sums->classes = classes;
	sums->confusion = gd_allocate((size_t)classes * (size_t)classes, sizeof *sums->confusion);
	return sums->confusion ? gd_ok() : gd_out_of_memory("the confusion matrix");
}

gd_status gd_score_sums_keep_rows(gd_score_sums *sums)
{
	sums->rows = gd_allocate(1, sizeof *sums->rows);
	return sums->rows ? gd_ok() : gd_out_of_memory("the rows' probabilities");
}

void gd_score_sums_release(gd_score_sums *sums)
{
	free(sums->confusion);
	if (sums->rows) {
		free(sums->rows->probabilities);
		free(sums->rows->labels);
		free(sums->rows);
	}
	memset(sums, 0, sizeof *sums);
}

/* The product is exact, and no float but 0 and 1 lies on an edge, so that it does not matter which side of a bin is closed. */
static int confidence_bin(float confidence)
{
	double place = (double)confidence * GD_CALIBRATION_BINS;
	if (!(place > 0.0))
		return 0;
	return place < GD_CALIBRATION_BINS ? (int)place : GD_CALIBRATION_BINS - 1;
}

/* The tile's squared distances: of each row the sum over the classes, rounded once. */
static double squared_distances(int classes, int rows, size_t stride, const float *probabilities, const int32_t *labels)
{
	double total = 0.0;
	for (int r = 0; r < rows; r++) {
		double row = 0.0;
		for (int c = 0; c < classes; c++) {
			double gap = (double)probabilities[(size_t)c * stride + (size_t)r] - (c == labels[r]);
			row += gap * gap;
		}
		total += (row + MAGIC) - MAGIC;
	}
	return total;
}

static void add_tile(gd_score_sums *sums, int rows, size_t stride, const float *probabilities, const int32_t *labels)
{
	float best[TILE];
	int32_t predicted[TILE];
	double confidence[GD_CALIBRATION_BINS] = {0.0};
	double loss = 0.0;
	GD_CHOSEN(gd_scores_kernels)->predict(sums->classes, rows, stride, probabilities, best, predicted);
	for (int r = 0; r < rows; r++) {
		assert(labels[r] >= 0 && labels[r] < sums->classes);
		int bin = confidence_bin(best[r]);
		sums->confusion[(size_t)labels[r] * (size_t)sums->classes + (size_t)predicted[r]]++;
		sums->bin_rows[bin]++;
		sums->bin_correct[bin] += predicted[r] == labels[r];
		confidence[bin] += ((double)best[r] + MAGIC) - MAGIC;
		float p = probabilities[(size_t)labels[r] * stride + (size_t)r];
		p = p < FLT_MIN ? FLT_MIN : p; /* a NaN stays one */
		loss += (-gd_real_log((double)p) + MAGIC) - MAGIC;
	}
	for (int b = 0; b < GD_CALIBRATION_BINS; b++)
		gd_wide_sum_add(&sums->bin_confidence[b], confidence[b]);
	gd_wide_sum_add(&sums->log_loss, loss);
	gd_wide_sum_add(&sums->brier, squared_distances(sums->classes, rows, stride, probabilities, labels));
}

static bool have_room(gd_score_rows *kept, int classes, int64_t more)
{
	if (kept->count + more <= kept->room)
		return true;
	int64_t room = kept->room ? 2 * kept->room : 1024;
	while (room < kept->count + more)
		room *= 2;
	float *probabilities = realloc(kept->probabilities, (size_t)room * (size_t)classes * sizeof *probabilities);
	if (probabilities)
		kept->probabilities = probabilities;
	int32_t *labels = probabilities ? realloc(kept->labels, (size_t)room * sizeof *labels) : NULL;
	if (!labels)
		return false;
	kept->labels = labels;
	kept->room = room;
	return true;
}

static void keep(gd_score_rows *kept, int classes, int rows, const float *probabilities, const int32_t *labels)
{
	if (kept->lost || !have_room(kept, classes, rows)) {
		kept->lost = true;
		return;
	}
	float *to = kept->probabilities + kept->count * classes;
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < classes; c++)
			*to++ = probabilities[(size_t)c * (size_t)rows + (size_t)r];
	memcpy(kept->labels + kept->count, labels, (size_t)rows * sizeof *labels);
	kept->count += rows;
}

void gd_score_sums_add(gd_score_sums *sums, int rows, const float *probabilities, const int32_t *labels)
{
	for (int start = 0; start < rows; start += TILE)
		add_tile(sums, rows - start < TILE ? rows - start : TILE, (size_t)rows, probabilities + start, labels + start);
	if (sums->rows)
		keep(sums->rows, sums->classes, rows, probabilities, labels);
}

size_t gd_score_sums_length(const gd_score_sums *sums)
{
	return (size_t)sums->classes * (size_t)sums->classes + GD_CALIBRATION_BINS * (2 + GD_WIDE_LIMBS) + 2 * GD_WIDE_LIMBS;
}

void gd_score_sums_pack(const gd_score_sums *sums, double *flat)
{
	size_t cells = (size_t)sums->classes * (size_t)sums->classes;
	for (size_t i = 0; i < cells; i++)
		*flat++ = (double)sums->confusion[i];
	for (int b = 0; b < GD_CALIBRATION_BINS; b++) {
		*flat++ = (double)sums->bin_rows[b];
		*flat++ = (double)sums->bin_correct[b];
		memcpy(flat, sums->bin_confidence[b].limb, sizeof sums->bin_confidence[b].limb);
		flat += GD_WIDE_LIMBS;
	}
	memcpy(flat, sums->log_loss.limb, sizeof sums->log_loss.limb);
	memcpy(flat + GD_WIDE_LIMBS, sums->brier.limb, sizeof sums->brier.limb);
}

void gd_score_sums_unpack(gd_score_sums *sums, const double *flat)
{
	size_t cells = (size_t)sums->classes * (size_t)sums->classes;
	for (size_t i = 0; i < cells; i++)
		sums->confusion[i] = (int64_t)*flat++;
	for (int b = 0; b < GD_CALIBRATION_BINS; b++) {
		sums->bin_rows[b] = (int64_t)*flat++;
		sums->bin_correct[b] = (int64_t)*flat++;
		memcpy(sums->bin_confidence[b].limb, flat, sizeof sums->bin_confidence[b].limb);
		flat += GD_WIDE_LIMBS;
	}
	memcpy(sums->log_loss.limb, flat, sizeof sums->log_loss.limb);
	memcpy(sums->brier.limb, flat + GD_WIDE_LIMBS, sizeof sums->brier.limb);
}

static double ratio(double part, double whole)
{
	return whole > 0.0 ? part / whole : 0.0;
}

static void set_accuracy(int64_t correct, gd_scores *scores)
{
	double n = (double)scores->rows, p = (double)correct / n;
	double scale = 1.0 + WILSON_Z * WILSON_Z / n;
	double centre = (p + WILSON_Z * WILSON_Z / (2.0 * n)) / scale;
	double half = WILSON_Z * sqrt(p * (1.0 - p) / n + WILSON_Z * WILSON_Z / (4.0 * n * n)) / scale;
	scores->accuracy = p;
	/* At the ends, where the formula gives the bound itself, rounding would step over it. */
	scores->accuracy_low = correct == 0 ? 0.0 : centre - half;
	scores->accuracy_high = correct == scores->rows ? 1.0 : centre + half;
}

static gd_class_score class_score(const gd_score_sums *sums, int class, int64_t *predictions)
{
	int64_t support = 0, predicted = 0;
	for (int c = 0; c < sums->classes; c++) {
		support += sums->confusion[(size_t)class * (size_t)sums->classes + (size_t)c];
		predicted += sums->confusion[(size_t)c * (size_t)sums->classes + (size_t)class];
	}
	double hits = (double)sums->confusion[(size_t)class * (size_t)(sums->classes + 1)];
	*predictions = predicted;
	return (gd_class_score){
		.precision = ratio(hits, (double)predicted),
		.recall = ratio(hits, (double)support),
		.f1 = ratio(2.0 * hits, (double)(predicted + support)),
		.support = support,
	};
}

void gd_scores_of(const gd_score_sums *sums, gd_scores *scores, gd_class_score *per_class)
{
	memset(scores, 0, sizeof *scores);
	int64_t correct = 0;
	double recalls = 0.0, f1s = 0.0;
	int occurring = 0, met = 0;
	for (int c = 0; c < sums->classes; c++) {
		int64_t predictions;
		gd_class_score score = class_score(sums, c, &predictions);
		correct += sums->confusion[(size_t)c * (size_t)(sums->classes + 1)];
		scores->rows += score.support;
		recalls += score.recall;
		f1s += score.f1;
		occurring += score.support > 0;
		met += score.support > 0 || predictions > 0;
		if (per_class)
			per_class[c] = score;
	}
	if (scores->rows == 0) {
		scores->accuracy = scores->balanced_accuracy = scores->f1_macro = NAN;
		scores->log_loss = scores->expected_calibration_error = scores->brier = NAN;
		scores->accuracy_high = 1.0;
		return;
	}
	double rows = (double)scores->rows, gap = 0.0;
	set_accuracy(correct, scores);
	scores->balanced_accuracy = recalls / occurring;
	scores->f1_macro = f1s / met;
	scores->log_loss = gd_wide_sum_value(&sums->log_loss) / rows;
	for (int b = 0; b < GD_CALIBRATION_BINS; b++)
		gap += fabs((double)sums->bin_correct[b] - gd_wide_sum_value(&sums->bin_confidence[b]));
	scores->expected_calibration_error = gap / rows;
	scores->brier = gd_wide_sum_value(&sums->brier) / rows / (sums->classes == 2 ? 2.0 : 1.0);
}
