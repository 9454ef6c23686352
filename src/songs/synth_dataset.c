#include "gd/songs/synth_dataset.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/random.h"
#include "gd/base/sha256.h"
#include "gd/features/encoding_fit.h"
#include "gd/features/recipe.h"
#include "gd/features/split.h"
#include "gd/features/statistics.h"
#include "gd/kernel/permutation.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/reduce.h"
#include "gd/schema/shipped.h"
#include "gd/store/dataset.h"
#include "gd/store/dataset_print.h"

enum {
	STRETCHES = 1024,      /* of the training part, summed up each by itself: the order of all additions is fixed */
	SAMPLE_ROWS = 1 << 16, /* that ranks and bins are taken from */
	TOGETHER = 512,
	TAG_GO = 1,
	TAG_BLOCK = 2,
};

typedef struct drawing {
	gd_communicator *communicator;
	const gd_synth_dataset_options *options;
	gd_recipe recipe;
	int *column;         /* [terms] of a song: an index of gd_profile_columns */
	int32_t *label;      /* [classes of the profile] */
	double *codes, *raw; /* [terms], [features] of one row */
	bool *scalar;        /* [features] */
	gd_permutation order;
	gd_dataset_header header;
	int block_rank; /* whose turn the next block is; rank 0 alone */
} drawing;

static gd_status bind_columns(drawing *d)
{
	const gd_schema *schema = &d->recipe.schema;
	for (int t = 0; t < schema->term_count; t++) {
		const char *name = schema->columns[schema->terms[t].column];
		d->column[t] = strcmp(name, "track_album_release_date") ? 0 : GD_PROFILE_RELEASE;
		while (d->column[t] < GD_PROFILE_RELEASE && strcmp(name, gd_profile_columns[d->column[t]].name))
			d->column[t]++;
		bool date = schema->terms[t].treatment->reads == GD_READS_DATE;
		if (schema->terms[t].treatment->reads == GD_READS_TEXT || schema->terms[t].other >= 0 || date != (d->column[t] == GD_PROFILE_RELEASE))
			return gd_error(GD_FAILED, "cannot draw column '%s' of the shipped song schema", name);
	}
	const gd_profile *profile = d->options->songs.profile;
	for (int c = 0; c < profile->classes; c++) {
		char room[GD_EXCERPT_ROOM];
		d->label[c] = gd_dictionary_find(&schema->classes, profile->class[c].name);
		if (d->label[c] < 0)
			return gd_error(GD_BAD_DATA, "the profile has a class '%s', which the shipped song schema lacks", gd_excerpt(profile->class[c].name, room));
	}
	return gd_ok();
}

static gd_status name_everything(drawing *d)
{
	const gd_schema *schema = &d->recipe.schema;
	gd_preprocessing *fitted = &d->header.preprocessing;
	gd_arena *arena = &fitted->arena;
	char *text = NULL;
	gd_status status = gd_schema_format(schema, &text);
	if (gd_failed(&status))
		return status;
	fitted->recipe = gd_arena_string(arena, text);
	free(text);
	gd_dialect_write(&gd_dialect_plain, "UTF-8", &fitted->writing);
	d->header.source = gd_arena_string(arena, d->options->name);
	d->header.split = gd_arena_string(arena, gd_split_names[GD_SPLIT_RANDOM]);
	d->header.history = gd_arena_string(arena, d->options->history);
	d->header.audit = gd_arena_string(arena, "");
	bool complete = fitted->recipe && d->header.source && d->header.split && d->header.history && d->header.audit;
	for (int c = 0; c < schema->classes.count; c++)
		complete = (fitted->class_names[c] = gd_arena_string(arena, schema->classes.texts[c])) && complete;
	if (!complete)
		return gd_out_of_memory("the dataset's header");
	for (int t = 0; t < schema->term_count; t++)
		d->scalar[d->recipe.first[t]] = schema->terms[t].treatment->form == GD_FORM_SCALAR;
	return gd_recipe_name(&d->recipe, arena, fitted->feature_names);
}

/* What stands for the bytes of a CSV that is never written. */
static void name_source(drawing *d)
{
	char text[256];
	gd_sha256 hash;
	uint8_t digest[32];
	int length = snprintf(text, sizeof text, "songs of profile %s, seed %" PRIu64 ", rows %" PRId64, d->options->profile_sha256, d->options->songs.seed, d->options->songs.rows);
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, text, (size_t)length);
	gd_sha256_finish(&hash, digest);
	gd_sha256_hex(digest, d->header.source_sha256);
}

