#include "gd/score/predictor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/output.h"
#include "gd/kernel/transpose.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/reduce.h"
#include "gd/table/recipe.h"

/*
 * Every rank reads the whole table; in a round of ranks * BLOCK records each computes its own block, and rank 0 writes them
 * in order. A rank that fails meets the others where they agree at the start of a round.
 */
enum { BLOCK = GD_EVALUATION_ROWS };

typedef struct predictor {
	gd_communicator *communicator;
	const gd_ensemble *ensemble;
	const gd_preprocessing *preprocessing;
	gd_recipe recipe;
	FILE *out;           /* rank 0 */
	const char *name;    /* its */
	bool headed;         /* rank 0: the first line is written, which waits until there is something to put below it */
	int64_t records;     /* seen so far */
	int64_t mine;        /* of them in this rank's block of the round */
	int64_t block_first; /* record number of the block's first */
	int64_t ragged, ragged_line; /* records of another number of fields, on every rank, and the first one's line */
	int64_t incomplete;  /* records of this rank that lack a value */
	char lacking[128];   /* the first column found lacking */
	double *raw;         /* [features] */
	float *rows, *x;     /* [BLOCK, features], [features, BLOCK] */
	float *mean;         /* [classes, BLOCK] probabilities */
	bool *complete;      /* [BLOCK] */
	float *workspace;
	char *text;          /* the block as CSV */
	size_t length;
	bool agreed;         /* a failure that all ranks know */
} predictor;

static gd_status take_header(void *context, const gd_record *header)
{
	predictor *p = context;
	return gd_recipe_bind(&p->recipe, header, GD_BIND_FEATURES);
}

static void print_cell(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void print_header(const predictor *p)
{
	char name[512];
	fputs("row,predicted", p->out);
	for (int c = 0; c < p->preprocessing->classes; c++) {
		snprintf(name, sizeof name, "probability_%s", p->preprocessing->class_names[c]);
		fputc(',', p->out);
		print_cell(p->out, name);
	}
	fputc('\n', p->out);
}

/* This rank's block of the round as CSV text. */
static gd_status classify_block(predictor *p)
{
	int rows = (int)p->mine, classes = p->preprocessing->classes;
	free(p->text);
	p->text = NULL;
	p->length = 0;
	if (!rows)
		return gd_ok();
	gd_transpose(rows, p->preprocessing->features, p->rows, p->x);
	gd_members_infer(p->ensemble->members, p->ensemble->count, rows, p->x, p->workspace, p->mean);
	FILE *out = open_memstream(&p->text, &p->length);
	if (!out)
		return gd_out_of_memory("the predictions");
	for (int r = 0; r < rows; r++) {
		int best = 0;
		for (int c = 1; c < classes; c++)
			if (p->mean[c * rows + r] > p->mean[best * rows + r])
				best = c;
		fprintf(out, "%" PRId64 ",", p->block_first + r);
		if (p->complete[r])
			print_cell(out, p->preprocessing->class_names[best]);
		for (int c = 0; c < classes; c++)
			p->complete[r] ? fprintf(out, ",%.9g", (double)p->mean[c * rows + r]) : fprintf(out, ",");
		fputc('\n', out);
	}
	return fclose(out) ? gd_out_of_memory("the predictions") : gd_ok();
}

/* Rank 0 writes its own block, then the others' as they come. */
static gd_status write_round(predictor *p)
{
	gd_communicator *communicator = p->communicator;
	unsigned long long length = p->length;
	communicator->phase = "collecting predictions";
	if (communicator->rank) {
		MPI_Request requests[2];
		int code = MPI_Isend(&length, 1, MPI_UNSIGNED_LONG_LONG, 0, 0, communicator->mpi, &requests[0]);
		gd_status status = code == MPI_SUCCESS ? gd_wait(communicator, &requests[0]) : gd_mpi_error(code, "send predictions");
		if (gd_failed(&status) || !length)
			return status;
		code = MPI_Isend(p->text, (int)length, MPI_CHAR, 0, 1, communicator->mpi, &requests[1]);
		return code == MPI_SUCCESS ? gd_wait(communicator, &requests[1]) : gd_mpi_error(code, "send predictions");
	}
	if (!p->headed)
		print_header(p);
	p->headed = true;
	fwrite(p->text, 1, p->length, p->out);
	for (int r = 1; r < communicator->size; r++) {
		MPI_Request request;
		int code = MPI_Irecv(&length, 1, MPI_UNSIGNED_LONG_LONG, r, 0, communicator->mpi, &request);
		gd_status status = code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "receive predictions");
		if (gd_failed(&status))
			return status;
		if (!length)
			continue;
		char *text = malloc(length);
		if (!text)
			return gd_out_of_memory("the predictions");
		code = MPI_Irecv(text, (int)length, MPI_CHAR, r, 1, communicator->mpi, &request);
		status = code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "receive predictions");
		if (!gd_failed(&status))
			fwrite(text, 1, length, p->out);
		free(text);
		if (gd_failed(&status))
			return status;
	}
	return ferror(p->out) ? gd_output_flush(p->out, p->name) : gd_ok();
}

