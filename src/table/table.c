#include "gd/table/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/table/arff.h"
#include "gd/table/decimal.h"
#include "gd/table/header.h"
#include "gd/table/table_state.h"

enum { BLOCK = 1 << 16,
	EXCERPT_FIELDS = 6 };

static void begin_hash(gd_table *table)
{
	if (table->options.after)
		table->hash = table->options.after->hash;
	else
		gd_sha256_pieces_init(&table->hash);
}

static gd_sha256_pieces *hash_of(gd_table *table)
{
	return gd_table_hashes(table) ? &table->hash : NULL;
}

gd_status gd_table_name_error(gd_table *table, const gd_status *cause)
{
	if (cause->code != GD_BAD_DATA)
		return *cause;
	if (table->begun && table->record.line)
		return gd_table_fail(table, table->record.line, cause->message);
	return gd_error(GD_BAD_DATA, "cannot read '%s': %s", gd_table_name(table), cause->message);
}

/* ---- a file ---- */

static gd_status fill(gd_table *table)
{
	size_t got = 0;
	char *room = gd_splitter_room(&table->splitter, BLOCK);
	if (!room)
		return gd_out_of_memory("a record");
	gd_status status = gd_table_text_read(table->texts[table->file], room, BLOCK, hash_of(table), &got);
	if (gd_failed(&status))
		return status;
	if (table->options.meter)
		gd_meter_add(table->options.meter, (double)got);
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
		switch (result) {
		case GD_SPLIT_RECORD:
			return gd_ok();
		case GD_SPLIT_END:
			*ended = true;
			return gd_ok();
		case GD_SPLIT_MORE: {
			gd_status status = fill(table);
			if (gd_failed(&status))
				return status;
			break;
		}
		case GD_SPLIT_LOOSE_QUOTE:
			return gd_table_fail_quote(table, line, "stray quote; a field that holds quotes is enclosed in quotes, with those inside doubled (--quote none takes all of them for characters)");
		case GD_SPLIT_OPEN_QUOTE:
			return gd_table_fail_quote(table, line, "a quote of the record that begins here is never closed (--quote none takes all of them for characters)");
		case GD_SPLIT_LONG_FIELD:
			return gd_table_fail(table, line, "a field of more than 16 MiB; is a quote not closed?");
		case GD_SPLIT_NUL:
			return gd_table_fail(table, line, "NUL byte; expected text");
		case GD_SPLIT_MEMORY:
			return gd_out_of_memory("a record");
		}
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
			status = gd_table_text_read(table->texts[table->file], block, BLOCK, hash_of(table), &got);
			if (gd_failed(&status) || !got)
				break;
		}
		if (!left && !(returned && block[at] == '\n'))
			break;
		left -= block[at] == '\r' || (block[at] == '\n' && !returned);
		returned = block[at] == '\r';
		at++;
		splitter->before++;
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
	char dialect[GD_TABLE_DESCRIPTION / 2];
	gd_dialect_describe(&table->splitter.dialect, dialect, sizeof dialect);
	gd_packing packing = gd_table_text_packing(text);
	const bool arff = gd_table_text_arff_lines(text) > 0;
	snprintf(table->description, sizeof table->description, "%s%s%s%s%s", *dialect ? dialect : "commas between fields",
		strcmp(charset->name, "UTF-8") != 0 ? ", " : "", strcmp(charset->name, "UTF-8") != 0 ? charset->name : "",
		packing == GD_PACKING_GZIP ? ", packed by gzip" : packing == GD_PACKING_ZSTD ? ", packed by zstd"
											     : "",
		arff ? ", the columns' names from its ARFF header" : "");
	if (charset->foreign && table->file >= table->files_told && !table->options.quiet)
		gd_log_warning("'%s' is not UTF-8 and is read as Windows-1252, but its bytes are unlike Western text; --charset names what it is (windows-1250, windows-1251, koi8-r, shift_jis, gb18030, ibm850, macintosh ...)",
			gd_table_name(table));
	bool plain = !*dialect && !arff && !strcmp(charset->name, "UTF-8");
	if (!table->options.quiet && table->file >= table->files_told && !plain)
		gd_log_note("'%s' is read with %s", gd_table_name(table), table->description);
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
	const int64_t arff_lines = gd_table_text_arff_lines(*text);
	gd_dialect_options options = table->options.dialect;
	if (arff_lines)
		gd_arff_write(&options, bytes, size);
	status = gd_dialect_recognise(&options, bytes, size, whole, &dialect);
	if (gd_failed(&status))
		return status;
	gd_splitter_init(&table->splitter, &dialect);
	table->splitter.before = (int64_t)gd_table_text_charset(*text)->mark;
	table->splitter.line += arff_lines ? arff_lines - 1 : 0;
	table->lines_before = 0;
	table->record = (gd_record){0};
	describe(table);
	return dialect.lead ? skip_lead(table) : gd_ok();
}

