#include "gd/reader/splitter.h"

#include <stdlib.h>
#include <string.h>

#include "gd/reader/dialect_lead.h"

/* A quote that is never closed swallows the rest of the file; nobody's field is this long. */
enum { LONGEST_FIELD = 16 << 20 };

/* Control-Z, by which DOS ended texts. */
static const char END_OF_FILE = 0x1A;

void gd_splitter_init(gd_splitter *splitter, const gd_dialect *dialect)
{
	gd_splitter_release(splitter);
	splitter->dialect = *dialect;
	splitter->line = 1;
	splitter->stop = GD_SPLIT_MORE;
	gd_scanner_init(&splitter->scanner, &splitter->dialect);
}

void gd_splitter_release(gd_splitter *splitter)
{
	free(splitter->bytes);
	free(splitter->ends);
	free(splitter->fields);
	free(splitter->lengths);
	*splitter = (gd_splitter){0};
}

char *gd_splitter_room(gd_splitter *splitter, size_t size)
{
	/* The record at hand moves to the front. */
	size_t kept = splitter->ends_count - splitter->next;
	splitter->kept = splitter->start ? splitter->newest : splitter->found;
	if (splitter->start) {
		memmove(splitter->bytes, splitter->bytes + splitter->start, splitter->filled - splitter->start);
		for (size_t i = 0; i < kept; i++)
			splitter->ends[i] = splitter->ends[splitter->next + i] - (uint32_t)splitter->start;
		splitter->filled -= splitter->start;
		splitter->before += (int64_t)splitter->start;
		splitter->scanned -= splitter->start;
		splitter->walked -= splitter->next;
		splitter->ends_count = kept;
		splitter->start = splitter->next = 0;
	}
	if (splitter->filled + size + GD_RECORD_SLACK > splitter->room) {
		size_t room = splitter->room + splitter->filled + size + GD_RECORD_SLACK;
		char *bytes = room < UINT32_MAX ? realloc(splitter->bytes, room) : NULL;
		if (!bytes)
			return NULL;
		splitter->bytes = bytes;
		splitter->room = room;
	}
	if (splitter->ends_count + size + GD_SCANNER_SLACK > splitter->ends_room) {
		size_t room = splitter->ends_room + splitter->ends_count + size + GD_SCANNER_SLACK;
		uint32_t *ends = realloc(splitter->ends, room * sizeof *ends);
		if (!ends)
			return NULL;
		splitter->ends = ends;
		splitter->ends_room = room;
	}
	return splitter->bytes + splitter->filled;
}

static bool is_padding(const char *bytes, size_t size)
{
	size_t i = 0;
	while (i < size && (!bytes[i] || bytes[i] == END_OF_FILE))
		i++;
	return i == size;
}

void gd_splitter_add(gd_splitter *splitter, size_t size)
{
	gd_scanner *scanner = &splitter->scanner;
	size_t found, wanted = size;
	if (splitter->stop != GD_SPLIT_MORE || !size)
		return;
	char *bytes = splitter->bytes + splitter->filled;
	if (splitter->padded) {
		splitter->stop = is_padding(bytes, size) ? GD_SPLIT_MORE : GD_SPLIT_NUL;
		return;
	}
	const char *nul = memchr(bytes, '\0', size);
	if (nul)
		wanted = (size_t)(nul - bytes);
	scanner->found = 0;
	size_t taken = gd_scanner_find(scanner, bytes, wanted, (uint32_t)splitter->filled, splitter->ends + splitter->ends_count, &found);
	splitter->ends_count += found;
	/* The record at hand may have begun in earlier bytes. */
	splitter->newest = scanner->found;
	splitter->found = scanner->found | splitter->kept;
	splitter->scanned = splitter->filled + taken;
	splitter->padded = taken < size && is_padding(bytes + taken, size - taken);
	splitter->filled += splitter->padded ? taken : size;
	if (splitter->padded)
		return;
	if (taken < wanted)
		splitter->stop = GD_SPLIT_LOOSE_QUOTE;
	else if (nul)
		splitter->stop = GD_SPLIT_NUL;
}