/* Collective. Ends a round; `mine` is how this rank fared since the last one. */
static gd_status finish_round(predictor *p, const gd_status *mine)
{
	gd_status here = gd_failed(mine) ? *mine : classify_block(p);
	gd_status status = gd_agree(p->communicator, &here);
	if (!gd_failed(&status)) {
		here = write_round(p);
		status = gd_agree(p->communicator, &here);
	}
	p->agreed = gd_failed(&status);
	p->mine = 0;
	return status;
}

static gd_status take_record(void *context, const gd_record *record)
{
	predictor *p = context;
	int64_t place = p->records % ((int64_t)p->communicator->size * BLOCK);
	p->records++;
	if (record->ragged && !p->ragged++)
		p->ragged_line = record->line;
	if (place / BLOCK == p->communicator->rank) {
		int features = p->preprocessing->features;
		const char *missing = NULL;
		float *row = p->rows + p->mine * features;
		if (!p->mine)
			p->block_first = record->number;
		gd_status status = gd_recipe_encode(&p->recipe, record, p->raw, &missing);
		if (gd_failed(&status))
			return status;
		p->complete[p->mine++] = !missing;
		if (missing) {
			if (!p->incomplete++)
				snprintf(p->lacking, sizeof p->lacking, "%s", missing);
			memset(row, 0, (size_t)features * sizeof *row);
		} else {
			gd_recipe_standardise(p->preprocessing, p->raw, row);
		}
	}
	gd_status fine = gd_ok();
	return place == (int64_t)p->communicator->size * BLOCK - 1 ? finish_round(p, &fine) : fine;
}

static gd_status allocate(predictor *p)
{
	size_t features = (size_t)p->preprocessing->features, classes = (size_t)p->preprocessing->classes;
	size_t floats = gd_members_workspace(p->ensemble->members, p->ensemble->count, BLOCK);
	bool complete = (p->raw = gd_allocate(features, sizeof(double))) && (p->rows = gd_allocate(BLOCK * features, sizeof(float))) &&
		(p->x = gd_allocate(BLOCK * features, sizeof(float))) &&
		(p->mean = gd_allocate(BLOCK * classes, sizeof(float))) && (p->complete = gd_allocate(BLOCK, sizeof(bool))) &&
		(p->workspace = gd_allocate(floats, sizeof(float)));
	return complete ? gd_ok() : gd_out_of_memory("the predictions");
}

static gd_status warn_of_incomplete(predictor *p)
{
	double count = (double)p->incomplete;
	gd_status status = gd_reduce_sum(p->communicator, &count, 1);
	if (!gd_failed(&status) && count > 0 && p->communicator->rank == 0)
		gd_log_warning("%.0f record%s a value that the model needs%s%s%s: no prediction for them", count, count > 1 ? "s lack" : " lacks",
			*p->lacking ? " (column '" : "", p->lacking, *p->lacking ? "' for one)" : "");
	return status;
}