static gd_status take_header(gd_table *table, const gd_record *first)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	gd_header_twins twins;
	gd_status status = gd_header_take(&table->splitter.dialect, first, &table->arena, &table->header, &twins);
	if (gd_failed(&status))
		return status;
	if (twins.count && !table->options.quiet)
		gd_log_warning("more than one column of '%s' is named '%s': the second one is called '%s' here%s", gd_table_name(table), gd_excerpt(twins.name, room), gd_excerpt(twins.new_name, other),
			twins.count > 1 ? ", and further ones likewise" : "");
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
		gd_table_name(table), line, first->count > EXCERPT_FIELDS ? ",..." : "");
}

/* ---- records ---- */

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
		return gd_error(GD_BAD_DATA, "cannot read '%s': it is empty; expected a header with the names of the columns", gd_table_name(table));
	table->first_begin = table->splitter.begin;
	status = gd_table_check_charset(table, &first);
	if (!gd_failed(&status))
		status = table->header.count ? gd_header_compare(&table->splitter.dialect, &first, gd_table_name(table), &table->header, table->options.names ? table->options.names[0] : table->paths[0]) : take_header(table, &first);
	if (!gd_failed(&status) && table->splitter.dialect.looks_like_data && table->file >= table->files_told && !table->options.quiet)
		warn_of_data(table, &first);
	table->files_told = table->file >= table->files_told ? table->file + 1 : table->files_told;
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
	begin_hash(table);
	gd_status status = table->texts ? gd_dialect_check(&table->options.dialect) : gd_out_of_memory("reading a table");
	if (!gd_failed(&status))
		status = open_file(table);
	if (gd_failed(&status))
		gd_table_close(table);
	else
		*opened = table;
	return status;
}

gd_status gd_table_look(gd_table *table, int file, gd_table_place *place)
{
	gd_status status = gd_ok();
	if (file != table->file || table->begun) {
		table->file = file;
		status = open_file(table);
	}
	table->begun = true;
	if (!gd_failed(&status))
		*place = (gd_table_place){table->paths[file], table->splitter.dialect, gd_table_text_is_divisible(table->texts[file]), table->first_begin};
	return status;
}