void gd_splitter_finish(gd_splitter *splitter)
{
	splitter->finished = true;
	while (splitter->filled > splitter->start && splitter->bytes[splitter->filled - 1] == END_OF_FILE)
		splitter->filled--;
}

static int64_t count_newlines(const char *bytes, size_t length)
{
	int64_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += bytes[i] == '\n' || (bytes[i] == '\r' && !(i + 1 < length && bytes[i + 1] == '\n'));
	return count;
}

static bool widen_fields(gd_splitter *splitter, size_t count)
{
	if (count <= (size_t)splitter->fields_room)
		return true;
	size_t room = 2 * count + 64;
	char **fields = realloc(splitter->fields, room * sizeof *fields);
	if (fields)
		splitter->fields = fields;
	size_t *lengths = realloc(splitter->lengths, room * sizeof *lengths);
	if (lengths)
		splitter->lengths = lengths;
	if (!fields || !lengths)
		return false;
	splitter->fields_room = (int)room;
	return true;
}

/* Two quotes inside quotes are one. */
static size_t join_doubled(char *text, size_t length, char quote)
{
	char *first = memchr(text, quote, length);
	if (!first)
		return length;
	char *to = first;
	for (const char *from = first; from < text + length; from++) {
		*to++ = *from;
		from += *from == quote;
	}
	return (size_t)(to - text);
}

/* The same, where a backslash takes its meaning from a quote (or, outside of quotes, a delimiter), or from another backslash. */
static size_t join_escaped(char *text, size_t length, char quote, bool doubled)
{
	char *to = text;
	for (const char *from = text; from < text + length; from++) {
		const bool more = from + 1 < text + length;
		from += more && ((*from == '\\' && (from[1] == quote || from[1] == '\\')) || (doubled && *from == quote && from[1] == quote));
		*to++ = *from;
	}
	return (size_t)(to - text);
}

/* Zero-terminates the field in bytes [start, end) and takes off what is around it. A field of blanks that part nothing is none. */
static bool take_field(gd_splitter *splitter, char *start, char *end, gd_record *record, int64_t *newlines)
{
	const gd_dialect *dialect = &splitter->dialect;
	const char delimiter = dialect->delimiter, quote = dialect->quote;
	while (start < end && (*start == ' ' || *start == '\t') && *start != delimiter)
		start++;
	if (dialect->blanks && start == end)
		return false;
	while (end > start && (end[-1] == ' ' || end[-1] == '\t') && end[-1] != delimiter)
		end--;
	size_t length = (size_t)(end - start);
	/* Behind a mark of the order of bytes a quote may stand alone: it encloses nothing. */
	if (quote && length > 1 && *start == quote && start[length - 1] == quote) {
		if ((splitter->found & GD_SCAN_BROKEN))
			*newlines += count_newlines(start, length);
		start++;
		length = dialect->escaped ? join_escaped(start, length - 2, quote, true) : join_doubled(start, length - 2, quote);
	} else if (dialect->guarded) {
		length = join_escaped(start, length, delimiter, false);
	}
	start[length] = '\0';
	splitter->fields[record->count] = start;
	splitter->lengths[record->count] = length;
	record->count++;
	return true;
}

/* Outside of the bars around a record there is nothing. */
static void take_bars(gd_record *record)
{
	if (record->count > 1 && !*record->fields[0]) {
		record->fields++;
		record->lengths++;
		record->count--;
	}
	record->count -= record->count > 1 && !*record->fields[record->count - 1];
}

