/* A dialect from a table's beginning: each likely one is tried on it, and the one taken in which the records agree best with the header. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gd/base/parse.h"
#include "gd/table/decimal.h"
#include "gd/table/dialect_lead.h"
#include "gd/table/header.h"
#include "gd/table/quantity.h"
#include "gd/table/splitter.h"

enum { MOST_RECORDS = 1000,
	MOST_LEAD = 20,
	FEWEST_REPEATED = 5 };

/* Of ratings: the records do not agree with the header, or nearly all do. */
static const double POOR = .5, GOOD = .9;

/* The beginning in one dialect. */
typedef struct trial {
	gd_splitter splitter;
	gd_record *records; /* [count]; the first may be the header */
	char **fields;      /* of all records, one after the other */
	size_t fields_count, fields_room;
	int count, room;
	bool damaged; /* a quote stands where none may, or is never closed */
} trial;

static void release_trial(trial *t)
{
	gd_splitter_release(&t->splitter);
	free(t->records);
	free(t->fields);
	*t = (trial){0};
}

static bool keep_record(trial *t, const gd_record *record)
{
	if (t->count == t->room) {
		int room = t->room ? 2 * t->room : 64;
		gd_record *records = realloc(t->records, (size_t)room * sizeof *records);
		if (!records)
			return false;
		t->records = records;
		t->room = room;
	}
	if (t->fields_count + (size_t)record->count > t->fields_room) {
		size_t room = 2 * (t->fields_count + (size_t)record->count);
		char **fields = realloc(t->fields, room * sizeof *fields);
		if (!fields)
			return false;
		t->fields = fields;
		t->fields_room = room;
	}
	memcpy(t->fields + t->fields_count, record->fields, (size_t)record->count * sizeof *t->fields);
	t->fields_count += (size_t)record->count;
	t->records[t->count++] = *record;
	return true;
}

/* Splits the whole sample at once, so that all fields stay where they are. */
static gd_status try_dialect(const gd_dialect *dialect, const char *bytes, size_t size, bool whole, trial *t)
{
	gd_record record;
	gd_split_result result = GD_SPLIT_MORE;
	int64_t line;
	*t = (trial){0};
	gd_splitter_init(&t->splitter, dialect);
	char *room = gd_splitter_room(&t->splitter, size);
	if (!room)
		return gd_out_of_memory("recognising a table");
	memcpy(room, bytes, size);
	gd_splitter_add(&t->splitter, size);
	if (whole)
		gd_splitter_finish(&t->splitter);
	while (t->count < MOST_RECORDS) {
		result = gd_splitter_next(&t->splitter, &record, &line);
		/* A header that is longer than the sample is better than none. */
		if (result == GD_SPLIT_MORE && !t->count) {
			gd_splitter_finish(&t->splitter);
			continue;
		}
		if (result != GD_SPLIT_RECORD)
			break;
		if (!keep_record(t, &record))
			return gd_out_of_memory("recognising a table");
	}
	size_t first = 0;
	for (int i = 0; i < t->count; i++) {
		t->records[i].fields = t->fields + first;
		first += (size_t)t->records[i].count;
	}
	t->damaged = result == GD_SPLIT_LOOSE_QUOTE || result == GD_SPLIT_OPEN_QUOTE;
	return result == GD_SPLIT_MEMORY ? gd_out_of_memory("recognising a table") : gd_ok();
}

static const char *last_field(const gd_record *record)
{
	return record->fields[record->count - 1];
}

static bool is_number(const char *text, char decimal)
{
	double value;
	return gd_parse_decimal(text, decimal, &value) && isfinite(value);
}

/* Whether all records have one field more than the header, the first of them texts that all differ: row names, as R's write.table writes them. */
static bool has_row_names(const trial *t)
{
	const gd_record *header = &t->records[0];
	if (t->count < 3 || !*last_field(header))
		return false;
	for (int i = 1; i < t->count; i++) {
		const gd_record *record = &t->records[i];
		if (record->count != header->count + 1 || !*last_field(record) || !strcmp(record->fields[0], t->records[i > 1 ? i - 1 : 2].fields[0]))
			return false;
	}
	return true;
}

