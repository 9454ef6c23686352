/* Of a trial, what is around the header that is no record: names of groups of columns in front of it, units or questions behind it; and records that are shorter than it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/reader/dialect_trial.h"
#include "gd/value/quantity.h"

enum { MOST_ROWS = 3,   /* behind the header */
	FEWEST_BEHIND = 5, /* records that tell what the columns hold */
	FEWEST_COLUMNS = 2 };

static bool is_number(const char *text, char decimal)
{
	double value;
	gd_quantity quantity;
	return gd_parse_decimal(text, decimal, &value) || gd_quantity_read(text, &quantity);
}

/* An empty field, or a word or sign that says as much. */
static bool is_blank(const char *text)
{
	static const char *const words[] = {"NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?", "-"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(text, words[i]))
			return true;
	return !*text;
}

/* What a column holds from record `first` on, beside a text. */
typedef struct column {
	int values, numbers;
	bool again, other; /* the text is one of them; some is another */
} column;

static column look_at(const gd_trial *t, int number, int first, const char *text, char decimal)
{
	column found = {0};
	for (int i = first; i < t->count; i++) {
		const char *cell = t->records[i].count > number ? t->records[i].fields[number] : "";
		if (is_blank(cell))
			continue;
		found.values++;
		found.numbers += is_number(cell, decimal);
		const bool same = !strcmp(cell, text);
		found.again = found.again || same;
		found.other = found.other || !same;
	}
	return found;
}

/* Whether record `row` has no number and some texts where those from `first` on have numbers, and no text that its column has again, but for one of a column that has no other: an answer that could be ticked. */
static bool stands_apart(const gd_trial *t, int row, int first, char decimal)
{
	const gd_record *record = &t->records[row];
	int numeric = 0, texts = 0;
	if (record->count != t->records[0].count)
		return false;
	for (int c = 0; c < record->count; c++) {
		const char *text = record->fields[c];
		const column found = look_at(t, c, first, text, decimal);
		if (found.again && found.other && !is_blank(text))
			return false;
		if (!found.values || 10 * found.numbers < 9 * found.values)
			continue;
		if (!is_blank(text) && is_number(text, decimal))
			return false;
		numeric++;
		texts += !is_blank(text);
	}
	/* Behind the first such record, one may say something of other columns alone: which is the class. */
	return (texts >= FEWEST_COLUMNS && 2 * texts > numeric) || (row > 1 && numeric && !texts);
}

/* Widths and kinds of columns, 5s 20d 14n, as the US Geological Survey has them. */
static bool are_widths(const gd_record *record)
{
	for (int c = 0; c < record->count; c++) {
		const char *kind = record->fields[c] + strspn(record->fields[c], "0123456789");
		if (kind == record->fields[c] || !*kind || !strchr("sdn", *kind) || kind[1])
			return false;
	}
	return record->count >= FEWEST_COLUMNS;
}

/* Behind the questions, what Qualtrics calls them. */
static bool are_imports(const gd_record *record)
{
	static const char begin[] = "{\"ImportId\":";
	return record->count >= FEWEST_COLUMNS && !strncmp(record->fields[0], begin, sizeof begin - 1) && !strncmp(record->fields[1], begin, sizeof begin - 1);
}

int gd_trial_rows_behind_header(const gd_trial *t, char decimal)
{
	int rows = 0;
	if (t->count > FEWEST_BEHIND && t->records[2].count == t->records[0].count && are_imports(&t->records[2]))
		return 2;
	if (t->count > FEWEST_BEHIND && t->records[1].count == t->records[0].count && are_widths(&t->records[1]))
		return 1;
	for (int first = MOST_ROWS + 1; first > 1 && !rows; first--)
		while (t->count - first >= FEWEST_BEHIND && rows < first - 1 && stands_apart(t, rows + 1, first, decimal))
			rows++;
	return rows;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Whether each field but the first, which may be an index without a name, is a name of its own. */
static bool are_names(const gd_record *record)
{
	bool all = record->count > FEWEST_COLUMNS;
	char **names = malloc((size_t)record->count * sizeof *names);
	if (!names)
		return false;
	memcpy(names, record->fields, (size_t)record->count * sizeof *names);
	for (int i = 1; i < record->count; i++)
		all = all && *names[i];
	qsort(names, (size_t)record->count, sizeof *names, by_text);
	for (int i = 1; i < record->count; i++)
		all = all && strcmp(names[i - 1], names[i]);
	free(names);
	return all;
}

bool gd_trial_has_clear_header(const gd_trial *t, char decimal)
{
	const gd_record *header = &t->records[0];
	int numeric = 0;
	/* Behind it there may be units. */
	const int first = t->count > MOST_ROWS + FEWEST_BEHIND ? MOST_ROWS + 1 : 1;
	if (t->count <= FEWEST_BEHIND || !are_names(header))
		return false;
	for (int c = 0; c < header->count; c++) {
		const column found = look_at(t, c, first, header->fields[c], decimal);
		if (!found.values || 10 * found.numbers < 9 * found.values)
			continue;
		if (is_number(header->fields[c], decimal))
			return false;
		numeric++;
	}
	return numeric > 0;
}

/*
 * A column of numbers has nothing else in those that are short, but for a slip: pieces of records that a newline parted begin with whatever comes. Where the first column is not of numbers, a piece of a record has less than half of its fields, or two
 * in a row have all of them, one of them twice.
 */
static bool are_gaps(const gd_trial *t, int last, int shorter, int least, char decimal)
{
	enum { SLIPS = 10 };
	const int columns = t->records[0].count - gd_trial_long_header(t);
	int strays = 0, parted = 0;
	bool begins = false;
	for (int c = 0; c < columns; c++) {
		const column found = look_at(t, c, 1, "", decimal);
		if (!found.values || 10 * found.numbers < 9 * found.values)
			continue;
		begins = begins || !c;
		for (int i = 1; i < last; i++)
			strays += t->records[i].count < columns && t->records[i].count > c && !is_blank(t->records[i].fields[c]) && !is_number(t->records[i].fields[c], decimal);
	}
	for (int i = 2; i < last; i++) {
		const int both = t->records[i - 1].count + t->records[i].count;
		parted += t->records[i].count < columns && t->records[i - 1].count < columns && (both == columns || both == columns + 1);
	}
	return SLIPS * strays <= shorter && (begins || (2 * parted < shorter && 2 * least >= columns));
}

int gd_trial_least_fields(const gd_trial *t, char decimal)
{
	enum { FEWEST = 3, MANY = 20 };
	const int columns = t->count ? t->records[0].count - gd_trial_long_header(t) : 0;
	int last = t->count, full = 0, shorter = 0, least = columns;
	while (last > 1 && t->records[last - 1].count != columns)
		last--;
	for (int c = 0; c < columns; c++)
		if (!*t->records[0].fields[c])
			return 0;
	for (int i = 1; i < last; i++) {
		const gd_record *record = &t->records[i];
		if (record->count > columns || !*record->fields[record->count - 1])
			return 0;
		full += record->count == columns;
		shorter += record->count < columns;
		least = record->count < least ? record->count : least;
	}
	return least > 1 && full >= FEWEST && shorter >= FEWEST && MANY * shorter >= last - 1 && are_gaps(t, last, shorter, least, decimal) ? least : 0;
}

bool gd_trial_names_follow(const gd_trial *t)
{
	return t->count > 1 && !are_names(&t->records[0]) && are_names(&t->records[1]);
}