/* The record whose last field ends at `end`, the newline or the end of the bytes, and which has `count` ends. */
static bool take_record(gd_splitter *splitter, size_t count, size_t end, gd_record *record, int64_t *newlines)
{
	char *bytes = splitter->bytes;
	if (!widen_fields(splitter, count + 1))
		return false;
	*record = (gd_record){.line = splitter->line, .slack = true, .found = splitter->found};
	size_t from = splitter->start;
	/* Files that were put one behind the other have marks of their order of bytes between them. */
	if ((splitter->found & GD_SCAN_HIGH) && end - from > 3 && !memcmp(bytes + from, "\xef\xbb\xbf", 3))
		from += 3;
	for (size_t i = 0; i < count && splitter->ends[splitter->next + i] < end; i++) {
		size_t at = splitter->ends[splitter->next + i];
		take_field(splitter, bytes + from, bytes + at, record, newlines);
		from = at + 1;
	}
	take_field(splitter, bytes + from, bytes + end, record, newlines);
	record->fields = splitter->fields;
	record->lengths = splitter->lengths;
	if (splitter->dialect.framed)
		take_bars(record);
	return true;
}

static bool is_empty(const gd_splitter *splitter, size_t end)
{
	const gd_dialect *dialect = &splitter->dialect;
	size_t i = splitter->start;
	while (i < end && (splitter->bytes[i] == ' ' || splitter->bytes[i] == '\t') && (dialect->blanks || splitter->bytes[i] != dialect->delimiter))
		i++;
	return i == end || (dialect->comment && splitter->bytes[i] == dialect->comment) || ((dialect->ruled || (dialect->blanks && splitter->bytes[i] == '[')) && gd_lead_is_drawn(splitter->bytes + i, end - i));
}

/* What there is to say when the bytes end before the record does. */
static gd_split_result stop_at(const gd_splitter *splitter, int64_t *line)
{
	if (splitter->stop != GD_SPLIT_MORE) {
		*line += count_newlines(splitter->bytes + splitter->start, splitter->scanned - splitter->start);
		return splitter->stop;
	}
	if (splitter->finished)
		return splitter->scanner.state == GD_SCAN_QUOTED ? GD_SPLIT_OPEN_QUOTE : GD_SPLIT_END;
	size_t field = splitter->ends_count > splitter->next ? splitter->ends[splitter->ends_count - 1] : splitter->start;
	return splitter->filled - field > LONGEST_FIELD ? GD_SPLIT_LONG_FIELD : GD_SPLIT_MORE;
}

bool gd_splitter_sees_escaped(const gd_splitter *splitter)
{
	const char escaped[] = {'\\', splitter->dialect.quote};
	return splitter->dialect.quote && !splitter->dialect.escaped && memmem(splitter->bytes + splitter->start, splitter->filled - splitter->start, escaped, sizeof escaped);
}

gd_split_result gd_splitter_next(gd_splitter *splitter, gd_record *record, int64_t *line)
{
	for (;;) {
		size_t at = splitter->walked;
		bool last = false;
		int64_t newlines = 0;
		while (at < splitter->ends_count && splitter->bytes[splitter->ends[at]] != '\n' && splitter->bytes[splitter->ends[at]] != '\r')
			at++;
		splitter->walked = at;
		*line = splitter->line;
		if (at == splitter->ends_count) {
			gd_split_result result = stop_at(splitter, line);
			last = result == GD_SPLIT_END && splitter->start < splitter->filled;
			if (!last)
				return result;
		}
		size_t end = last ? splitter->filled : splitter->ends[at];
		char newline = last ? '\0' : splitter->bytes[end];
		bool empty = is_empty(splitter, end);
		if (!empty && !take_record(splitter, at - splitter->next, end, record, &newlines))
			return GD_SPLIT_MEMORY;
		splitter->begin = splitter->before + (int64_t)splitter->start;
		bool second = newline == '\n' && splitter->after_return && empty;
		splitter->line += newlines + !second;
		splitter->after_return = newline == '\r';
		splitter->torn = last;
		splitter->start = last ? end : end + 1;
		splitter->next = splitter->walked = last ? at : at + 1;
		if (!empty)
			return GD_SPLIT_RECORD;
	}
}