static gd_status prepare(drawing *d)
{
	gd_schema schema;
	const gd_synth *songs = &d->options->songs;
	gd_dataset_header *header = &d->header;
	gd_status status = gd_schema_read(gd_shipped_schema, "the shipped song schema", GD_FAILED, &schema);
	if (!gd_failed(&status))
		status = gd_recipe_init(&d->recipe, &schema);
	if (!gd_failed(&status))
		status = gd_recipe_plan(&d->recipe);
	if (!gd_failed(&status))
		status = gd_preprocessing_init(&header->preprocessing, d->recipe.features, d->recipe.schema.classes.count);
	if (gd_failed(&status))
		return status;
	size_t terms = (size_t)d->recipe.schema.term_count, features = (size_t)d->recipe.features;
	gd_arena *arena = &header->preprocessing.arena;
	d->column = gd_arena_take(arena, terms, sizeof *d->column);
	d->label = gd_arena_take(arena, (size_t)songs->profile->classes, sizeof *d->label);
	d->codes = gd_arena_take(arena, terms, sizeof *d->codes);
	d->raw = gd_arena_take(arena, features, sizeof *d->raw);
	d->scalar = gd_arena_take(arena, features, sizeof *d->scalar);
	header->class_counts = gd_arena_take(arena, GD_PARTS * (size_t)header->preprocessing.classes, sizeof *header->class_counts);
	header->correlation = gd_arena_take(arena, features * features, sizeof *header->correlation);
	if (!d->column || !d->label || !d->codes || !d->raw || !d->scalar || !header->class_counts || !header->correlation)
		return gd_out_of_memory("the features");
	status = bind_columns(d);
	if (!gd_failed(&status))
		status = name_everything(d);
	name_source(d);
	header->rows[GD_TEST] = (int64_t)ceil(0.3 * (double)songs->rows);
	header->rows[GD_VALIDATION] = (int64_t)ceil(0.1 * (double)(songs->rows - header->rows[GD_TEST]));
	header->rows[GD_TRAIN] = songs->rows - header->rows[GD_TEST] - header->rows[GD_VALIDATION];
	header->rows_read = songs->rows;
	gd_permutation_init(&d->order, (uint64_t)songs->rows, gd_random_key(songs->seed, GD_PURPOSE_SPLIT, 1));
	return status;
}

/* The raw features of record `row` into d->raw; returns its label. */
static int32_t draw(drawing *d, int64_t row)
{
	gd_song song;
	const gd_synth *songs = &d->options->songs;
	gd_synth_numbers(songs->profile, songs->seed, row, &song);
	for (int t = 0; t < d->recipe.schema.term_count; t++) {
		const gd_term *term = &d->recipe.schema.terms[t];
		gd_input input = {.number = d->column[t] < GD_PROFILE_RELEASE ? song.value[d->column[t]] : 0};
		/* A drawn date always is one. */
		if (d->column[t] == GD_PROFILE_RELEASE)
			gd_date_parse(song.release_date, &input.date);
		d->codes[t] = term->treatment->value(term, &input);
	}
	gd_recipe_expand(&d->recipe, d->codes, d->raw);
	return d->label[song.class];
}

/* ---- the first drawing: moments and counts ---- */

/* Of one stretch, the features' moments, and distances from `origin` added up, then their products: the upper triangle. */
static void sum_stretch(drawing *d, int64_t first, int64_t count, const double *origin, gd_exact_moments *moments, double *sums, double *counts)
{
	uint64_t rows[TOGETHER];
	int features = d->recipe.features;
	for (int64_t at = 0; at < count; at += TOGETHER) {
		size_t some = count - at < TOGETHER ? (size_t)(count - at) : TOGETHER;
		gd_permutation_rows(&d->order, (uint64_t)(first + at), some, rows);
		for (size_t i = 0; i < some; i++) {
			counts[draw(d, (int64_t)rows[i])]++;
			double *product = sums + features;
			for (int a = 0; a < features; a++) {
				gd_exact_moments_add(&moments[a], d->raw[a], 1);
				d->raw[a] -= origin[a];
			}
			for (int a = 0; a < features; a++) {
				sums[a] += d->raw[a];
				for (int b = a; b < features; b++)
					*product++ += d->raw[a] * d->raw[b];
			}
		}
	}
}

