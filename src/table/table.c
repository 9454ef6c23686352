#include "gd/table/table.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/file.h"
#include "gd/base/parse.h"
#include "gd/base/sha256.h"

enum { BLOCK = 1 << 16 };
/* A quote that is never closed swallows the rest of the file; nobody's field is this long. */
#define LONGEST_FIELD ((size_t)16 << 20)

typedef struct table_state {
	const char *path;
	const gd_table_reader *reader;
	gd_status status; /* the first error of a callback */

	char *bytes;      /* the record's fields, each with a terminating zero */
	size_t used, room;
	size_t *offsets, *lengths;
	char **fields;
	int count, fields_room;
	int columns;      /* the header's count, 0 before it */

	int64_t number;
	int64_t line;     /* on which the next record begins */
	int64_t newlines; /* inside the fields of the record at hand */
	bool after_return;
} table_state;

static int64_t count_newlines(const char *bytes, size_t length)
{
	int64_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += bytes[i] == '\n' || (bytes[i] == '\r' && !(i + 1 < length && bytes[i + 1] == '\n'));
	return count;
}

static bool reserve(table_state *table, size_t length)
{
	if (table->used + length + 1 > table->room) {
		size_t room = 2 * (table->used + length + 1);
		char *bytes = realloc(table->bytes, room);
		if (!bytes)
			return false;
		table->bytes = bytes;
		table->room = room;
	}
	if (table->count == table->fields_room) {
		int room = table->fields_room ? 2 * table->fields_room : 64;
		size_t *offsets = realloc(table->offsets, (size_t)room * sizeof *offsets);
		if (offsets)
			table->offsets = offsets;
		size_t *lengths = realloc(table->lengths, (size_t)room * sizeof *lengths);
		if (lengths)
			table->lengths = lengths;
		char **fields = realloc(table->fields, (size_t)room * sizeof *fields);
		if (fields)
			table->fields = fields;
		if (!offsets || !lengths || !fields)
			return false;
		table->fields_room = room;
	}
	return true;
}

static void take_field(void *bytes, size_t length, void *context)
{
	table_state *table = context;
	table->after_return = false;
	if (gd_failed(&table->status))
		return;
	if (!reserve(table, length)) {
		table->status = gd_out_of_memory("a record");
		return;
	}
	size_t bad;
	if (length && !gd_utf8_valid(bytes, length, &bad)) {
		table->status = gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: field %d is not valid UTF-8; convert the file (iconv -t UTF-8)",
			table->path, (long long)(table->line + table->newlines + count_newlines(bytes, bad)), table->count + 1);
		return;
	}
	table->offsets[table->count] = table->used;
	table->lengths[table->count] = length;
	table->count++;
	if (length)
		memcpy(table->bytes + table->used, bytes, length);
	table->bytes[table->used + length] = '\0';
	table->used += length + 1;
	table->newlines += count_newlines(bytes, length);
}

static void deliver(table_state *table)
{
	for (int i = 0; i < table->count; i++)
		table->fields[i] = table->bytes + table->offsets[i];
	gd_record record = {.number = table->number, .line = table->line, .count = table->count, .fields = table->fields, .lengths = table->lengths};
	bool header = !table->columns;
	if (header) {
		table->columns = table->count;
		table->status = table->reader->header(table->reader->context, &record);
	} else if (table->count != table->columns) {
		table->status = gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: expected %d fields, found %d",
			table->path, (long long)table->line, table->columns, table->count);
		return;
	} else {
		table->status = table->reader->record(table->reader->context, &record);
	}
	if (table->status.code == GD_BAD_DATA) {
		gd_status cause = table->status;
		if (header)
			table->status = gd_error(GD_BAD_DATA, "cannot read '%s': %s", table->path, cause.message);
		else
			table->status = gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: %s", table->path, (long long)table->line, cause.message);
	}
	table->number++;
}

/* `end` is the byte that ended the line, -1 at the end of the file; the parser reports blank lines too, so that lines can be counted. */
static void take_end(int end, void *context)
{
	table_state *table = context;
	if (gd_failed(&table->status))
		return;
	if (table->count) {
		deliver(table);
		table->line += table->newlines;
		table->count = 0;
		table->used = 0;
		table->newlines = 0;
	}
	if (end == '\r' || (end == '\n' && !table->after_return))
		table->line++;
	table->after_return = end == '\r';
}

