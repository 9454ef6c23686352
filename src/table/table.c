#include "gd/table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/table/decimal.h"
#include "gd/table/header.h"
#include "gd/table/record_room.h"
#include "gd/table/splitter.h"
#include "gd/table/table_text.h"

enum { BLOCK = 1 << 16,
	DESCRIPTION = 320,
	EXCERPT_FIELDS = 6 };

struct gd_table {
	const char *const *paths;
	int count;
	gd_table_options options;
	gd_table_text **texts; /* [count]: those that are open */
	int file;              /* at hand */
	gd_splitter splitter;
	int passes;     /* that have ended */
	bool begun;     /* a record was asked for in this pass */
	bool pending;   /* the first record, which is no header, is in `record` */
	gd_arena arena; /* the header's */
	gd_record header;
	gd_record record; /* the one delivered last */
	int64_t number;
	gd_record_room room;
	bool told;                   /* of a record that is no UTF-8 */
	int64_t *loose, *loose_line; /* [columns] */
	gd_sha256_pieces hash;
	char description[DESCRIPTION];
};

static const char *name_of(const gd_table *table)
{
	const gd_table_text *text = table->texts[table->file];
	return text ? gd_table_text_name(text) : table->paths[table->file];
}

static gd_status at_line(const gd_table *table, int64_t line, const char *message)
{
	return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: %s", name_of(table), (long long)line, message);
}

gd_status gd_table_name_error(const gd_table *table, const gd_status *cause)
{
	if (cause->code != GD_BAD_DATA)
		return *cause;
	if (table->begun && table->record.line)
		return at_line(table, table->record.line, cause->message);
	return gd_error(GD_BAD_DATA, "cannot read '%s': %s", name_of(table), cause->message);
}

/* ---- a file ---- */

static gd_status fill(gd_table *table)
{
	size_t got = 0;
	char *room = gd_splitter_room(&table->splitter, BLOCK);
	if (!room)
		return gd_out_of_memory("a record");
	gd_status status = gd_table_text_read(table->texts[table->file], room, BLOCK, &table->hash, &got);
	if (gd_failed(&status))
		return status;
	if (got)
		gd_splitter_add(&table->splitter, got);
	else
		gd_splitter_finish(&table->splitter);
	return status;
}

/* The splitter's next record, as it comes; `*ended` behind the last. */
static gd_status split_next(gd_table *table, gd_record *record, bool *ended)
{
	int64_t line;
	*ended = false;
	for (;;) {
		gd_split_result result = gd_splitter_next(&table->splitter, record, &line);
		gd_status status = gd_ok();
		switch (result) {
		case GD_SPLIT_RECORD:
			return gd_ok();
		case GD_SPLIT_END:
			*ended = true;
			return gd_ok();
		case GD_SPLIT_MORE:
			status = fill(table);
			break;
		case GD_SPLIT_LOOSE_QUOTE:
			return at_line(table, line, "stray quote; a field that holds quotes is enclosed in quotes, with those inside doubled (--quote none takes all of them for characters)");
		case GD_SPLIT_OPEN_QUOTE:
			return at_line(table, line, "a quote of the record that begins here is never closed (--quote none takes all of them for characters)");
		case GD_SPLIT_LONG_FIELD:
			return at_line(table, line, "a field of more than 16 MiB; is a quote not closed?");
		case GD_SPLIT_NUL:
			return at_line(table, line, "NUL byte; expected text");
		case GD_SPLIT_MEMORY:
			return gd_out_of_memory("a record");
		}
		if (gd_failed(&status))
			return status;
	}
}

/* The lines before the header are taken off what the splitter gets, but counted. */
static gd_status skip_lead(gd_table *table)
{
	gd_splitter *splitter = &table->splitter;
	gd_status status = gd_ok();
	char *block = malloc(BLOCK);
	size_t got = 0, at = 0;
	int left = splitter->dialect.lead;
	bool returned = false;
	if (!block)
		return gd_out_of_memory("reading a table");
	while (!gd_failed(&status)) {
		if (at == got) {
			at = 0;
			status = gd_table_text_read(table->texts[table->file], block, BLOCK, &table->hash, &got);
			if (gd_failed(&status) || !got)
				break;
		}
		if (!left && !(returned && block[at] == '\n'))
			break;
		left -= block[at] == '\r' || (block[at] == '\n' && !returned);
		returned = block[at] == '\r';
		at++;
	}
	if (!gd_failed(&status) && at < got) {
		char *room = gd_splitter_room(splitter, got - at);
		if (room) {
			memcpy(room, block + at, got - at);
			splitter->line += splitter->dialect.lead;
			gd_splitter_add(splitter, got - at);
		} else {
			status = gd_out_of_memory("a record");
		}
	}
	free(block);
	return status;
}

