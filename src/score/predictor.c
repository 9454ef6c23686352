#include "gd/score/predictor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/base/number_text.h"
#include "gd/base/output.h"
#include "gd/score/shared_table.h"

typedef struct predictor {
	gd_classifier classifier;
	gd_shared_table shared;
	gd_buffer *cells;  /* [classes]: the names as they stand in a cell */
	int64_t *numbers;  /* [GD_EVALUATION_ROWS] of the records in the block */
	const char **kept; /* [GD_EVALUATION_ROWS, kept]: their fields, in the batch */
	FILE *out;         /* rank 0 */
	const char *name;  /* its */
	char *temporary;   /* the file that it is until it is whole; NULL for stdout, devices and pipes */
	bool headed;       /* the first line is written, which waits until there is something to put below it */
} predictor;

static bool add_cell(gd_buffer *text, const char *field)
{
	size_t length = strlen(field);
	if (!gd_buffer_reserve(text, 2 * length + 3))
		return false;
	if (!field[strcspn(field, ",\"\r\n")]) {
		gd_buffer_add(text, field, length);
		return true;
	}
	char *at = text->bytes + text->length;
	*at++ = '"';
	for (; *field; field++) {
		if (*field == '"')
			*at++ = '"';
		*at++ = *field;
	}
	*at++ = '"';
	text->length = (size_t)(at - text->bytes);
	return true;
}

static bool add_row(predictor *p, int row, int rows, gd_buffer *text)
{
	const gd_classifier *c = &p->classifier;
	int classes = c->preprocessing->classes, kept = p->shared.kept, best = 0;
	const float *probability = c->probabilities + row;
	for (int k = 1; k < classes; k++)
		if (probability[k * rows] > probability[best * rows])
			best = k;
	if (!gd_buffer_reserve(text, GD_NUMBER_TEXT_ROOM + 2 + p->cells[best].length + (size_t)classes * (GD_NUMBER_TEXT_ROOM + 1)))
		return false;
	text->length += gd_number_text_count(p->numbers[row], text->bytes + text->length);
	text->bytes[text->length++] = ',';
	if (c->complete[row])
		gd_buffer_add(text, p->cells[best].bytes, p->cells[best].length);
	for (int k = 0; k < classes; k++) {
		text->bytes[text->length++] = ',';
		if (c->complete[row])
			text->length += gd_number_text_float(probability[k * rows], text->bytes + text->length);
	}
	for (int k = 0; k < kept; k++)
		if (!gd_buffer_reserve(text, 1) || (text->bytes[text->length++] = ',', !add_cell(text, p->kept[row * kept + k])))
			return false;
	if (!gd_buffer_reserve(text, 1))
		return false;
	text->bytes[text->length++] = '\n';
	return true;
}

static gd_status end_block(predictor *p, gd_buffer *text)
{
	int rows = p->classifier.rows;
	gd_classifier_run(&p->classifier);
	for (int row = 0; row < rows; row++)
		if (!add_row(p, row, rows, text))
			return gd_out_of_memory("the predictions");
	return gd_ok();
}

/* A batch's predictions as text. */
static gd_status classify(void *context, const char *piece, size_t length, gd_buffer *text)
{
	predictor *p = context;
	gd_batch_reader *reader = &p->shared.reader;
	const int kept = p->shared.kept, first_kept = p->shared.column_count - kept;
	gd_status status = gd_ok();
	gd_batch_reader_begin(reader, piece, length);
	for (const gd_record *record; !gd_failed(&status) && (record = gd_batch_read(reader));) {
		int row = p->classifier.rows;
		p->numbers[row] = record->number;
		for (int k = 0; k < kept; k++)
			p->kept[row * kept + k] = record->fields[first_kept + k];
		status = gd_classifier_add(&p->classifier, record);
		if (!gd_failed(&status) && p->classifier.rows == GD_EVALUATION_ROWS)
			status = end_block(p, text);
	}
	if (!gd_failed(&status) && p->classifier.rows)
		status = end_block(p, text);
	return status;
}

/* A failure shows when the output is ended. */
static void print_header(predictor *p)
{
	const gd_preprocessing *preprocessing = p->classifier.preprocessing;
	const gd_record *header = gd_table_get_header(p->shared.table);
	gd_buffer line = {0};
	bool fine = true;
	fputs("row,predicted", p->out);
	for (int c = 0; c < preprocessing->classes && fine; c++) {
		char *name = NULL;
		fine = asprintf(&name, "probability_%s", preprocessing->class_names[c]) >= 0 && gd_buffer_reserve(&line, 1) && (line.bytes[line.length++] = ',', add_cell(&line, name));
		free(name);
	}
	for (int k = 0; k < p->shared.kept && fine; k++)
		fine = gd_buffer_reserve(&line, 1) && (line.bytes[line.length++] = ',', add_cell(&line, header->fields[p->shared.columns[p->shared.column_count - p->shared.kept + k]]));
	fwrite(line.bytes, 1, line.length, p->out);
	fputc('\n', p->out);
	gd_buffer_release(&line);
	p->headed = true;
}