/* Digits, a comma and digits, perhaps with a sign; points between groups of three digits before. */
static bool is_comma_number(const char *text)
{
	return is_number(text, ',') && strchr(text, ',');
}

/* A number with a comma in it, with a unit or without. */
static bool is_comma_quantity(const char *text)
{
	enum { LONGEST = 64 };
	char turned[LONGEST];
	gd_quantity quantity;
	if (strlen(text) >= LONGEST)
		return false;
	gd_decimal_turn(strcpy(turned, text));
	return gd_quantity_read(text, &quantity) || gd_quantity_read(turned, &quantity);
}

/* Whether a cell looks as if it should have been parted further. */
static bool is_dirty(const char *cell, const gd_dialect *dialect)
{
	for (const char *c = ",;\t|"; *c; c++)
		if (*c != dialect->delimiter && strchr(cell, *c) && !(*c == ',' && is_comma_quantity(cell)))
			return true;
	return false;
}

/* How well the records agree with the header, from below 0 to a little above 1. */
static double rate(const trial *t, const gd_dialect *dialect)
{
	if (t->count == 0)
		return -1;
	const gd_record *header = &t->records[0];
	bool open_header = header->count > 1 && !*last_field(header);
	int agree = 0;
	size_t dirty = 0, numbers = 0, quoted = 0;
	if (header->count - open_header < 2)
		return -1;
	for (int i = 1; i < t->count; i++) {
		const gd_record *record = &t->records[i];
		agree += record->count == header->count || (record->count == header->count + 1 && !*last_field(record)) || (open_header && record->count == header->count - 1);
	}
	if (has_row_names(t))
		agree = t->count - 1;
	for (size_t i = 0; i < t->fields_count; i++) {
		/* Splitting leaves the opening quote in place before the field. */
		bool enclosed = dialect->quote && t->fields[i] > t->splitter.bytes && t->fields[i][-1] == dialect->quote;
		quoted += enclosed;
		dirty += !enclosed && is_dirty(t->fields[i], dialect);
		numbers += is_number(t->fields[i], '.') || is_comma_number(t->fields[i]);
	}
	double share = t->count > 1 ? (double)agree / (t->count - 1) : 1;
	double rating = share - .6 * (double)dirty / (double)t->fields_count + .01 * (double)numbers / (double)t->fields_count;
	/* Apostrophes are common in texts: as quotes they have to be as common as the records. */
	if (dialect->quote == '\'' && quoted < (size_t)t->count)
		return -1;
	rating += dialect->quote == '\'' ? .003 : 0;
	return t->damaged ? rating - .5 : rating;
}

/* Where the digits begin of a cell that is a number, perhaps in groups, with a unit in front or behind; or NULL. */
static const char *find_number(const char *cell)
{
	enum { LONGEST_SIGN = 4 };
	const char *body = cell + strcspn(cell, "0123456789.,"), *at = body;
	size_t gap;
	if (!isdigit((unsigned char)*body) || body - cell > LONGEST_SIGN)
		return NULL;
	while (*at) {
		if (isdigit((unsigned char)*at) || *at == '.' || *at == ',')
			at++;
		else if ((gap = gd_quantity_gap(at)) && isdigit((unsigned char)at[gap]))
			at += gap;
		else
			break;
	}
	if ((*at == 'e' || *at == 'E') && at[1])
		at += 1 + strspn(at + 1, "+-0123456789");
	return at[strcspn(at, "0123456789.,")] ? NULL : body;
}

