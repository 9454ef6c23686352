#include "gd/reader/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/reader/arff.h"
#include "gd/reader/header.h"
#include "gd/reader/table_state.h"
#include "gd/value/decimal.h"

enum { BLOCK = 1 << 16 };

static void begin_hash(gd_table *table)
{
	table->unhashed = false;
	if (table->options.after)
		table->hash = table->options.after->hash;
	else
		gd_sha256_pieces_init(&table->hash);
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
			status = gd_table_text_read(table->texts[table->file], block, BLOCK, gd_table_hash(table), &got);
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

/* Opens the file at hand, and makes the splitter ready for its header. */
static gd_status begin_file(gd_table *table)
{
	gd_table_text **text = &table->texts[table->file];
	const gd_stand_in *stand_in;
	gd_dialect dialect;
	const char *spool = table->options.once ? NULL : table->options.spool ? table->options.spool
									      : "";
	size_t size;
	bool whole;
	gd_status status = *text ? gd_table_text_rewind(*text) : gd_table_text_open(table->paths[table->file], table->options.names ? table->options.names[table->file] : NULL, spool, table->options.dialect.charset, text);
	if (gd_failed(&status))
		return status;
	const char *bytes = gd_table_text_peek(*text, &size, &whole);
	const int64_t arff_lines = gd_table_text_arff_lines(*text);
	gd_dialect_options options = table->options.dialect;
	if (arff_lines)
		gd_arff_write(&options, bytes, size);
	status = gd_table_text_find_marks(*text, &options, &stand_in);
	if (gd_failed(&status))
		return status;
	if (*stand_in->delimiter)
		options.delimiter = stand_in->delimiter;
	if (stand_in->quotes)
		options.quote = gd_dialect_quotes[stand_in->quotes];
	bytes = gd_table_text_peek(*text, &size, &whole);
	status = gd_dialect_recognise(&options, bytes, size, whole, &dialect);
	if (gd_failed(&status))
		return status;
	/* Its names are complete. */
	if (arff_lines)
		dialect.short_header = false;
	gd_splitter_init(&table->splitter, &dialect);
	table->splitter.before = (int64_t)gd_table_text_charset(*text)->mark;
	table->splitter.line += arff_lines ? arff_lines - 1 : 0;
	table->lines_before = 0;
	table->record = (gd_record){0};
	gd_table_describe(table);
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
	table->order = gd_arena_take(&table->arena, columns, sizeof *table->order);
	table->ordered = gd_arena_take(&table->arena, columns + 1, sizeof *table->ordered);
	table->ordered_lengths = gd_arena_take(&table->arena, columns + 1, sizeof *table->ordered_lengths);
	return table->loose && table->loose_line && table->order && table->ordered && table->ordered_lengths ? gd_ok() : gd_out_of_memory("the columns");
}

/* A later file's header, which may have the columns in another order. */
static gd_status compare_header(gd_table *table, const gd_record *first)
{
	const char *other = table->options.names ? table->options.names[0] : table->paths[0];
	gd_status status = gd_header_compare(&table->splitter.dialect, first, gd_table_name(table), &table->header, other, table->order);
	table->permuted = false;
	for (int i = 0; i < table->header.count && !gd_failed(&status); i++)
		table->permuted = table->permuted || table->order[i] != i;
	if (table->permuted && table->file >= table->files_told && !table->options.quiet)
		gd_log_note("'%s' has its columns in another order than '%s'; they are taken by their names", gd_table_name(table), other);
	return status;
}

/* ---- records ---- */

/* What stands behind the header is no record, and is gone by when the first one is looked for. */
static gd_status skip_rows(gd_table *table)
{
	gd_record row;
	bool ended = false;
	gd_status status = gd_ok();
	for (int i = 0; i < table->splitter.dialect.rows && !ended && !gd_failed(&status); i++) {
		status = gd_table_split(table, &row, &ended);
		table->first_begin = table->splitter.begin;
	}
	return status;
}

/* Opens the file at hand and takes its header. */
static gd_status open_file(gd_table *table)
{
	gd_record first;
	bool ended;
	gd_status status = begin_file(table);
	if (!gd_failed(&status))
		status = gd_table_split(table, &first, &ended);
	if (gd_failed(&status))
		return status;
	if (ended)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it is empty; expected a header with the names of the columns", gd_table_name(table));
	table->first_begin = table->splitter.begin;
	status = gd_table_check_charset(table, &first);
	if (!gd_failed(&status))
		status = table->header.count ? compare_header(table, &first) : take_header(table, &first);
	if (!gd_failed(&status) && table->splitter.dialect.looks_like_data && table->file >= table->files_told && !table->options.quiet)
		gd_table_warn_of_data(table, &first);
	table->files_told = table->file >= table->files_told ? table->file + 1 : table->files_told;
	table->pending = !table->splitter.dialect.header;
	if (table->pending)
		table->record = first;
	return gd_failed(&status) ? status : skip_rows(table);
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

/* The next record into table->record, unless there is none, or what comes is a footer or a blank row, which is `*passed` over. A status is long: one that is copied takes a part of the time that a record has, so each is where it is returned. */
static gd_status read_next(gd_table *table, bool *more, bool *passed)
{
	bool ended = false;
	gd_record *at = &table->record;
	*more = *passed = false;
	if (table->stretches && table->stretch >= table->stretch_count)
		return gd_ok();
	while (!table->pending) {
		gd_status status = gd_table_split(table, at, &ended);
		if (gd_failed(&status))
			return status;
		if (!ended && !gd_table_is_behind(table))
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
	if (table->permuted)
		gd_table_order(table, at);
	if (at->found & GD_SCAN_LOOSE)
		gd_table_note_loose_quotes(table, at);
	if (at->count != table->header.count) {
		/* Rows of a spreadsheet that hold nothing. */
		*passed = gd_table_is_blank(table, at);
		if (*passed)
			return gd_ok();
		gd_status status = gd_table_check_fields(table, at);
		if (status.code != GD_BAD_DATA)
			return status;
		status = gd_table_pass_footer(table, &status, passed);
		if (!*passed)
			return status;
		*at = (gd_record){0};
		return next_file(table, more);
	}
	return gd_ok();
}

gd_status gd_table_next(gd_table *table, const gd_record **record)
{
	gd_record *at = &table->record;
	bool more = true, passed;
	table->begun = true;
	*record = NULL;
	do {
		gd_status status = read_next(table, &more, &passed);
		if (gd_failed(&status) || !more)
			return status;
	} while (passed || gd_table_repeats_header(table, at));
	if (table->splitter.dialect.foreign_digits)
		gd_table_turn_digits(table, at);
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
	memset(table->lines, 0, sizeof table->lines);
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

int64_t gd_table_count_lines(const gd_table *table, gd_line_kind kind, int64_t *line)
{
	*line = table->first_line[kind];
	return table->lines[kind];
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
