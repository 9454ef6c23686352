#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/join.h"
#include "gd/parallel/reduce.h"
#include "gd/store/dataset_file.h"

static gd_status agree(gd_communicator *communicator, gd_status mine)
{
	return communicator ? gd_agree(communicator, &mine) : mine;
}

/* Of the rows that are held out, whose labels the ranks read together. */
static gd_status count_classes(gd_dataset *dataset, gd_communicator *communicator, int64_t rows, int classes, double *counts)
{
	gd_share mine = communicator ? gd_share_of(rows, communicator->rank, communicator->size) : (gd_share){0, rows};
	int32_t *labels = gd_allocate((size_t)mine.count, sizeof *labels);
	gd_status status = agree(communicator, labels ? gd_ok() : gd_out_of_memory("the labels of a fold"));
	if (!gd_failed(&status))
		status = gd_dataset_read(dataset, GD_VALIDATION, mine.first, mine.count, NULL, labels, NULL);
	for (int64_t r = 0; !gd_failed(&status) && r < mine.count; r++)
		counts[labels[r]]++;
	free(labels);
	if (!gd_failed(&status) && communicator)
		status = gd_reduce_sum(communicator, counts, (size_t)classes);
	return status;
}

/* ---- groups ---- */

/* Folds end where the hashes' counts come nearest to equal shares: cut [2], the first hash of fold `fold` and that of the next one. */
static void cut_hashes(const double *counts, int64_t rows, int fold, int folds, int cut[2])
{
	for (int side = 0; side < 2; side++) {
		double wanted = (double)rows * (fold - 1 + side) / folds, before = 0;
		int slot = 0;
		while (slot < GD_GROUP_SLOTS && before + counts[slot] / 2 < wanted)
			before += counts[slot++];
		cut[side] = slot;
	}
}

/* Which rows are held out, known to every rank, each of which reads the groups of a share of whole words. */
static gd_status mark_members(gd_dataset *dataset, gd_communicator *communicator, int64_t rows, int fold, int folds, gd_fold *f)
{
	int ranks = communicator ? communicator->size : 1, rank = communicator ? communicator->rank : 0;
	int64_t words = (rows + 63) / 64, share = (words + ranks - 1) / ranks, first = 64 * share * rank;
	first = first < rows ? first : rows;
	int64_t count = rows - first < 64 * share ? rows - first : 64 * share;
	int32_t *groups = gd_allocate((size_t)count, sizeof *groups);
	double *counts = gd_allocate(GD_GROUP_SLOTS, sizeof *counts);
	uint64_t *mine = gd_allocate((size_t)share, sizeof *mine);
	f->words = words;
	f->members = gd_allocate((size_t)(share * ranks), sizeof *f->members);
	f->before = gd_allocate((size_t)words, sizeof *f->before);
	gd_status status = agree(communicator, groups && counts && mine && f->members && f->before ? gd_ok() : gd_out_of_memory("the groups of a fold"));
	if (!gd_failed(&status))
		status = gd_dataset_read_column(dataset, GD_TRAIN, GD_GROUPS, first, count, groups);
	bool sound = true;
	for (int64_t r = 0; r < count && !gd_failed(&status); r++) {
		sound = sound && groups[r] >= 0 && groups[r] < GD_GROUP_SLOTS;
		if (sound)
			counts[groups[r]]++;
	}
	if (!gd_failed(&status))
		status = agree(communicator, sound ? gd_ok() : gd_error(GD_BAD_DATA, "a dataset is damaged: expected groups from 0 to %d", GD_GROUP_SLOTS - 1));
	if (!gd_failed(&status) && communicator)
		status = gd_reduce_sum(communicator, counts, GD_GROUP_SLOTS);
	if (!gd_failed(&status)) {
		int cut[2];
		cut_hashes(counts, rows, fold, folds, cut);
		for (int64_t r = 0; r < count; r++)
			mine[r / 64] |= (uint64_t)(groups[r] >= cut[0] && groups[r] < cut[1]) << (r % 64);
		if (communicator)
			status = gd_join_all(communicator, mine, (size_t)share * sizeof *mine, f->members);
		else
			memcpy(f->members, mine, (size_t)share * sizeof *mine);
	}
	f->held = (gd_share){0};
	for (int64_t w = 0; w < words && !gd_failed(&status); w++) {
		f->before[w] = f->held.count;
		f->held.count += __builtin_popcountll(f->members[w]);
	}
	free(mine);
	free(counts);
	free(groups);
	return status;
}

gd_status gd_dataset_fold(gd_dataset *dataset, int fold, int folds)
{
	gd_communicator *communicator;
	gd_fold *f = gd_dataset_get_fold(dataset, &communicator);
	gd_dataset_header *header = (gd_dataset_header *)gd_dataset_get_header(dataset);
	int classes = header->preprocessing.classes;
	int64_t rows = header->rows[GD_TRAIN];
	if (!strcmp(header->split, "grouped") && !header->grouped)
		return gd_error(GD_USAGE, "--folds would part what belongs together: '%s' was split by groups by an older version, which did not keep them; preprocess it again", header->source);
	if (rows < folds)
		return gd_error(GD_USAGE, "%d folds of %lld training rows leave some empty", folds, (long long)rows);
	double *counts = gd_allocate((size_t)classes, sizeof *counts);
	gd_status status = agree(communicator, counts ? gd_ok() : gd_out_of_memory("the classes of a fold"));
	if (!gd_failed(&status) && header->grouped)
		status = mark_members(dataset, communicator, rows, fold, folds, f);
	else if (!gd_failed(&status))
		f->held = gd_share_of(rows, fold - 1, folds);
	if (!gd_failed(&status) && (f->held.count == 0 || f->held.count == rows))
		status = gd_error(GD_USAGE, "fold %d of %d is empty, or all there is: groups are kept together, and there are too few of them, or some are too large; take fewer folds", fold, folds);
	if (gd_failed(&status)) {
		f->held.count = 0;
		free(counts);
		return status;
	}
	header->rows[GD_TRAIN] -= f->held.count;
	header->rows[GD_VALIDATION] = f->held.count;
	status = count_classes(dataset, communicator, f->held.count, classes, counts);
	for (int c = 0; c < classes; c++) {
		header->class_counts[(size_t)GD_TRAIN * (size_t)classes + (size_t)c] -= (int64_t)counts[c];
		header->class_counts[(size_t)GD_VALIDATION * (size_t)classes + (size_t)c] = (int64_t)counts[c];
	}
	free(counts);
	return status;
}
