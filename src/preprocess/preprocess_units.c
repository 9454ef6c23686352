#include "gd/preprocess/preprocess_units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"
#include "gd/parallel/mpi_error.h"

enum { TAG_STATE = 72 };

/* Its text; of one that stands for a record without a value, that record's number counts from the beginning of the table. */
gd_status gd_preprocess_name_groups(const gd_preprocess *run, int group, gd_content **contents)
{
	const gd_dictionary *names = &run->rows.group_names[group];
	char own[64];
	*contents = gd_allocate((size_t)names->count, sizeof **contents);
	if (!*contents)
		return gd_out_of_memory("the groups");
	for (int32_t i = 0; i < names->count; i++) {
		uint64_t high, low;
		int64_t number;
		int used = 0;
		const char *text = names->texts[i];
		if (*text == '\x1f' && sscanf(text, "\x1f%16" SCNx64 "%16" SCNx64 " %" SCNd64 "%n", &high, &low, &number, &used) == 3 && !text[used]) {
			snprintf(own, sizeof own, "\x1f%016" PRIx64 "%016" PRIx64 " %" PRId64, high, low, number + run->first_record);
			text = own;
		}
		(*contents)[i] = gd_content_of_text(text);
	}
	return gd_ok();
}

/* ---- the split ---- */

/* Rows of one label in one group, as one rank counts them. */
typedef struct members {
	gd_split_key key;
	int64_t count;
	int64_t label;
} members;

/* What the classes have left for a part, and are owed of it; goes from rank to rank. */
typedef struct filling {
	gd_preprocess *run;
	const members *entries;
	int64_t *order; /* [count], by key */
	int64_t *parts; /* [count] */
	size_t count, classes;
	int64_t *state; /* [3, classes]: available, owed, needed */
} filling;

static int by_key(const void *a, const void *b, void *context)
{
	const members *entries = context;
	return gd_split_compare(&entries[*(const int64_t *)a].key, &entries[*(const int64_t *)b].key);
}

static void fill_here(const filling *f, int64_t target)
{
	int64_t *available = f->state, *owed = f->state + f->classes, *needed = f->state + 2 * f->classes;
	for (size_t from = 0, to; from < f->count; from = to) {
		const members *first = &f->entries[f->order[from]];
		bool fits = f->parts[f->order[from]] == GD_SPLIT_TRAIN;
		for (to = from; to < f->count && !gd_split_compare(&f->entries[f->order[to]].key, &first->key); to++)
			needed[f->entries[f->order[to]].label] += f->entries[f->order[to]].count;
		for (size_t i = from; i < to; i++)
			fits = fits && needed[f->entries[f->order[i]].label] <= owed[f->entries[f->order[i]].label];
		for (size_t i = from; i < to; i++) {
			const members *entry = &f->entries[f->order[i]];
			needed[entry->label] = 0;
			if (fits) {
				f->parts[f->order[i]] = target;
				owed[entry->label] -= entry->count;
				available[entry->label] -= entry->count;
			}
		}
	}
}

/* Rank after rank, as the groups' keys go; then all know what is left. */
static gd_status fill(filling *f, int64_t target, double fraction)
{
	gd_communicator *communicator = f->run->communicator;
	int rank = communicator->rank, last = communicator->size - 1, length = (int)(2 * f->classes), code = MPI_SUCCESS;
	int64_t left = 0;
	for (size_t i = 0; i < f->classes; i++)
		left += f->state[i];
	gd_split_quotas((int)f->classes, f->state, (int64_t)ceil(fraction * (double)left), f->state + f->classes);
	gd_wait_begin(communicator);
	if (rank)
		code = MPI_Recv(f->state, length, MPI_INT64_T, rank - 1, TAG_STATE, communicator->mpi, MPI_STATUS_IGNORE);
	gd_wait_finish(communicator);
	if (code == MPI_SUCCESS)
		fill_here(f, target);
	gd_wait_begin(communicator);
	if (rank < last && code == MPI_SUCCESS)
		code = MPI_Send(f->state, length, MPI_INT64_T, rank + 1, TAG_STATE, communicator->mpi);
	if (code == MPI_SUCCESS)
		code = MPI_Bcast(f->state, length, MPI_INT64_T, last, communicator->mpi);
	gd_wait_finish(communicator);
	return gd_mpi_error(code, "split the groups");
}

static gd_status split_groups(void *context, const void *entries, size_t count, void *answers)
{
	gd_preprocess *run = context;
	size_t classes = (size_t)run->recipe.schema.classes.count;
	filling f = {.run = run, .entries = entries, .parts = answers, .count = count, .classes = classes};
	f.order = gd_allocate(count, sizeof *f.order);
	f.state = gd_allocate(3 * classes, sizeof *f.state);
	gd_status status = f.order && f.state ? gd_ok() : gd_out_of_memory("the split");
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		f.order[i] = (int64_t)i;
		f.parts[i] = GD_SPLIT_TRAIN;
		f.state[f.entries[i].label] += f.entries[i].count;
	}
	if (!gd_failed(&status))
		qsort_r(f.order, count, sizeof *f.order, by_key, (void *)entries);
	status = gd_together_sum(run->together, &status, f.state, classes);
	if (!gd_failed(&status))
		status = fill(&f, GD_SPLIT_TEST, run->options->test_fraction);
	if (!gd_failed(&status))
		status = fill(&f, GD_SPLIT_VALIDATION, run->options->validation_fraction);
	free(f.order);
	free(f.state);
	return status;
}

typedef struct row_of {
	int32_t group, label;
} row_of;

static int by_group(const void *a, const void *b)
{
	const row_of *x = a, *y = b;
	return x->group != y->group ? (x->group > y->group) - (x->group < y->group) : (x->label > y->label) - (x->label < y->label);
}