static gd_status write_text(void *context, const char *text, size_t length)
{
	predictor *p = context;
	if (!p->headed)
		print_header(p);
	fwrite(text, 1, length, p->out);
	return ferror(p->out) ? gd_output_flush(p->out, p->name) : gd_ok();
}

static gd_status prepare(predictor *p, const gd_ensemble *ensemble, const char *input, const gd_predict_options *options)
{
	gd_status status = gd_classifier_init(&p->classifier, ensemble, strcmp(input, "-") ? input : "stdin", options->strict);
	if (gd_failed(&status))
		return status;
	int classes = p->classifier.preprocessing->classes;
	p->cells = gd_allocate((size_t)classes, sizeof *p->cells);
	p->numbers = gd_allocate(GD_EVALUATION_ROWS, sizeof *p->numbers);
	bool complete = p->cells && p->numbers;
	for (int c = 0; c < classes && complete; c++)
		complete = add_cell(&p->cells[c], p->classifier.preprocessing->class_names[c]);
	return complete ? gd_ok() : gd_out_of_memory("the predictions");
}

/* Rank 0. */
static gd_status begin_output(predictor *p, const char *output)
{
	gd_status status = gd_ok();
	p->out = stdout;
	p->name = output ? output : "stdout";
	if (!output)
		return status;
	p->out = NULL;
	const bool stream = gd_file_is_stream(output);
	if (!stream)
		status = gd_file_begin(output, &p->temporary);
	if (!gd_failed(&status) && !(p->out = fopen(stream ? output : p->temporary, "w")))
		status = gd_file_error(GD_FAILED, "write", output, errno);
	return status;
}

/* Rank 0: `status` is how the work fared; what was written of a failure's is discarded. */
static gd_status end_output(predictor *p, const gd_status *status)
{
	gd_status mine = *status;
	if (p->out) {
		gd_status written = gd_output_flush(p->out, p->name);
		if (p->out != stdout && fclose(p->out) != 0 && !gd_failed(&written))
			written = gd_file_error(GD_FAILED, "write to", p->name, errno);
		if (!gd_failed(&mine))
			mine = written;
	}
	if (p->temporary && !gd_failed(&mine))
		return gd_file_publish(p->temporary, p->name);
	if (p->temporary)
		gd_file_discard(p->temporary);
	return mine;
}

static void release(predictor *p)
{
	for (int c = 0; p->cells && c < p->classifier.preprocessing->classes; c++)
		gd_buffer_release(&p->cells[c]);
	free(p->cells);
	free(p->numbers);
	free(p->kept);
	free(p->temporary);
	gd_shared_table_close(&p->shared);
	gd_classifier_release(&p->classifier);
}

gd_status gd_predict(gd_communicator *communicator, const gd_ensemble *ensemble, const char *input, const gd_predict_options *options)
{
	predictor p = {0};
	int64_t records = 0;
	const gd_table_options of_table = {.dialect = options->dialect, .once = true, .ragged = options->strict ? GD_RAGGED_REFUSE : GD_RAGGED_KEEP};
	gd_status mine = prepare(&p, ensemble, input, options);
	if (!gd_failed(&mine) && communicator->rank == 0)
		mine = begin_output(&p, options->output);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_shared_table_open(&p.shared, communicator, &p.classifier, &input, 1, &of_table, GD_BIND_FEATURES, options->keep);
	if (!gd_failed(&status)) {
		p.kept = gd_allocate(GD_EVALUATION_ROWS * (size_t)p.shared.kept, sizeof *p.kept);
		mine = p.kept ? gd_ok() : gd_out_of_memory("the columns that are kept");
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_shared_table_run(&p.shared, classify, write_text, &p);
	if (!gd_failed(&status) && communicator->rank == 0 && !p.headed)
		print_header(&p);
	/* Before anything is said of them. */
	mine = !gd_failed(&status) && communicator->rank == 0 ? gd_output_flush(p.out, p.name) : gd_ok();
	if (!gd_failed(&status))
		status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_classifier_warn(&p.classifier, communicator, &records);
	mine = communicator->rank == 0 ? end_output(&p, &status) : status;
	status = gd_agree(communicator, &mine);
	release(&p);
	return status;
}