static gd_status parse_block(table_state *table, struct csv_parser *parser, const char *bytes, size_t size, int64_t line)
{
	size_t length = size;
	const char *nul = memchr(bytes, '\0', size);
	if (nul)
		length = (size_t)(nul - bytes);
	size_t parsed = csv_parse(parser, bytes, length, take_field, take_end, table);
	if (gd_failed(&table->status))
		return table->status;
	if (parsed != length && csv_error(parser) != CSV_EPARSE)
		return gd_out_of_memory("a record");
	if (parsed != length)
		return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: stray quote; a field that holds quotes is enclosed in quotes, with those inside doubled",
			table->path, (long long)(line + count_newlines(bytes, parsed)));
	if (nul)
		return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: NUL byte; expected text in UTF-8", table->path,
			(long long)(line + count_newlines(bytes, length)));
	if (csv_get_buffer_size(parser) > LONGEST_FIELD)
		return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: a field of more than 16 MiB; is a quote not closed?", table->path, (long long)table->line);
	return gd_ok();
}

static gd_status parse_file(table_state *table, struct csv_parser *parser, FILE *file, gd_sha256 *hash)
{
	static const char mark[3] = {'\xEF', '\xBB', '\xBF'};
	char *block = malloc(BLOCK);
	if (!block)
		return gd_out_of_memory("reading a table");
	gd_status status = gd_ok();
	int64_t line = 1;
	bool first = true, pending_return = false;
	size_t size;
	while ((size = fread(block, 1, BLOCK, file)) > 0) {
		gd_sha256_update(hash, block, size);
		size_t skip = first && size >= sizeof mark && !memcmp(block, mark, sizeof mark) ? sizeof mark : 0;
		first = false;
		/* A CRLF that two blocks share was counted with the first. */
		if (pending_return && block[0] == '\n')
			line--;
		status = parse_block(table, parser, block + skip, size - skip, line);
		if (gd_failed(&status))
			goto done;
		line += count_newlines(block, size);
		pending_return = block[size - 1] == '\r';
	}
	if (ferror(file)) {
		status = gd_file_error(GD_BAD_DATA, "read", table->path, errno);
		goto done;
	}
	if (csv_fini(parser, take_field, take_end, table) != 0 && !gd_failed(&table->status)) {
		status = gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: a quote of the record that begins here is never closed", table->path, (long long)table->line);
		goto done;
	}
	status = table->status;
	if (!gd_failed(&status) && !table->columns)
		status = gd_error(GD_BAD_DATA, "cannot read '%s': it is empty; expected a header with the names of the columns", table->path);
done:
	free(block);
	return status;
}

gd_status gd_table_read(const char *path, const gd_table_reader *reader, char sha256[65])
{
	table_state table = {.path = path, .reader = reader, .status = gd_ok(), .line = 1};
	struct csv_parser parser;
	gd_sha256 hash;
	gd_status status;
	FILE *file = fopen(path, "rb");
	if (!file)
		return gd_file_error(GD_BAD_DATA, "read", path, errno);
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) {
		fclose(file);
		return gd_out_of_memory("reading a table");
	}
	csv_set_blk_size(&parser, 4096);
	gd_sha256_init(&hash);
	status = parse_file(&table, &parser, file, &hash);
	if (!gd_failed(&status) && sha256) {
		uint8_t digest[32];
		gd_sha256_finish(&hash, digest);
		gd_sha256_hex(digest, sha256);
	}
	csv_free(&parser);
	fclose(file);
	free(table.bytes);
	free(table.offsets);
	free(table.lengths);
	free(table.fields);
	return status;
}

gd_status gd_table_find(const gd_record *header, const char *name, int *index)
{
	char room[GD_EXCERPT_ROOM];
	*index = -1;
	for (int i = 0; i < header->count; i++) {
		if (strcmp(header->fields[i], name))
			continue;
		if (*index >= 0)
			return gd_error(GD_BAD_DATA, "two columns are named '%s'", gd_excerpt(name, room));
		*index = i;
	}
	return gd_ok();
}

const char *gd_table_nearest(const gd_record *header, const char *name)
{
	const char *nearest = NULL;
	int least = (int)(strlen(name) / 3) + 1;
	for (int i = 0; i < header->count; i++) {
		int distance = gd_edit_distance(header->fields[i], name);
		if (distance < least) {
			least = distance;
			nearest = header->fields[i];
		}
	}
	return nearest;
}
