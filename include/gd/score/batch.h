/* Some records of a table as bytes that go to another rank: the fields that matter alone. Local. */
#ifndef GD_BATCH_H
#define GD_BATCH_H

#include "gd/base/buffer.h"
#include "gd/base/status.h"
#include "gd/reader/table.h"

/*
 * The table's next records, their fields `columns` [count] in that order, into an empty buffer: as many as GD_BATCH_RECORDS or GD_BATCH_BYTES allow, one at least; none: the buffer stays empty.
 */
enum { GD_BATCH_RECORDS = 1024,
	GD_BATCH_BYTES = 1 << 20 };
GD_CHECKED gd_status gd_batch_fill(gd_buffer *batch, gd_table *table, const int *columns, int count);

typedef struct gd_batch_reader {
	const char *at, *end;
	int columns;
	char **fields;   /* [columns] */
	size_t *lengths; /* [columns] */
	gd_record record;
} gd_batch_reader;

GD_CHECKED gd_status gd_batch_reader_init(gd_batch_reader *reader, int columns);
void gd_batch_reader_begin(gd_batch_reader *reader, const char *batch, size_t length);
/* The next record, whose fields are those columns, valid as long as the batch; NULL behind the last. */
const gd_record *gd_batch_read(gd_batch_reader *reader);
void gd_batch_reader_release(gd_batch_reader *reader);

#endif