/* This rank's rows, counted by group and label: entries [count], of groups [count]. */
static gd_status count_members(const gd_preprocess *run, const gd_content *names, members **entries, int32_t **groups, size_t *count)
{
	const gd_rows *rows = &run->rows;
	int columns = run->recipe.schema.group_count;
	size_t all = (size_t)gd_rows_inputs(rows);
	row_of *sorted = gd_allocate(all, sizeof *sorted);
	*entries = gd_allocate(all, sizeof **entries);
	*groups = gd_allocate(all, sizeof **groups);
	*count = 0;
	if (!sorted || !*entries || !*groups) {
		free(sorted);
		return gd_out_of_memory("the split");
	}
	for (size_t i = 0; i < all; i++)
		sorted[i] = (row_of){rows->groups[i * (size_t)columns], rows->labels[i]};
	qsort(sorted, all, sizeof *sorted, by_group);
	for (size_t i = 0; i < all; i++) {
		if (!i || by_group(&sorted[i], &sorted[i - 1])) {
			(*groups)[*count] = sorted[i].group;
			(*entries)[(*count)++] = (members){.key = gd_split_key_of((uint64_t)run->options->seed, names[sorted[i].group], 0), .label = sorted[i].label};
		}
		(*entries)[*count - 1].count++;
	}
	free(sorted);
	return gd_ok();
}

gd_status gd_preprocess_split_units(gd_preprocess *run)
{
	gd_rows *rows = &run->rows;
	gd_content *names = NULL;
	members *entries = NULL;
	int32_t *groups = NULL;
	size_t count = 0, columns = (size_t)run->recipe.schema.group_count, known = (size_t)rows->group_names[0].count;
	gd_status status = gd_preprocess_name_groups(run, 0, &names);
	if (!gd_failed(&status))
		status = count_members(run, names, &entries, &groups, &count);
	int *owner = gd_allocate(count, sizeof *owner);
	int64_t *parts = gd_allocate(count, sizeof *parts);
	uint8_t *part = gd_allocate(known, sizeof *part);
	if (!gd_failed(&status) && (!owner || !parts || !part))
		status = gd_out_of_memory("the split");
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		owner[i] = gd_owner_of(run->communicator, entries[i].key.hash);
	const gd_question question = {sizeof *entries, sizeof *parts, split_groups, run};
	status = gd_ask(run->communicator, &status, &question, entries, owner, count, parts);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		part[groups[i]] = (uint8_t)parts[i];
	for (size_t i = 0; i < (size_t)gd_rows_inputs(rows) && !gd_failed(&status); i++)
		rows->part[i] = part[rows->groups[i * columns]];
	free(names);
	free(entries);
	free(groups);
	free(owner);
	free(parts);
	free(part);
	return status;
}

/* ---- the audit ---- */

typedef struct member {
	gd_content content;
	int32_t label, part;
} member;

static int by_content(const void *a, const void *b)
{
	return gd_content_compare(((const member *)a)->content, ((const member *)b)->content);
}

typedef struct audited {
	gd_preprocess *run;
	gd_audit audit;
} audited;

static gd_status audit_here(void *context, const void *entries, size_t count, void *answers)
{
	(void)answers;
	audited *a = context;
	member *sorted = gd_allocate(count, sizeof *sorted);
	int32_t *labels = gd_allocate(count, sizeof *labels), *groups = gd_allocate(count, sizeof *groups);
	uint8_t *part = gd_allocate(count, sizeof *part);
	int32_t group = 0;
	gd_status status = sorted && labels && groups && part ? gd_ok() : gd_out_of_memory("the leak audit");
	if (gd_failed(&status))
		goto done;
	memcpy(sorted, entries, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, by_content);
	for (size_t i = 0; i < count; i++) {
		group += i > 0 && by_content(&sorted[i], &sorted[i - 1]) != 0;
		labels[i] = sorted[i].label;
		groups[i] = group;
		part[i] = (uint8_t)sorted[i].part;
	}
	status = gd_statistics_audit((int64_t)count, a->run->recipe.schema.classes.count, labels, groups, count ? group + 1 : 0, part, &a->audit);
done:
	free(sorted);
	free(labels);
	free(groups);
	free(part);
	return status;
}

gd_status gd_preprocess_audit_units(gd_preprocess *run, int group, gd_audit *audit)
{
	const gd_rows *rows = &run->rows;
	size_t count = (size_t)rows->count, columns = (size_t)run->recipe.schema.group_count;
	gd_content *names = NULL;
	member *entries = gd_allocate(count, sizeof *entries);
	int *owner = gd_allocate(count, sizeof *owner);
	gd_status status = entries && owner ? gd_ok() : gd_out_of_memory("the leak audit");
	if (!gd_failed(&status) && group >= 0)
		status = gd_preprocess_name_groups(run, group, &names);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		entries[i] = (member){group < 0 ? rows->content[i] : names[rows->groups[i * columns + (size_t)group]], rows->labels[i], rows->part[i]};
		owner[i] = gd_owner_of(run->communicator, entries[i].content.high);
	}
	audited here = {.run = run};
	const gd_question question = {sizeof *entries, 0, audit_here, &here};
	status = gd_ask(run->communicator, &status, &question, entries, owner, count, NULL);
	gd_audit *all = &here.audit;
	int64_t counts[6] = {all->rows, all->groups, all->test_rows, all->shared_test_rows, all->conflicting_groups, (int64_t)rint(all->ceiling * (double)all->rows)};
	status = gd_together_sum(run->together, &status, counts, 6);
	*audit = (gd_audit){counts[0], counts[1], counts[2], counts[3], counts[4], counts[0] ? (double)counts[5] / (double)counts[0] : 1};
	free(names);
	free(entries);
	free(owner);
	return status;
}