/* This rank's share of the rows that only their classes are asked of. */
static void count_classes(drawing *d, gd_part part, int64_t start, double *counts)
{
	uint64_t rows[TOGETHER];
	const gd_synth *songs = &d->options->songs;
	gd_share share = gd_share_of(d->header.rows[part], d->communicator->rank, d->communicator->size);
	for (int64_t at = 0; at < share.count; at += TOGETHER) {
		size_t some = share.count - at < TOGETHER ? (size_t)(share.count - at) : TOGETHER;
		gd_permutation_rows(&d->order, (uint64_t)(start + share.first + at), some, rows);
		for (size_t i = 0; i < some; i++)
			counts[d->label[gd_synth_class(songs->profile, songs->seed, (int64_t)rows[i])]]++;
	}
}

/* Sums [features, then products] become the correlation, moments the moments. */
static void finish_moments(drawing *d, gd_exact_moments *moments, const double *sums)
{
	gd_preprocessing *fitted = &d->header.preprocessing;
	double rows = (double)d->header.rows[GD_TRAIN], *correlation = d->header.correlation;
	const double *product = sums + fitted->features;
	int features = fitted->features;
	bool constant;
	for (int a = 0; a < features; a++)
		for (int b = a; b < features; b++)
			correlation[a * features + b] = *product++ / rows - sums[a] / rows * (sums[b] / rows);
	for (int a = 0; a < features; a++) {
		gd_statistics_finish(&moments[a], &fitted->mean[a], &fitted->standard_deviation[a], &constant);
		if (constant)
			gd_log_warning("'%s' has one value only in the training part and becomes 0", fitted->feature_names[a]);
	}
	for (int a = 0; a < features; a++) {
		for (int b = a + 1; b < features; b++) {
			double value = correlation[a * features + b] / (fitted->standard_deviation[a] * fitted->standard_deviation[b]);
			correlation[a * features + b] = correlation[b * features + a] = fmin(fmax(value, -1), 1);
		}
		correlation[a * features + a] = 1;
	}
}

static gd_status fit_moments(drawing *d)
{
	gd_communicator *communicator = d->communicator;
	gd_dataset_header *header = &d->header;
	size_t features = (size_t)d->recipe.features, width = features + features * (features + 1) / 2, classes = (size_t)header->preprocessing.classes;
	size_t length = STRETCHES * width + features * GD_EXACT_MOMENTS_LENGTH + GD_PARTS * classes;
	double *sums = gd_allocate(length, sizeof *sums), *origin = gd_allocate(features, sizeof *origin);
	gd_exact_moments *moments = gd_allocate(features, sizeof *moments);
	gd_status mine = sums && origin && moments ? gd_ok() : gd_out_of_memory("the moments");
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		goto done;
	double *packed = sums + STRETCHES * width, *counts = packed + features * GD_EXACT_MOMENTS_LENGTH;
	draw(d, (int64_t)gd_permutation_at(&d->order, 0));
	memcpy(origin, d->raw, features * sizeof *origin);
	gd_share share = gd_share_of(STRETCHES, communicator->rank, communicator->size);
	for (long long s = share.first; s < share.first + share.count; s++) {
		gd_share stretch = gd_share_of(header->rows[GD_TRAIN], (int)s, STRETCHES);
		sum_stretch(d, stretch.first, stretch.count, origin, moments, sums + (size_t)s * width, counts + GD_TRAIN * classes);
	}
	int64_t start = header->rows[GD_TRAIN];
	for (int part = GD_VALIDATION; part < GD_PARTS; part++) {
		count_classes(d, (gd_part)part, start, counts + (size_t)part * classes);
		start += header->rows[part];
	}
	for (size_t f = 0; f < features; f++)
		gd_exact_moments_pack(&moments[f], packed + f * GD_EXACT_MOMENTS_LENGTH);
	/* Each stretch comes from one rank, to which zeros are added, and moments are packed as whole numbers: nothing is rounded here. */
	status = gd_reduce_sum(communicator, sums, length);
	if (gd_failed(&status))
		goto done;
	for (size_t f = 0; f < features; f++)
		gd_exact_moments_unpack(&moments[f], packed + f * GD_EXACT_MOMENTS_LENGTH);
	for (size_t s = 1; s < STRETCHES; s++)
		for (size_t i = 0; i < width; i++)
			sums[i] += sums[s * width + i];
	finish_moments(d, moments, sums);
	for (size_t i = 0; i < GD_PARTS * classes; i++)
		header->class_counts[i] = (int64_t)counts[i];
done:
	free(moments);
	free(sums);
	free(origin);
	return status;
}

