/* What the suites of datasets share: a header for rows of any content, and a bit of a row's that flips. */
#ifndef DATASET_FIXTURE_H
#define DATASET_FIXTURE_H

#include "gd/store/dataset.h"
#include "store_fixture.h"

/* With all that a dataset must have; label_at is what the rows will say. */
static inline void make_dataset_header(gd_dataset_header *header, const int64_t rows[GD_PARTS], int32_t (*label_at)(int part, int64_t row))
{
	memset(header, 0, sizeof *header);
	make_preprocessing(&header->preprocessing);
	gd_arena *arena = &header->preprocessing.arena;
	memcpy(header->rows, rows, sizeof header->rows);
	header->class_counts = gd_arena_take(arena, GD_PARTS * CLASSES, sizeof *header->class_counts);
	header->correlation = gd_arena_take(arena, FEATURES * FEATURES, sizeof *header->correlation);
	for (int part = 0; part < GD_PARTS; part++)
		for (int64_t row = 0; row < rows[part]; row++)
			header->class_counts[part * CLASSES + label_at(part, row)]++;
	header->source = header->history = header->audit = gd_arena_string(arena, "songs.csv");
	header->split = gd_arena_string(arena, "random");
}

/* Flips one in the features of the first row that begins with these two. */
static inline void flip_bit(const char *path, float first, float second)
{
	void *bytes = NULL;
	size_t size = 0;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	float needle[2] = {first, second};
	char *place = memmem(bytes, size, needle, sizeof needle);
	CU_ASSERT_PTR_NOT_NULL(place);
	if (place)
		*place ^= 1;
	write_bytes(path, bytes, size);
	free(bytes);
}

#endif
