#include "gd/score/batch.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"

/* In front of a record's fields; the fields end in zeros, and so need no lengths. */
typedef struct head {
	int64_t number, line;
	int64_t ragged;
} head;

static bool add(gd_buffer *batch, const gd_record *record, const int *columns, int count)
{
	const head in_front = {record->number, record->line, record->ragged};
	size_t bytes = sizeof in_front;
	for (int i = 0; i < count; i++)
		bytes += record->lengths[columns[i]] + 1;
	if (!gd_buffer_reserve(batch, bytes))
		return false;
	gd_buffer_add(batch, &in_front, sizeof in_front);
	for (int i = 0; i < count; i++)
		gd_buffer_add(batch, record->fields[columns[i]], record->lengths[columns[i]] + 1);
	return true;
}

gd_status gd_batch_fill(gd_buffer *batch, gd_table *table, const int *columns, int count)
{
	const gd_record *record;
	for (int i = 0; i < GD_BATCH_RECORDS && batch->length < GD_BATCH_BYTES; i++) {
		gd_status status = gd_table_next(table, &record);
		if (gd_failed(&status) || !record)
			return status;
		if (!add(batch, record, columns, count))
			return gd_out_of_memory("a batch of records");
	}
	return gd_ok();
}

gd_status gd_batch_reader_init(gd_batch_reader *reader, int columns)
{
	*reader = (gd_batch_reader){.columns = columns, .fields = gd_allocate((size_t)columns, sizeof *reader->fields), .lengths = gd_allocate((size_t)columns, sizeof *reader->lengths)};
	return reader->fields && reader->lengths ? gd_ok() : gd_out_of_memory("a batch of records");
}

void gd_batch_reader_begin(gd_batch_reader *reader, const char *batch, size_t length)
{
	reader->at = batch;
	reader->end = batch + length;
}

const gd_record *gd_batch_read(gd_batch_reader *reader)
{
	head in_front;
	if (reader->at == reader->end)
		return NULL;
	memcpy(&in_front, reader->at, sizeof in_front);
	reader->at += sizeof in_front;
	for (int i = 0; i < reader->columns; i++) {
		reader->fields[i] = (char *)reader->at;
		reader->lengths[i] = strlen(reader->at);
		reader->at += reader->lengths[i] + 1;
	}
	reader->record = (gd_record){.number = in_front.number, .line = in_front.line, .count = reader->columns, .fields = reader->fields, .lengths = reader->lengths, .ragged = in_front.ragged != 0};
	return &reader->record;
}

void gd_batch_reader_release(gd_batch_reader *reader)
{
	free(reader->fields);
	free(reader->lengths);
	*reader = (gd_batch_reader){0};
}