/* The numbers' ranks, from the first rows of the training part, which are a sample. */
static gd_status fit_encoding(drawing *d)
{
	gd_preprocessing *fitted = &d->header.preprocessing;
	const gd_schema *schema = &d->recipe.schema;
	int64_t rows = d->header.rows[GD_TRAIN] < SAMPLE_ROWS ? d->header.rows[GD_TRAIN] : SAMPLE_ROWS;
	size_t terms = (size_t)schema->term_count;
	double *values = gd_allocate(terms * (size_t)rows, sizeof *values);
	gd_status status = values ? gd_ok() : gd_out_of_memory("the encoding");
	for (int64_t row = 0; values && row < rows; row++) {
		draw(d, (int64_t)gd_permutation_at(&d->order, (uint64_t)row));
		for (size_t t = 0; t < terms; t++)
			values[t * (size_t)rows + (size_t)row] = d->codes[t];
	}
	for (int t = 0; t < schema->term_count && !gd_failed(&status); t++) {
		gd_column_encoding encoding = gd_schema_find_encoding(schema, schema->terms[t].column);
		if (schema->terms[t].treatment->form != GD_FORM_SCALAR)
			continue;
		gd_ordered ordered;
		status = gd_ordered_init(&ordered, &status, values + t * rows, rows, NULL);
		if (!gd_failed(&status))
			status = gd_encoding_fit_column(fitted, d->recipe.first[t], &encoding, &ordered);
	}
	free(values);
	return status;
}

/* ---- the second drawing: rows ---- */

static void draw_block(drawing *d, gd_part part, int64_t first, int64_t count, float *features, int32_t *labels, int64_t *source_row)
{
	uint64_t rows[TOGETHER];
	for (int before = 0; before < (int)part; before++)
		first += d->header.rows[before];
	for (int64_t at = 0; at < count; at += TOGETHER) {
		size_t some = count - at < TOGETHER ? (size_t)(count - at) : TOGETHER;
		gd_permutation_rows(&d->order, (uint64_t)(first + at), some, rows);
		for (size_t i = 0; i < some; i++) {
			int64_t row = at + (int64_t)i;
			labels[row] = draw(d, (int64_t)rows[i]);
			gd_recipe_standardise(&d->header.preprocessing, d->raw, features + row * d->recipe.features);
			source_row[row] = (int64_t)rows[i] + 1;
		}
	}
}

/* Blocks go round the ranks, rank 0 first; it says to each when it wants its block, or that it wants no more (0). */
static gd_status tell(const drawing *d, int rank, int go)
{
	return gd_mpi_error(MPI_Send(&go, 1, MPI_INT, rank, TAG_GO, d->communicator->mpi), "ask for a block of rows");
}