/* The decimal mark, by numbers that can be read in one way only; where there are none, by what is usual. */
static char find_decimal(const trial *t, const gd_dialect *dialect)
{
	int64_t points = 0, commas = 0, either = 0;
	size_t first = t->count > 1 ? (size_t)t->records[0].count : 0;
	for (size_t i = first; i < t->fields_count; i++) {
		const char *cell = t->fields[i], *comma = strchr(cell, ','), *point = strchr(cell, '.');
		const char *body = find_number(cell);
		if (!body)
			continue;
		/* With both of them, the last one is the mark. */
		if (comma && point) {
			const char *last_comma = strrchr(cell, ','), *last_point = strrchr(cell, '.');
			commas += last_comma > last_point && last_comma == comma;
			points += last_point > last_comma && last_point == point;
			continue;
		}
		const char *mark = comma ? comma : point;
		if (!mark || strrchr(cell, *mark) != mark)
			continue;
		size_t before = (size_t)(mark - body), behind = strspn(mark + 1, "0123456789");
		bool group = behind == 3 && before <= 3 && *body != '0';
		if (!behind)
			continue;
		if (comma)
			group ? either++ : commas++;
		else
			points += !group;
	}
	if (commas || points)
		return commas > points ? ',' : '.';
	return either && dialect->delimiter == ';' ? ',' : '.';
}

/* Whole numbers in even steps, as years: names of columns rather than values. */
static bool is_sequence(const gd_record *header, char decimal)
{
	double last = 0, step = 0, value;
	int count = 0;
	for (int i = 0; i < header->count; i++) {
		if (!gd_parse_decimal(header->fields[i], decimal, &value))
			continue;
		if (value != floor(value) || (count > 1 && value - last != step) || (count && value == last))
			return false;
		step = value - last;
		last = value;
		count++;
	}
	return count > 2;
}

/* Whether the first record is like the others: a number in each column of numbers, or a text that its column has again in each. */
static bool looks_like_data(const trial *t, char decimal)
{
	if (t->count < 2)
		return false;
	const gd_record *header = &t->records[0];
	int numeric = 0, numeric_in_header = 0, repeated = 0;
	for (int c = 0; c < header->count; c++) {
		int values = 0, numbers = 0;
		bool again = false;
		for (int i = 1; i < t->count; i++) {
			if (t->records[i].count <= c || !*t->records[i].fields[c])
				continue;
			values++;
			numbers += is_number(t->records[i].fields[c], decimal);
			again = again || !strcmp(t->records[i].fields[c], header->fields[c]);
		}
		bool number = values && 10 * numbers >= 9 * values;
		numeric += number;
		numeric_in_header += number && is_number(header->fields[c], decimal);
		repeated += again;
	}
	if (repeated == header->count && numeric == numeric_in_header && t->count > FEWEST_REPEATED)
		return true;
	return numeric && numeric == numeric_in_header && !is_sequence(header, decimal);
}

/* ---- all of it ---- */

typedef struct search {
	const char *bytes;
	size_t size;
	bool whole;
	gd_dialect_given given;
	const char *delimiters; /* one of these */
	gd_dialect best;
	double rating;
	bool padded; /* the first record is a title, with delimiters behind it */
} search;

/* Whether tabs alone would part the first line into half as many fields at least. */
static bool tabs_part(const search *s, int fields)
{
	const size_t length = gd_lead_line_length(s->bytes, s->size);
	int tabs = 0;
	for (size_t i = 0; i < length; i++)
		tabs += s->bytes[i] == '\t';
	return tabs && 2 * (tabs + 1) >= fields;
}

static gd_status consider(search *s, const gd_dialect *dialect)
{
	trial t;
	gd_status status = try_dialect(dialect, s->bytes, s->size, s->whole, &t);
	double rating = gd_failed(&status) ? -1 : rate(&t, dialect);
	/* Tabs part fields by themselves rather than as blanks among others. */
	if (dialect->blanks && t.count && tabs_part(s, t.records[0].count))
		rating -= .02;
	if (rating > s->rating + 1e-9) {
		s->rating = rating;
		s->best = *dialect;
	}
	release_trial(&t);
	return status;
}

static bool holds_escaped(const search *s, char quote)
{
	const char escaped[] = {'\\', quote};
	return memmem(s->bytes, s->size, escaped, sizeof escaped) != NULL;
}