void gd_table_divide(gd_table *table, const gd_stretch *stretches, int count, int64_t number)
{
	static const gd_stretch none;
	table->stretches = count ? stretches : &none;
	table->stretch_count = count;
	table->first_number = number;
	table->begun = true;
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

/* From the file's first record, where that is not the stretch's. */
static gd_status enter_stretch(gd_table *table)
{
	const gd_stretch *stretch = &table->stretches[table->stretch];
	const gd_dialect dialect = table->splitter.dialect;
	if (table->stretch < table->stretch_count && table->first_begin >= stretch->end)
		table->pending = false;
	if (!stretch->first)
		return gd_ok();
	gd_splitter_init(&table->splitter, &dialect);
	table->splitter.before = stretch->first;
	table->pending = false;
	table->lines_before = -1;
	return gd_table_text_seek(table->texts[table->file], stretch->first);
}

/* To the next file that has records of ours; `*more`: there is one. */
static gd_status next_file(gd_table *table, bool *more)
{
	int file = table->file + 1;
	*more = table->stretches ? ++table->stretch < table->stretch_count : file < table->count;
	if (!*more)
		return gd_ok();
	end_file(table);
	table->file = table->stretches ? table->stretches[table->stretch].file : file;
	gd_status status = open_file(table);
	return gd_failed(&status) || !table->stretches ? status : enter_stretch(table);
}

/* Whether the record at hand is another reader's. */
static bool is_behind(const gd_table *table)
{
	return table->stretches && table->splitter.begin >= table->stretches[table->stretch].end;
}

/* The error `ragged` of the record at hand; where it is short, and few that are no better follow, it is called what it may be. */
static gd_status name_footer(gd_table *table, const gd_status *ragged)
{
	enum { HEAD = 3, MOST = 5 };
	const int64_t line = gd_table_line(table, table->record.line);
	const int columns = table->header.count;
	bool ended = false, footer = line > HEAD && table->record.count < columns;
	gd_record next;
	for (int i = 0; i < MOST && footer && !ended; i++) {
		gd_status status = split_next(table, &next, &ended);
		footer = !gd_failed(&status) && (ended || next.count != columns);
	}
	if (!footer || !ended)
		return *ragged;
	return gd_error(GD_BAD_DATA, "%s, and no record follows: a footer, or a record that was cut off; the table without it: head -n %lld FILE | genre-dist ... -", ragged->message, (long long)(line - 1));
}

/* The next record into table->record, unless there is none. A status is long: one that is copied takes a part of the time that a record has, so each is where it is returned. */
static gd_status read_next(gd_table *table, bool *more)
{
	bool ended = false;
	gd_record *at = &table->record;
	*more = false;
	if (table->stretches && table->stretch >= table->stretch_count)
		return gd_ok();
	while (!table->pending) {
		gd_status status = split_next(table, at, &ended);
		if (gd_failed(&status))
			return status;
		if (!ended && !is_behind(table))
			break;
		*at = (gd_record){0};
		gd_status opened = next_file(table, more);
		if (gd_failed(&opened) || !*more)
			return opened;
	}
	*more = true;
	if (!table->pending && at->found & GD_SCAN_HIGH) {
		gd_status status = gd_table_check_charset(table, at);
		if (gd_failed(&status))
			return status;
	}
	table->pending = false;
	if (at->found & GD_SCAN_LOOSE)
		gd_table_note_loose_quotes(table, at);
	if (at->count != table->header.count) {
		gd_status status = gd_table_check_fields(table, at);
		return status.code == GD_BAD_DATA ? name_footer(table, &status) : status;
	}
	return gd_ok();
}

gd_status gd_table_next(gd_table *table, const gd_record **record)
{
	gd_record *at = &table->record;
	bool more = true;
	table->begun = true;
	*record = NULL;
	do {
		gd_status status = read_next(table, &more);
		if (gd_failed(&status) || !more)
			return status;
	} while (gd_table_repeats_header(table, at));
	for (int i = 0; table->splitter.dialect.decimal == ',' && i < at->count; i++)
		gd_decimal_turn(at->fields[i]);
	at->number = ++table->number;
	*record = at;
	return gd_ok();
}

gd_status gd_table_rewind(gd_table *table)
{
	if (!table->begun)
		return gd_ok();
	int file = table->stretch_count ? table->stretches[0].file : 0;
	if (table->file != file)
		end_file(table);
	for (int i = 0; i < table->header.count; i++)
		table->loose[i] = 0;
	table->headers = 0;
	table->file = file;
	table->stretch = 0;
	table->number = table->first_number;
	table->begun = false;
	begin_hash(table);
	gd_status status = open_file(table);
	return gd_failed(&status) || !table->stretches ? status : enter_stretch(table);
}

const gd_record *gd_table_get_header(const gd_table *table)
{
	return &table->header;
}

void gd_table_get_writing(const gd_table *table, gd_writing *writing)
{
	gd_dialect_write(&table->splitter.dialect, gd_table_text_charset(table->texts[table->file])->name, writing);
}

int64_t gd_table_count_loose_quotes(const gd_table *table, int column, int64_t *line)
{
	*line = table->loose_line[column];
	return table->loose[column];
}

int64_t gd_table_count_headers(const gd_table *table, int64_t *line)
{
	*line = table->header_line;
	return table->headers;
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