static gd_status take_block(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	drawing *d = context;
	gd_communicator *communicator = d->communicator;
	int from = d->block_rank;
	d->block_rank = (from + 1) % communicator->size;
	if (from == 0) {
		draw_block(d, part, first, count, rows->features, rows->labels, rows->source_rows);
		return gd_ok();
	}
	gd_wait_begin(communicator);
	gd_status status = tell(d, from, 1);
	int code = MPI_SUCCESS;
	if (!gd_failed(&status))
		code = MPI_Recv(rows->features, (int)count * d->recipe.features, MPI_FLOAT, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
	if (!gd_failed(&status) && code == MPI_SUCCESS)
		code = MPI_Recv(rows->labels, (int)count, MPI_INT32_T, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
	if (!gd_failed(&status) && code == MPI_SUCCESS)
		code = MPI_Recv(rows->source_rows, (int)count, MPI_INT64_T, from, TAG_BLOCK, communicator->mpi, MPI_STATUS_IGNORE);
	gd_wait_finish(communicator);
	return gd_failed(&status) ? status : gd_mpi_error(code, "receive a block of rows");
}

/* *go: whether this rank's block was wanted. */
static gd_status give_block(drawing *d, int64_t count, const float *features, const int32_t *labels, const int64_t *source_row, int *go)
{
	gd_communicator *communicator = d->communicator;
	gd_wait_begin(communicator);
	int code = MPI_Recv(go, 1, MPI_INT, 0, TAG_GO, communicator->mpi, MPI_STATUS_IGNORE);
	if (code == MPI_SUCCESS && *go && count)
		code = MPI_Send(features, (int)count * d->recipe.features, MPI_FLOAT, 0, TAG_BLOCK, communicator->mpi);
	if (code == MPI_SUCCESS && *go && count)
		code = MPI_Send(labels, (int)count, MPI_INT32_T, 0, TAG_BLOCK, communicator->mpi);
	if (code == MPI_SUCCESS && *go && count)
		code = MPI_Send(source_row, (int)count, MPI_INT64_T, 0, TAG_BLOCK, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "send a block of rows");
}

static gd_status give_blocks(drawing *d, int64_t block_rows, float *features, int32_t *labels, int64_t *source_row)
{
	gd_status status = gd_ok();
	int turn = 0, go = 1;
	for (int part = 0; part < GD_PARTS && !gd_failed(&status) && go; part++) {
		int64_t rows = d->header.rows[part];
		for (int64_t first = 0; first < rows && !gd_failed(&status) && go; first += block_rows, turn = (turn + 1) % d->communicator->size) {
			int64_t count = rows - first < block_rows ? rows - first : block_rows;
			if (turn != d->communicator->rank)
				continue;
			draw_block(d, (gd_part)part, first, count, features, labels, source_row);
			status = give_block(d, count, features, labels, source_row, &go);
		}
	}
	/* None left: rank 0 says so too. */
	return gd_failed(&status) || !go ? status : give_block(d, 0, NULL, NULL, NULL, &go);
}

static gd_status write_rows(drawing *d)
{
	gd_communicator *communicator = d->communicator;
	int64_t block_rows = gd_dataset_block_rows(d->recipe.features);
	bool draws = communicator->rank > 0;
	size_t room = draws ? (size_t)block_rows : 0;
	float *features = gd_allocate(room * (size_t)d->recipe.features, sizeof *features);
	int32_t *labels = gd_allocate(room, sizeof *labels);
	int64_t *source_row = gd_allocate(room, sizeof *source_row);
	gd_status mine = features && labels && source_row ? gd_ok() : gd_out_of_memory("a block of rows");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		if (draws) {
			mine = give_blocks(d, block_rows, features, labels, source_row);
		} else {
			mine = gd_dataset_write(d->options->output, &d->header, take_block, d);
			for (int rank = 1; rank < communicator->size; rank++) {
				gd_status told = tell(d, rank, 0);
				if (gd_failed(&told) && !gd_failed(&mine))
					mine = told;
			}
		}
		status = gd_agree(communicator, &mine);
	}
	free(features);
	free(labels);
	free(source_row);
	return status;
}

gd_status gd_synth_dataset_write(gd_communicator *communicator, const gd_synth_dataset_options *options)
{
	drawing d = {.communicator = communicator, .options = options, .header = {.seed = (int64_t)options->songs.seed}};
	bool first = communicator->rank == 0;
	communicator->phase = "drawing songs";
	gd_status mine = prepare(&d);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = fit_moments(&d);
	if (!gd_failed(&status)) {
		mine = first ? fit_encoding(&d) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status) && first && options->out) {
		gd_dataset_print_classes(options->out, &d.header, false);
		gd_dataset_print_correlation(options->out, &d.header, d.scalar);
		fflush(options->out);
	}
	if (!gd_failed(&status))
		status = write_rows(&d);
	gd_spread memory;
	if (!gd_failed(&status))
		status = gd_reduce_spread(communicator, gd_memory_peak(), &memory);
	if (!gd_failed(&status) && first && options->out) {
		fprintf(options->out, "\npeak memory a rank: %.0f MB (least %.0f)\n", memory.maximum, memory.minimum);
		fflush(options->out);
	}
	if (!gd_failed(&status))
		gd_log_note("wrote '%s': %" PRId64 " training, %" PRId64 " validation and %" PRId64 " test records of %d features and %d classes", options->output, d.header.rows[GD_TRAIN],
			d.header.rows[GD_VALIDATION], d.header.rows[GD_TEST], d.header.preprocessing.features, d.header.preprocessing.classes);
	gd_recipe_release(&d.recipe);
	gd_dataset_header_release(&d.header);
	return status;
}