static gd_status choose(search *s, const gd_dialect *wanted)
{
	const char *delimiters = s->delimiters;
	static const char quotes[] = {'"', '\''};
	gd_status status = gd_ok();
	s->best = *wanted;
	if (!s->given.delimiter)
		s->best.delimiter = ',';
	if (!s->given.quote)
		s->best.quote = '"';
	s->rating = -1;
	for (size_t d = 0; delimiters[d] && !gd_failed(&status); d++)
		for (size_t q = 0; q < sizeof quotes && !gd_failed(&status); q++) {
			gd_dialect dialect = *wanted;
			if (!s->given.delimiter) {
				dialect.delimiter = delimiters[d];
				dialect.blanks = delimiters[d] == ' ';
			}
			if (!s->given.quote)
				dialect.quote = quotes[q];
			if ((s->given.delimiter && d) || (s->given.quote && q) || (dialect.quote && dialect.quote == dialect.delimiter))
				continue;
			if (dialect.comment && (dialect.comment == dialect.delimiter || dialect.comment == dialect.quote))
				continue;
			status = consider(s, &dialect);
			dialect.escaped = !s->given.quote && holds_escaped(s, dialect.quote);
			if (dialect.escaped && !gd_failed(&status))
				status = consider(s, &dialect);
		}
	return status;
}

/* What the header and the decimal mark are, in the dialect that was chosen. */
static gd_status look_closer(const search *s, gd_dialect *dialect)
{
	trial t;
	gd_status status = try_dialect(dialect, s->bytes, s->size, s->whole, &t);
	if (!gd_failed(&status) && t.count) {
		const gd_record *header = &t.records[0];
		if (!s->given.decimal)
			dialect->decimal = find_decimal(&t, dialect);
		dialect->short_header = dialect->header && has_row_names(&t);
		dialect->long_header = dialect->header && header->count > 1 && !*last_field(header) && t.count > 1 && t.records[1].count == header->count - 1;
		dialect->looks_like_data = !s->given.header && !dialect->short_header && looks_like_data(&t, dialect->decimal);
	}
	release_trial(&t);
	return status;
}

/* Whether the last comment names the columns: as many as the first record has, which looks like data itself, while the comment does not. */
static gd_status try_named_comment(search *s, size_t back, gd_dialect *dialect)
{
	search wider = *s;
	trial t;
	wider.bytes -= back;
	wider.size += back;
	gd_status status = choose(&wider, dialect);
	if (gd_failed(&status))
		return status;
	status = try_dialect(&wider.best, wider.bytes, wider.size, wider.whole, &t);
	if (!gd_failed(&status) && t.count > 1 && t.records[0].count > 1 && t.records[0].count - gd_header_lone_comment(&wider.best, &t.records[0]) == t.records[1].count) {
		gd_dialect closer = s->best;
		status = look_closer(s, &closer);
		if (!gd_failed(&status) && closer.looks_like_data && !looks_like_data(&t, closer.decimal)) {
			*s = wider;
			s->best.named_comment = true;
		}
	}
	release_trial(&t);
	return status;
}

static int count_filled(const gd_record *record)
{
	int filled = 0;
	for (int i = 0; i < record->count; i++)
		filled += *record->fields[i] != '\0';
	return filled;
}

/* Whether the first record has one field at most of three and more, as spreadsheets write a title. */
static gd_status look_for_title(search *s)
{
	trial t;
	gd_status status = try_dialect(&s->best, s->bytes, s->size, s->whole, &t);
	s->padded = !gd_failed(&status) && t.count > 2 && t.records[0].count > 2 && count_filled(&t.records[0]) < 2;
	release_trial(&t);
	return status;
}

/* Whether the later beginning has a header, and each line in front of it, bytes [size], half as many fields at most that are not empty. */
static gd_status stands_out(const search *later, const char *bytes, size_t size, bool *yes)
{
	trial lead, t;
	gd_dialect closer = later->best;
	gd_status status = look_closer(later, &closer);
	*yes = false;
	if (gd_failed(&status) || (later->best.header && closer.looks_like_data))
		return status;
	status = try_dialect(&later->best, later->bytes, later->size, later->whole, &t);
	gd_status other = try_dialect(&later->best, bytes, size, true, &lead);
	*yes = t.count > 2 && t.records[0].count > 1 && lead.count > 0 && 2 * count_filled(&t.records[0]) > t.records[0].count;
	for (int i = 0; i < lead.count && *yes; i++)
		*yes = 2 * count_filled(&lead.records[i]) <= t.records[0].count;
	release_trial(&t);
	release_trial(&lead);
	return gd_failed(&status) ? status : other;
}

