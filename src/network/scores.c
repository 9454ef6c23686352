#include "gd/network/scores.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/network/scores_kernels.h"
#include "gd/network/temperature.h"

#define TILE 256 /* rows */
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

gd_status gd_score_sums_weigh(gd_score_sums *sums)
{
	if (sums->weights)
		return gd_ok();
	gd_score_weights *weights = gd_allocate(1, sizeof *weights);
	if (weights)
		weights->confusion = gd_allocate((size_t)sums->classes * (size_t)sums->classes, sizeof *weights->confusion);
	if (weights && weights->confusion) {
		sums->weights = weights;
		return gd_ok();
	}
	free(weights);
	return gd_out_of_memory("the confusion matrix");
}

void gd_score_sums_release(gd_score_sums *sums)
{
	free(sums->confusion);
	if (sums->weights)
		free(sums->weights->confusion);
	free(sums->weights);
	if (sums->rows) {
		free(sums->rows->probabilities);
		free(sums->rows->labels);
		free(sums->rows->weights);
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

/* A row's squared distance: the sum over the classes, rounded once. */
static double squared_distance(int classes, size_t stride, const float *probabilities, int32_t label)
{
	double row = 0.0;
	for (int c = 0; c < classes; c++) {
		double gap = (double)probabilities[(size_t)c * stride] - (c == label);
		row += gap * gap;
	}
	return gd_score_round(row);
}

/* Each row's loss, rounded; a NaN stays one. */
static void find_losses(int classes, int rows, size_t stride, const float *probabilities, const int32_t *labels, double *losses)
{
	float own[TILE] = {0};
	(void)classes; /* read by the assertion alone */
	for (int r = 0; r < rows; r++) {
		assert(labels[r] >= 0 && labels[r] < classes);
		own[r] = probabilities[(size_t)labels[r] * stride + (size_t)r];
	}
	gd_temperature_logs((size_t)rows, own, losses);
	for (int r = 0; r < rows; r++)
		losses[r] = gd_score_round(-losses[r]);
}

/* Products with weights are not multiples of one quantum: each goes into the wide sums by itself. */
static void add_weighted_tile(gd_score_sums *sums, int rows, size_t stride, const float *probabilities, const int32_t *labels, const float *weights)
{
	float best[TILE];
	int32_t predicted[TILE];
	double losses[TILE];
	gd_score_weights *to = sums->weights;
	GD_CHOSEN(gd_scores_kernels)->predict(sums->classes, rows, stride, probabilities, best, predicted);
	find_losses(sums->classes, rows, stride, probabilities, labels, losses);
	for (int r = 0; r < rows; r++) {
		const double weight = weights[r];
		int bin = confidence_bin(best[r]);
		size_t cell = (size_t)labels[r] * (size_t)sums->classes + (size_t)predicted[r];
		if (weight == 0.0)
			continue;
		sums->confusion[cell]++;
		sums->bin_rows[bin]++;
		sums->bin_correct[bin] += predicted[r] == labels[r];
		gd_wide_sum_add(&to->confusion[cell], weight);
		gd_wide_sum_add(&to->bin_rows[bin], weight);
		gd_wide_sum_add(&to->bin_correct[bin], predicted[r] == labels[r] ? weight : 0.0);
		gd_wide_sum_add(&to->squares, weight * weight);
		gd_wide_sum_add(&sums->bin_confidence[bin], weight * gd_score_round(best[r]));
		gd_wide_sum_add(&sums->log_loss, weight * losses[r]);
		gd_wide_sum_add(&sums->brier, weight * squared_distance(sums->classes, stride, probabilities + r, labels[r]));
	}
}

static void add_tile(gd_score_sums *sums, int rows, size_t stride, const float *probabilities, const int32_t *labels)
{
	float best[TILE];
	int32_t predicted[TILE];
	double confidence[GD_CALIBRATION_BINS] = {0.0}, losses[TILE];
	double loss = 0.0, distance = 0.0;
	GD_CHOSEN(gd_scores_kernels)->predict(sums->classes, rows, stride, probabilities, best, predicted);
	find_losses(sums->classes, rows, stride, probabilities, labels, losses);
	for (int r = 0; r < rows; r++) {
		int bin = confidence_bin(best[r]);
		sums->confusion[(size_t)labels[r] * (size_t)sums->classes + (size_t)predicted[r]]++;
		sums->bin_rows[bin]++;
		sums->bin_correct[bin] += predicted[r] == labels[r];
		confidence[bin] += gd_score_round(best[r]);
		loss += losses[r];
		distance += squared_distance(sums->classes, stride, probabilities + r, labels[r]);
	}
	for (int b = 0; b < GD_CALIBRATION_BINS; b++)
		gd_wide_sum_add(&sums->bin_confidence[b], confidence[b]);
	gd_wide_sum_add(&sums->log_loss, loss);
	gd_wide_sum_add(&sums->brier, distance);
}

static bool have_room(gd_score_rows *kept, int classes, int64_t more, bool weighted)
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
	float *weights = weighted ? realloc(kept->weights, (size_t)room * sizeof *weights) : NULL;
	if (weighted && !weights)
		return false;
	kept->weights = weights;
	kept->room = room;
	return true;
}

static void keep(gd_score_rows *kept, int classes, int rows, const float *probabilities, const int32_t *labels, const float *weights)
{
	if (kept->lost || !have_room(kept, classes, rows, weights)) {
		kept->lost = true;
		return;
	}
	float *to = kept->probabilities + kept->count * classes;
	for (int r = 0; r < rows; r++) {
		if (weights && weights[r] == 0.0f)
			continue;
		for (int c = 0; c < classes; c++)
			*to++ = probabilities[(size_t)c * (size_t)rows + (size_t)r];
		if (weights)
			kept->weights[kept->count] = weights[r];
		kept->labels[kept->count++] = labels[r];
	}
}

void gd_score_sums_add_weighted(gd_score_sums *sums, int rows, const float *probabilities, const int32_t *labels, const float *weights)
{
	assert(!weights == !sums->weights);
	for (int start = 0; start < rows; start += TILE) {
		int count = rows - start < TILE ? rows - start : TILE;
		if (weights)
			add_weighted_tile(sums, count, (size_t)rows, probabilities + start, labels + start, weights + start);
		else
			add_tile(sums, count, (size_t)rows, probabilities + start, labels + start);
	}
	if (sums->rows)
		keep(sums->rows, sums->classes, rows, probabilities, labels, weights);
}

void gd_score_sums_add(gd_score_sums *sums, int rows, const float *probabilities, const int32_t *labels)
{
	gd_score_sums_add_weighted(sums, rows, probabilities, labels, NULL);
}

double gd_score_sums_cell(const gd_score_sums *sums, int truth, int predicted)
{
	size_t cell = (size_t)truth * (size_t)sums->classes + (size_t)predicted;
	return sums->weights ? gd_wide_sum_value(&sums->weights->confusion[cell]) : (double)sums->confusion[cell];
}

double gd_score_sums_bin(const gd_score_sums *sums, int bin, bool correct)
{
	if (sums->weights)
		return gd_wide_sum_value(correct ? &sums->weights->bin_correct[bin] : &sums->weights->bin_rows[bin]);
	return (double)(correct ? sums->bin_correct[bin] : sums->bin_rows[bin]);
}

/* The weights' sums as one flat vector after another: the calls of `move` are the same for packing and unpacking. */
static void move_weights(gd_score_sums *sums, double *flat, void (*move)(gd_wide_sum *sum, double *flat))
{
	size_t cells = (size_t)sums->classes * (size_t)sums->classes;
	gd_score_weights *weights = sums->weights;
	for (size_t i = 0; i < cells; i++, flat += GD_WIDE_LIMBS)
		move(&weights->confusion[i], flat);
	for (int b = 0; b < GD_CALIBRATION_BINS; b++, flat += 2 * GD_WIDE_LIMBS) {
		move(&weights->bin_rows[b], flat);
		move(&weights->bin_correct[b], flat + GD_WIDE_LIMBS);
	}
	move(&weights->squares, flat);
}

static void put_sum(gd_wide_sum *sum, double *flat)
{
	memcpy(flat, sum->limb, sizeof sum->limb);
}

static void take_sum(gd_wide_sum *sum, double *flat)
{
	memcpy(sum->limb, flat, sizeof sum->limb);
}

size_t gd_score_sums_length(const gd_score_sums *sums)
{
	size_t cells = (size_t)sums->classes * (size_t)sums->classes;
	return cells + GD_CALIBRATION_BINS * (2 + GD_WIDE_LIMBS) + 2 * GD_WIDE_LIMBS + (sums->weights ? (cells + 2 * GD_CALIBRATION_BINS + 1) * GD_WIDE_LIMBS : 0);
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
	if (sums->weights)
		move_weights((gd_score_sums *)sums, flat + 2 * GD_WIDE_LIMBS, put_sum);
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
	if (sums->weights)
		move_weights(sums, (double *)flat + 2 * GD_WIDE_LIMBS, take_sum);
}

static double ratio(double part, double whole)
{
	return whole > 0.0 ? part / whole : 0.0;
}

/* `n` rows, or as many as weights leave. */
static void set_accuracy(double correct, double n, gd_scores *scores)
{
	double p = correct / scores->weight;
	double scale = 1.0 + WILSON_Z * WILSON_Z / n;
	double centre = (p + WILSON_Z * WILSON_Z / (2.0 * n)) / scale;
	double half = WILSON_Z * sqrt(p * (1.0 - p) / n + WILSON_Z * WILSON_Z / (4.0 * n * n)) / scale;
	scores->accuracy = p;
	/* At the ends, where the formula gives the bound itself, rounding would step over it. */
	scores->accuracy_low = correct == 0 ? 0.0 : centre - half;
	scores->accuracy_high = correct == scores->weight ? 1.0 : centre + half;
}

static gd_class_score class_score(const gd_score_sums *sums, int class, double *predictions)
{
	double support = 0, predicted = 0;
	for (int c = 0; c < sums->classes; c++) {
		support += gd_score_sums_cell(sums, class, c);
		predicted += gd_score_sums_cell(sums, c, class);
	}
	double hits = gd_score_sums_cell(sums, class, class);
	*predictions = predicted;
	return (gd_class_score){
		.precision = ratio(hits, predicted),
		.recall = ratio(hits, support),
		.f1 = ratio(2.0 * hits, predicted + support),
		.support = support,
	};
}

void gd_scores_of(const gd_score_sums *sums, gd_scores *scores, gd_class_score *per_class)
{
	memset(scores, 0, sizeof *scores);
	double correct = 0.0, recalls = 0.0, f1s = 0.0;
	int occurring = 0, met = 0;
	for (int c = 0; c < sums->classes; c++) {
		double predictions;
		gd_class_score score = class_score(sums, c, &predictions);
		correct += gd_score_sums_cell(sums, c, c);
		scores->weight += score.support;
		for (int other = 0; other < sums->classes; other++)
			scores->rows += sums->confusion[(size_t)c * (size_t)sums->classes + (size_t)other];
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
	double weight = scores->weight, gap = 0.0;
	set_accuracy(correct, sums->weights ? weight * weight / gd_wide_sum_value(&sums->weights->squares) : weight, scores);
	scores->balanced_accuracy = recalls / occurring;
	scores->f1_macro = f1s / met;
	scores->log_loss = gd_wide_sum_value(&sums->log_loss) / weight;
	for (int b = 0; b < GD_CALIBRATION_BINS; b++)
		gap += fabs(gd_score_sums_bin(sums, b, true) - gd_wide_sum_value(&sums->bin_confidence[b]));
	scores->expected_calibration_error = gap / weight;
	scores->brier = gd_wide_sum_value(&sums->brier) / weight / (sums->classes == 2 ? 2.0 : 1.0);
}