static void describe(gd_table *table)
{
	const gd_table_text *text = table->texts[table->file];
	const gd_charset *charset = gd_table_text_charset(text);
	char dialect[DESCRIPTION / 2];
	gd_dialect_describe(&table->splitter.dialect, dialect, sizeof dialect);
	gd_packing packing = gd_table_text_packing(text);
	snprintf(table->description, sizeof table->description, "%s%s%s%s", *dialect ? dialect : "commas between fields",
		strcmp(charset->name, "UTF-8") != 0 ? ", " : "", strcmp(charset->name, "UTF-8") != 0 ? charset->name : "",
		packing == GD_PACKING_GZIP ? ", packed by gzip" : packing == GD_PACKING_ZSTD ? ", packed by zstd"
											     : "");
	bool plain = !*dialect && !strcmp(charset->name, "UTF-8");
	if (!table->options.quiet && !table->passes && !plain)
		gd_log_note("'%s' is read with %s", name_of(table), table->description);
}

/* Opens the file at hand, and makes the splitter ready for its header. */
static gd_status begin_file(gd_table *table)
{
	gd_table_text **text = &table->texts[table->file];
	gd_dialect dialect;
	const char *spool = table->options.once ? NULL : table->options.spool ? table->options.spool
									      : "";
	size_t size;
	bool whole;
	gd_status status = *text ? gd_table_text_rewind(*text) : gd_table_text_open(table->paths[table->file], spool, table->options.dialect.charset, text);
	if (gd_failed(&status))
		return status;
	const char *bytes = gd_table_text_peek(*text, &size, &whole);
	status = gd_dialect_recognise(&table->options.dialect, bytes, size, whole, &dialect);
	if (gd_failed(&status))
		return status;
	gd_splitter_init(&table->splitter, &dialect);
	table->record = (gd_record){0};
	describe(table);
	return dialect.lead ? skip_lead(table) : gd_ok();
}

static gd_status take_header(gd_table *table, const gd_record *first)
{
	gd_status status = gd_header_take(&table->splitter.dialect, first, &table->arena, &table->header);
	if (gd_failed(&status))
		return status;
	size_t columns = (size_t)table->header.count;
	table->loose = gd_arena_take(&table->arena, columns, sizeof *table->loose);
	table->loose_line = gd_arena_take(&table->arena, columns, sizeof *table->loose_line);
	return table->loose && table->loose_line ? gd_ok() : gd_out_of_memory("the columns");
}

static void warn_of_data(const gd_table *table, const gd_record *first)
{
	char line[EXCERPT_FIELDS * (GD_EXCERPT_ROOM + 1) + 1] = "", room[GD_EXCERPT_ROOM];
	size_t used = 0;
	for (int i = 0; i < first->count && i < EXCERPT_FIELDS; i++)
		used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", i ? "," : "", gd_excerpt(first->fields[i], room));
	gd_log_warning("line %lld of '%s' looks like data, not like a header: %s%s; --no-header says that there is none, --header yes that this is it", (long long)first->line,
		name_of(table), line, first->count > EXCERPT_FIELDS ? ",..." : "");
}

/* ---- records ---- */

/* What is no UTF-8, in a file that was taken for it, is taken for Windows-1252; an error where somebody says that it is UTF-8. */
static gd_status check_charset(gd_table *table, gd_record *record)
{
	const gd_charset *charset = gd_table_text_charset(table->texts[table->file]);
	int field;
	if (!(record->found & GD_SCAN_HIGH) || strcmp(charset->name, "UTF-8") != 0)
		return gd_ok();
	gd_status status = gd_record_convert(&table->room, record, !charset->guessed, &field);
	if (gd_failed(&status) || field < 0)
		return status;
	if (!charset->guessed) {
		char message[96];
		snprintf(message, sizeof message, "field %d is not valid UTF-8; --charset names another character set, latin1 for one", field + 1);
		return at_line(table, record->line, message);
	}
	if (!table->told && !table->options.quiet)
		gd_log_warning("line %lld of '%s' is not UTF-8, unlike its beginning; fields like that are read as Windows-1252 (--charset says otherwise)", (long long)record->line,
			name_of(table));
	table->told = true;
	return status;
}

static void count_loose_quotes(gd_table *table, const gd_record *record)
{
	const char quote = table->splitter.dialect.quote;
	for (int i = 0; i < record->count && i < table->header.count; i++) {
		/* Quotes around a field were taken off; the first of them still stands before it. */
		const char *field = record->fields[i];
		bool enclosed = field > table->splitter.bytes && field[-1] == quote;
		if (!enclosed && memchr(field, quote, record->lengths[i]) && !table->loose[i]++)
			table->loose_line[i] = record->line;
	}
}