/* Where the records agree with no header, there may be lines of text in front of it: titles, dates, who made the table. */
static gd_status try_later_header(search *s, const gd_dialect *wanted, int *lines)
{
	size_t at = 0;
	gd_status status = gd_ok();
	for (int line = 1; line <= MOST_LEAD && !gd_failed(&status); line++) {
		search later = *s;
		bool yes = false;
		at += gd_lead_next_line(s->bytes + at, s->size - at);
		if (at >= s->size)
			break;
		if (!gd_lead_line_length(s->bytes + at, s->size - at))
			continue;
		later.bytes += at;
		later.size -= at;
		status = choose(&later, wanted);
		if (!gd_failed(&status) && later.rating > GOOD)
			status = stands_out(&later, s->bytes, at, &yes);
		if (yes && !gd_failed(&status)) {
			*s = later;
			*lines += line;
			break;
		}
	}
	return status;
}

/* Where the usual delimiters make no table, rare ones may. */
static gd_status try_rare_delimiters(search *s, const gd_dialect *wanted)
{
	search other = *s;
	other.delimiters = ":^~\x01\x1f";
	gd_status status = choose(&other, wanted);
	if (!gd_failed(&status) && other.rating > GOOD)
		*s = other;
	return status;
}

/* Rules between the header and the records, and bars: then nothing encloses fields. */
static void take_rules(search *s, gd_dialect *wanted)
{
	const char *at = s->bytes, *end = s->bytes + s->size;
	if (!gd_lead_is_ruled(s->bytes, s->size))
		return;
	wanted->ruled = true;
	while (at < end && (strchr(" \t\r\n", *at) || gd_lead_is_drawn(at, gd_lead_line_length(at, (size_t)(end - at)))))
		at += strchr(" \t", *at) ? 1 : gd_lead_next_line(at, (size_t)(end - at));
	size_t length = gd_lead_line_length(at, (size_t)(end - at));
	if (!memchr(at, '|', length) || (s->given.delimiter && wanted->delimiter != '|'))
		return;
	wanted->delimiter = '|';
	wanted->framed = *at == '|';
	if (!s->given.quote)
		wanted->quote = '\0';
	s->given.delimiter = s->given.quote = true;
}

gd_status gd_dialect_recognise(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, gd_dialect *dialect)
{
	search s = {.whole = whole, .delimiters = ",\t;| "};
	size_t at = 0, last = 0;
	int lines = 0, lead = 0;
	char delimiter;
	*dialect = (gd_dialect){0};
	gd_status status = gd_dialect_apply(options, dialect, &s.given);
	if (gd_failed(&status))
		return status;
	if (gd_lead_is_separator(bytes, size, &delimiter)) {
		dialect->separator_line = true;
		lead = 1;
		at = gd_lead_next_line(bytes, size);
		if (!s.given.delimiter)
			dialect->delimiter = delimiter;
		s.given.delimiter = true;
	}
	size_t skipped = s.given.comment ? 0 : gd_lead_skip_comments(bytes + at, size - at, '#', &lines, &last);
	s.bytes = bytes + at + skipped;
	s.size = size - at - skipped;
	take_rules(&s, dialect);
	status = choose(&s, dialect);
	if (!gd_failed(&status) && lines && dialect->header)
		status = try_named_comment(&s, skipped - last, dialect);
	if (!gd_failed(&status) && dialect->header && !dialect->separator_line)
		status = look_for_title(&s);
	if (!gd_failed(&status) && (s.rating < POOR || s.padded) && !dialect->separator_line)
		status = try_later_header(&s, dialect, &lines);
	if (!gd_failed(&status) && s.rating < POOR && !s.given.delimiter)
		status = try_rare_delimiters(&s, dialect);
	if (gd_failed(&status))
		return status;
	bool separator = dialect->separator_line;
	*dialect = s.best;
	dialect->separator_line = separator;
	dialect->lead = lead + lines - dialect->named_comment;
	return look_closer(&s, dialect);
}
