/* What is said of a table's records, and made of those that are unlike the others. */
#include <stdio.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/reader/table_state.h"
#include "gd/value/digits.h"

const char *gd_table_name(const gd_table *table)
{
	const gd_table_text *text = table->texts[table->file];
	if (table->options.names)
		return table->options.names[table->file];
	return text ? gd_table_text_name(text) : table->paths[table->file];
}

int64_t gd_table_line(gd_table *table, int64_t line)
{
	if (table->lines_before < 0) {
		gd_status status = gd_stretch_count_lines(table->paths[table->file], table->stretches[table->stretch].first, &table->lines_before);
		if (gd_failed(&status))
			table->lines_before = 0;
	}
	return line + table->lines_before;
}

gd_status gd_table_fail(gd_table *table, int64_t line, const char *message)
{
	return gd_error(GD_BAD_DATA, "cannot read '%s': line %lld: %s", gd_table_name(table), (long long)gd_table_line(table, line), message);
}

gd_status gd_table_fail_quote(gd_table *table, int64_t line, const char *message)
{
	char text[160];
	if (!gd_splitter_sees_escaped(&table->splitter))
		return gd_table_fail(table, line, message);
	snprintf(text, sizeof text, "a quote behind a backslash, unlike what the table's beginning has; --quote '\\%c' takes such quotes for characters", table->splitter.dialect.quote);
	return gd_table_fail(table, line, text);
}

/* Whether it is to be said at once: of what is read once nobody asks for the counts. */
static bool count_line(gd_table *table, gd_line_kind kind, int64_t line)
{
	if (!table->lines[kind]++)
		table->first_line[kind] = gd_table_line(table, line);
	return table->lines[kind] == 1 && table->options.once && !table->options.quiet;
}

/* What is no UTF-8, in a file that was taken for it, is taken for Windows-1252; an error where somebody says that it is UTF-8. */
gd_status gd_table_check_charset(gd_table *table, gd_record *record)
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
		return gd_table_fail(table, record->line, message);
	}
	if (count_line(table, GD_LINE_FOREIGN, record->line))
		gd_log_warning("line %lld of '%s' is not UTF-8, unlike the rest; fields like that are read as Windows-1252 (--charset says otherwise)", (long long)table->first_line[GD_LINE_FOREIGN], gd_table_name(table));
	return status;
}

void gd_table_note_loose_quotes(gd_table *table, const gd_record *record)
{
	const char quote = table->splitter.dialect.quote;
	for (int i = 0; i < record->count && i < table->header.count; i++) {
		/* Quotes around a field were taken off; the first of them still stands before it. */
		const char *field = record->fields[i];
		bool enclosed = field > table->splitter.bytes && field[-1] == quote;
		if (!enclosed && memchr(field, quote, record->lengths[i]) && !table->loose[i]++)
			table->loose_line[i] = gd_table_line(table, record->line);
	}
}

bool gd_table_is_blank(const gd_table *table, const gd_record *record)
{
	bool blank = table->options.ragged == GD_RAGGED_REFUSE;
	for (int i = 0; i < record->count && blank; i++)
		blank = !record->lengths[i];
	return blank;
}

/* Whether what it lacks are empty fields. The last record of a file without a newline may have been cut off. */
static bool has_gaps(const gd_table *table, const gd_record *record)
{
	const int least = table->splitter.dialect.least_fields;
	return least && record->count >= least && record->count < table->header.count && !table->permuted && !table->splitter.torn;
}

gd_status gd_table_check_fields(gd_table *table, gd_record *record)
{
	int columns = table->header.count;
	if (record->count == columns)
		return gd_ok();
	int end = record->count;
	while (end > columns && !record->lengths[end - 1])
		end--;
	if (end == columns && (record->count == columns + 1 || !table->permuted)) {
		record->count = columns;
		return gd_ok();
	}
	if (has_gaps(table, record)) {
		if (count_line(table, GD_LINE_SHORT, record->line))
			gd_log_warning("line %lld of '%s' has fewer fields than the header; records like that have empty ones in their place, as spreadsheets leave them out", (long long)table->first_line[GD_LINE_SHORT], gd_table_name(table));
		return gd_record_fit(&table->room, record, columns);
	}
	bool open = record->count == columns - 1 && !table->header.lengths[columns - 1] && !table->permuted;
	if (!open && table->options.ragged == GD_RAGGED_REFUSE) {
		char message[448];
		bool escaped = false;
		const char *last = record->count ? record->fields[record->count - 1] : "";
		const bool continued = record->count < columns && *last && last[strlen(last) - 1] == '\\';
		for (int i = 0; i < record->count - 1 && !table->splitter.dialect.guarded; i++)
			escaped = escaped || (record->lengths[i] && record->fields[i][record->lengths[i] - 1] == '\\');
		const bool blanks = table->splitter.dialect.blanks && record->count > 1 && record->count < columns && *record->fields[0] != '#';
		snprintf(message, sizeof message, "expected %d fields, found %d%s%s%s%s%s", columns, record->count,
			record->count > columns && columns > 1 && !escaped ? " (is a field with a delimiter in it not in quotes?)" : "",
			*record->fields[0] == '#' ? "; --comment '#' leaves out lines that begin with it" : "",
			escaped && table->splitter.dialect.delimiter == ',' ? "; --delimiter '\\,' takes commas behind backslashes for characters" : "",
			continued ? "; it goes on behind a backslash and a newline, as MySQL writes one: sed -e ':a' -e '/\\\\$/{N;s/\\\\\\n/ /;ba' -e '}' FILE | genre-dist ... -" : "",
			blanks ? "; columns of a fixed width, some empty? cut -c 1-10,11-20 --output-delimiter=';' FILE | genre-dist ... -" : "");
		return gd_table_fail(table, record->line, message);
	}
	record->ragged = !open;
	/* Nobody knows which of its fields is which. */
	if (record->ragged)
		record->count = 0;
	return gd_record_fit(&table->room, record, columns);
}

void gd_table_order(gd_table *table, gd_record *record)
{
	const int columns = table->header.count;
	if (record->count != columns && record->count != columns + 1)
		return;
	for (int i = 0; i < record->count; i++) {
		const int place = i < columns ? table->order[i] : i;
		table->ordered[i] = record->fields[place];
		table->ordered_lengths[i] = record->lengths[place];
	}
	record->fields = table->ordered;
	record->lengths = table->ordered_lengths;
}

void gd_table_turn_digits(const gd_table *table, const gd_record *record)
{
	/* The table's own, wherever they are. */
	size_t *lengths = (size_t *)record->lengths;
	for (int i = 0; i < record->count; i++)
		if (gd_digits_may_begin(record->fields[i]))
			lengths[i] = gd_digits_turn(record->fields[i], lengths[i], table->splitter.dialect.decimal);
}

/* Files that were put one behind the other have headers between them. */
bool gd_table_repeats_header(gd_table *table, const gd_record *record)
{
	const gd_dialect *dialect = &table->splitter.dialect;
	if (!dialect->header || dialect->looks_like_data || record->count < 2 || strcmp(record->fields[0], table->header.fields[0]) != 0)
		return false;
	for (int i = 1; i < record->count; i++)
		if (strcmp(record->fields[i], table->header.fields[i]) != 0)
			return false;
	if (count_line(table, GD_LINE_HEADER, record->line))
		gd_log_warning("line %lld of '%s' is the header again; such lines are left out", (long long)table->first_line[GD_LINE_HEADER], gd_table_name(table));
	return true;
}