static gd_status check_fields(gd_table *table, gd_record *record)
{
	int columns = table->header.count;
	if (record->count == columns)
		return gd_ok();
	if (record->count == columns + 1 && !record->lengths[columns]) {
		record->count = columns;
		return gd_ok();
	}
	bool open = record->count == columns - 1 && !table->header.lengths[columns - 1];
	if (!open && table->options.ragged == GD_RAGGED_REFUSE) {
		char message[64];
		snprintf(message, sizeof message, "expected %d fields, found %d", columns, record->count);
		return at_line(table, record->line, message);
	}
	record->ragged = !open;
	/* Nobody knows which of its fields is which. */
	if (record->ragged)
		record->count = 0;
	return gd_record_fit(&table->room, record, columns);
}

/* Opens the file at hand and takes its header. */
static gd_status open_file(gd_table *table)
{
	gd_record first;
	bool ended;
	gd_status status = begin_file(table);
	if (!gd_failed(&status))
		status = split_next(table, &first, &ended);
	if (gd_failed(&status))
		return status;
	if (ended)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it is empty; expected a header with the names of the columns", name_of(table));
	status = check_charset(table, &first);
	if (!gd_failed(&status))
		status = table->header.count ? gd_header_compare(&table->splitter.dialect, &first, name_of(table), &table->header, table->paths[0]) : take_header(table, &first);
	if (!gd_failed(&status) && table->splitter.dialect.looks_like_data && !table->passes && !table->options.quiet)
		warn_of_data(table, &first);
	table->pending = !table->splitter.dialect.header;
	if (table->pending)
		table->record = first;
	return status;
}

gd_status gd_table_open(const char *const *paths, int count, const gd_table_options *options, gd_table **opened)
{
	*opened = NULL;
	gd_table *table = calloc(1, sizeof *table);
	if (!table)
		return gd_out_of_memory("reading a table");
	table->paths = paths;
	table->count = count;
	table->options = options ? *options : (gd_table_options){0};
	table->texts = calloc((size_t)count, sizeof *table->texts);
	gd_sha256_pieces_init(&table->hash);
	gd_status status = table->texts ? gd_dialect_check(&table->options.dialect) : gd_out_of_memory("reading a table");
	if (!gd_failed(&status))
		status = open_file(table);
	if (gd_failed(&status))
		gd_table_close(table);
	else
		*opened = table;
	return status;
}

/* Behind the last record of a file; what can be read again is closed. */
static void end_file(gd_table *table)
{
	gd_table_text **text = &table->texts[table->file];
	if (!gd_table_text_is_once(*text)) {
		gd_table_text_close(*text);
		*text = NULL;
	}
}

gd_status gd_table_next(gd_table *table, const gd_record **record)
{
	bool ended = false;
	gd_status status = gd_ok();
	table->begun = true;
	*record = NULL;
	while (!table->pending) {
		status = split_next(table, &table->record, &ended);
		if (gd_failed(&status))
			return status;
		if (!ended)
			break;
		table->record = (gd_record){0};
		if (table->file + 1 == table->count)
			return status;
		end_file(table);
		table->file++;
		status = open_file(table);
		if (gd_failed(&status))
			return status;
	}
	gd_record *at = &table->record;
	if (!table->pending)
		status = check_charset(table, at);
	table->pending = false;
	if (!gd_failed(&status) && at->found & GD_SCAN_LOOSE)
		count_loose_quotes(table, at);
	if (!gd_failed(&status))
		status = check_fields(table, at);
	if (gd_failed(&status))
		return status;
	for (int i = 0; table->splitter.dialect.decimal == ',' && i < at->count; i++)
		gd_decimal_turn(at->fields[i]);
	at->number = ++table->number;
	*record = at;
	return status;
}

gd_status gd_table_rewind(gd_table *table)
{
	if (!table->begun)
		return gd_ok();
	if (table->file)
		end_file(table);
	for (int i = 0; i < table->header.count; i++)
		table->loose[i] = 0;
	table->file = 0;
	table->number = 0;
	table->passes++;
	table->begun = false;
	gd_sha256_pieces_init(&table->hash);
	return open_file(table);
}

const gd_record *gd_table_get_header(const gd_table *table)
{
	return &table->header;
}

const gd_dialect *gd_table_get_dialect(const gd_table *table)
{
	return &table->splitter.dialect;
}

const char *gd_table_describe(const gd_table *table)
{
	return table->description;
}

int64_t gd_table_count_loose_quotes(const gd_table *table, int column, int64_t *line)
{
	*line = table->loose_line[column];
	return table->loose[column];
}

void gd_table_get_sha256(gd_table *table, char sha256[65])
{
	gd_sha256_pieces hash = table->hash;
	gd_sha256_pieces_finish(&hash, sha256);
}

void gd_table_close(gd_table *table)
{
	if (!table)
		return;
	for (int i = 0; table->texts && i < table->count; i++)
		gd_table_text_close(table->texts[i]);
	free(table->texts);
	gd_splitter_release(&table->splitter);
	gd_record_room_release(&table->room);
	gd_arena_release(&table->arena);
	free(table);
}
