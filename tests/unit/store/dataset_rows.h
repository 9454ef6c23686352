/* A dataset whose rows are a formula's, whole or with faults. */
#ifndef DATASET_ROWS_H
#define DATASET_ROWS_H

#include <math.h>
#include <sys/resource.h>

#include "dataset_fixture.h"

enum { TRAIN_ROWS = 100003, TEST_ROWS = 37 };

/* What a row holds is a function of its part and number, so that every slice can be checked. */
static inline float feature_at(int part, int64_t row, int f)
{
	return (float)(sin((double)row * 0.37 + f) + part);
}

static inline int32_t label_at(int part, int64_t row)
{
	return (int32_t)((row * 7 + part) % CLASSES);
}

static inline int64_t source_at(int part, int64_t row)
{
	return row * 3 + part + ((int64_t)1 << 40);
}

typedef struct row_faults {
	int64_t nan_row, label_row; /* rows of the training part that are spoiled; -1: none */
	rlim_t limit;               /* a file size from which on writes fail, set once rows are being written; 0: none */
	gd_code code;               /* what the source itself reports at the end of the training part */
	gd_status status;
} row_faults;

static inline gd_status give_rows(void *context, gd_part part, int64_t first, int64_t count, const gd_dataset_rows *rows)
{
	row_faults *faults = context;
	for (int64_t i = 0; i < count; i++) {
		for (int f = 0; f < FEATURES; f++)
			rows->features[i * FEATURES + f] = feature_at(part, first + i, f);
		rows->labels[i] = label_at(part, first + i);
		rows->source_rows[i] = source_at(part, first + i);
	}
	if (faults && part == GD_TRAIN) {
		int64_t nan_row = faults->nan_row - first, label_row = faults->label_row - first;
		if (nan_row >= 0 && nan_row < count)
			rows->features[nan_row * FEATURES + 1] = NAN;
		if (label_row >= 0 && label_row < count)
			rows->labels[label_row] = CLASSES;
		if (faults->limit && first > 0)
			setrlimit(RLIMIT_FSIZE, &(struct rlimit){faults->limit, RLIM_INFINITY});
		if (faults->code && first + count == TRAIN_ROWS)
			return gd_error(faults->code, "the source failed");
	}
	return gd_ok();
}

static inline void make_header(gd_dataset_header *header)
{
	make_dataset_header(header, (const int64_t[GD_PARTS]){[GD_TRAIN] = TRAIN_ROWS, [GD_TEST] = TEST_ROWS}, label_at);
	gd_arena *arena = &header->preprocessing.arena;
	for (int i = 0; i < FEATURES * FEATURES; i++)
		header->correlation[i] = i % (FEATURES + 1) ? 1.0 / (i + 2) : 1;
	memset(header->source_sha256, 'a', 64);
	header->rows_read = 100100;
	header->rows_dropped = 60;
	header->split = gd_arena_string(arena, "grouped");
	header->seed = -5;
	header->history = gd_arena_string(arena, "genre-dist preprocess songs.csv --seed -5");
	header->audit = gd_arena_string(arena, "3 of 37 test records share their group\nwith a training record\n");
}

static inline gd_status write_dataset(const char *path, row_faults *faults)
{
	gd_dataset_header header;
	make_header(&header);
	gd_status status = gd_dataset_write(path, &header, give_rows, faults);
	gd_dataset_header_release(&header);
	return status;
}

#endif
