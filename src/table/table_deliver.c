/* A table handed over to a reader. */
#include "gd/table/table.h"

gd_status gd_table_deliver(void *context, const gd_table_reader *reader, char sha256[65])
{
	gd_table *table = context;
	const gd_record *record = NULL;
	gd_status status = gd_table_rewind(table), cause;
	if (gd_failed(&status))
		return status;
	cause = reader->header(reader->context, gd_table_get_header(table));
	if (gd_failed(&cause))
		return gd_table_name_error(table, &cause);
	do {
		status = gd_table_next(table, &record);
		if (!gd_failed(&status) && record) {
			cause = reader->record(reader->context, record);
			if (gd_failed(&cause))
				return gd_table_name_error(table, &cause);
		}
	} while (!gd_failed(&status) && record);
	if (!gd_failed(&status) && sha256)
		gd_table_get_sha256(table, sha256);
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
