/* A table's records as they come, and lines behind the last that are none. */
#include <string.h>

#include "gd/base/parse.h"
#include "gd/reader/table_state.h"

enum { BLOCK = 1 << 16 };

static gd_status fill(gd_table *table)
{
	size_t got = 0;
	char *room = gd_splitter_room(&table->splitter, BLOCK);
	if (!room)
		return gd_out_of_memory("a record");
	gd_status status = gd_table_text_read(table->texts[table->file], room, BLOCK, gd_table_hash(table), &got);
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

gd_status gd_table_split(gd_table *table, gd_record *record, bool *ended)
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
			return gd_table_fail(table, line, "NUL byte; expected text (where a few are strays: tr -d '\\000' <FILE | genre-dist ... -)");
		case GD_SPLIT_MEMORY:
			return gd_out_of_memory("a record");
		}
	}
}

gd_status gd_table_pass_footer(gd_table *table, const gd_status *ragged, bool *passed)
{
	enum { HEAD = 3, MOST = 5 };
	const int columns = table->header.count, count = table->record.count;
	const int64_t line = gd_table_line(table, table->record.line);
	const char delimiter = table->splitter.dialect.delimiter, *mark = delimiter == ',' ? "," : delimiter == ';' ? ";" : delimiter == '\t' ? "\\t" : NULL;
	double number;
	bool ended = false, again = true, text = 2 * count <= columns && !gd_parse_double(table->record.fields[0], &number);
	int64_t mine = 1;
	gd_record next;
	*passed = false;
	for (int i = 0; i < MOST && !ended; i++) {
		gd_status status = gd_table_split(table, &next, &ended);
		if (gd_failed(&status))
			return *ragged;
		again = again && (ended || next.count != columns);
		text = text && (ended || 2 * next.count <= columns);
		mine += !ended && !gd_table_is_behind(table);
	}
	if (again && !ended && count < columns && mark && !strstr(ragged->message, "FILE"))
		return gd_error(GD_BAD_DATA, "%s, and so have others; where records lack empty fields at their ends alone: awk -F '%s' -v OFS='%s' 'NR == 1 { n = NF } { $n = $n } 1' FILE | genre-dist ... -", ragged->message, mark, mark);
	if (line <= HEAD || count >= columns || !again || !ended)
		return (again && !ended) || strstr(ragged->message, "FILE") ? *ragged : gd_error(GD_BAD_DATA, "%s; the table without it: sed %lldd FILE | genre-dist ... -", ragged->message, (long long)line);
	if (!text)
		return gd_error(GD_BAD_DATA, "%s, and no record follows: a footer, or a record that was cut off; the table without it: head -n %lld FILE | genre-dist ... -", ragged->message, (long long)(line - 1));
	*passed = true;
	if (!table->lines[GD_LINE_FOOTER])
		table->first_line[GD_LINE_FOOTER] = line;
	table->lines[GD_LINE_FOOTER] += mine;
	return gd_ok();
}