/* A warning for each kind of odd value: how many, and one of them if rank 0 met it. */
static gd_status warn_of_oddities(predictor *p)
{
	static const char *const kinds[GD_ODDS] = {"no value in column '%s', which is imputed", "no number or date in column '%s', which counts as missing", "a category or year in column '%s' that the training part lacks",
		"a number in column '%s' that is far outside the training part's"};
	int columns = p->recipe.schema.column_count;
	double *counts = gd_allocate((size_t)columns * GD_ODDS, sizeof *counts);
	gd_status mine = counts ? gd_ok() : gd_out_of_memory("the warnings");
	gd_status status = gd_agree(p->communicator, &mine);
	for (int i = 0; i < columns * GD_ODDS && !gd_failed(&status); i++)
		counts[i] = (double)p->recipe.oddities[i / GD_ODDS][i % GD_ODDS].count;
	if (!gd_failed(&status))
		status = gd_reduce_sum(p->communicator, counts, columns * GD_ODDS);
	for (int i = 0; i < columns * GD_ODDS && !gd_failed(&status) && p->communicator->rank == 0; i++) {
		const gd_oddity *oddity = &p->recipe.oddities[i / GD_ODDS][i % GD_ODDS];
		char room[GD_EXCERPT_ROOM], text[256];
		if (counts[i] == 0 || (i % GD_ODDS == GD_ODD_MISSING && p->recipe.schema.missing != GD_MISSING_IMPUTE))
			continue;
		snprintf(text, sizeof text, kinds[i % GD_ODDS], gd_excerpt(p->recipe.schema.columns[i / GD_ODDS], room));
		if (oddity->count)
			gd_log_warning("%.0f of %" PRId64 " records have %s (record %" PRId64 ": '%s')", counts[i], p->records, text, oddity->record, oddity->example);
		else
			gd_log_warning("%.0f of %" PRId64 " records have %s", counts[i], p->records, text);
	}
	free(counts);
	return status;
}

gd_status gd_predict(gd_communicator *communicator, const gd_ensemble *ensemble, const char *input, const gd_table_options *options, const char *output)
{
	predictor p = {.name = output ? output : "stdout", .communicator = communicator, .ensemble = ensemble, .preprocessing = &ensemble->models[0].preprocessing};
	char *temporary = NULL;
	gd_status mine = gd_recipe_read(&p.recipe, p.preprocessing->recipe, "the model");
	if (!gd_failed(&mine)) {
		p.recipe.schema.spares_unreadable = true;
		gd_recipe_watch(&p.recipe, p.preprocessing);
		mine = allocate(&p);
	}
	if (!gd_failed(&mine) && communicator->rank == 0) {
		p.out = stdout;
		if (output)
			mine = gd_file_begin(output, &temporary);
		if (!gd_failed(&mine) && output && !(p.out = fopen(temporary, "w")))
			mine = gd_error(GD_FAILED, "cannot write '%s'", output);
	}
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		goto done;
	gd_table_reader reader = {.header = take_header, .record = take_record, .context = &p};
	gd_table *table = NULL;
	mine = gd_table_open(&input, 1, options, &table);
	if (!gd_failed(&mine))
		mine = gd_table_deliver(table, &reader, NULL);
	gd_table_close(table);
	status = mine;
	if (!p.agreed)
		status = finish_round(&p, &mine);
	if (!gd_failed(&status) && p.ragged)
		gd_log_warning("%lld of %lld records have another number of fields than the header, the first in line %lld; they count as without values", (long long)p.ragged,
			(long long)p.records, (long long)p.ragged_line);
	if (!gd_failed(&status))
		status = warn_of_incomplete(&p);
	if (!gd_failed(&status))
		status = warn_of_oddities(&p);
done:
	mine = status;
	if (communicator->rank == 0 && p.out) {
		gd_status written = gd_output_flush(p.out, p.name);
		if (p.out != stdout && fclose(p.out) != 0 && !gd_failed(&written))
			written = gd_file_error(GD_FAILED, "write to", p.name, errno);
		if (!gd_failed(&mine))
			mine = written;
		if (output && !gd_failed(&mine))
			mine = gd_file_publish(temporary, output);
		else if (temporary)
			gd_file_discard(temporary);
	}
	status = gd_agree(communicator, &mine);
	gd_recipe_release(&p.recipe);
	free(temporary);
	free(p.raw);
	free(p.rows);
	free(p.x);
	free(p.mean);
	free(p.complete);
	free(p.workspace);
	free(p.text);
	return status;
}
