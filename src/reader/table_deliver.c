/* A table handed over to a reader. */
#include "gd/reader/table.h"

#include <stdlib.h>

#include "gd/reader/table_state.h"

enum { WAITING = 1 << 16 }; /* bytes that wait for other messages: as many as are read at a time */

static gd_status deliver(gd_table *table, const gd_table_reader *reader)
{
	const gd_record *record = NULL;
	gd_status refused = reader->header(reader->context, gd_table_get_header(table));
	if (gd_failed(&refused))
		return gd_table_name_error(table, &refused);
	for (;;) {
		gd_status status = gd_table_next(table, &record);
		if (gd_failed(&status) || !record)
			return status;
		gd_status cause = reader->record(reader->context, record);
		if (gd_failed(&cause))
			return gd_table_name_error(table, &cause);
	}
}

gd_status gd_table_deliver(void *context, const gd_table_reader *reader, char sha256[65])
{
	gd_table *table = context;
	gd_status status = gd_table_rewind(table);
	if (gd_failed(&status))
		return status;
	table->unhashed = !sha256;
	uint8_t *room = reader->digest && gd_table_hashes(table) ? malloc(WAITING) : NULL;
	if (room) {
		gd_sha256_pieces_wait(&table->hash, room, WAITING);
		*reader->digest = &table->hash;
	}
	status = deliver(table, reader);
	if (room) {
		*reader->digest = NULL;
		gd_sha256_pieces_wait(&table->hash, NULL, 0);
		free(room);
	}
	if (!gd_failed(&status) && sha256) {
		/* Another table may go on with it. */
		gd_sha256_pieces hash = table->hash;
		gd_sha256_pieces_finish(&hash, sha256);
	}
	return status;
}

gd_status gd_table_read(const char *path, const gd_table_reader *reader, char sha256[65])
{
	gd_table *table;
	gd_status status = gd_table_open(&path, 1, NULL, &table);
	if (gd_failed(&status))
		return status;
	status = gd_table_deliver(table, reader, sha256);
	gd_table_close(table);
	return status;
}
