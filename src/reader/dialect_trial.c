#include "gd/reader/dialect_trial.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/parse.h"
#include "gd/value/decimal.h"
#include "gd/value/digits.h"
#include "gd/value/quantity.h"

enum { MOST_RECORDS = 1000,
	FEWEST_REPEATED = 5 };

void gd_trial_release(gd_trial *t)
{
	gd_splitter_release(&t->splitter);
	free(t->records);
	free(t->fields);
	*t = (gd_trial){0};
}

static bool keep_record(gd_trial *t, const gd_record *record)
{
	gd_record *records = gd_make_room(t->records, (size_t)t->count, &t->room, sizeof *records);
	if (!records)
		return false;
	t->records = records;
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

gd_status gd_trial_make(const gd_dialect *dialect, const char *bytes, size_t size, bool whole, gd_trial *t)
{
	gd_record record;
	gd_split_result result = GD_SPLIT_MORE;
	int64_t line;
	*t = (gd_trial){0};
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

bool gd_trial_turn_digits(gd_trial *t, char decimal)
{
	bool turned = false;
	for (size_t i = 0; i < t->fields_count; i++) {
		if (!gd_digits_may_begin(t->fields[i]))
			continue;
		const size_t length = strlen(t->fields[i]);
		turned = gd_digits_turn(t->fields[i], length, decimal) < length || turned;
	}
	return turned;
}

bool gd_trial_has_row_names(const gd_trial *t)
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

/* Fields at its end that are empty. */
static int count_open(const gd_record *record)
{
	int open = 0;
	while (open < record->count && !*record->fields[record->count - 1 - open])
		open++;
	return open;
}

int gd_trial_long_header(const gd_trial *t)
{
	const gd_record *header = &t->records[0];
	const int lacking = t->count > 1 ? header->count - t->records[1].count : 0;
	return lacking > 0 && lacking == count_open(header) && lacking < header->count ? lacking : 0;
}

double gd_trial_rate(const gd_trial *t, const gd_dialect *dialect)
{
	if (t->count == 0)
		return -1;
	const gd_record *header = &t->records[0];
	const int open = count_open(header), lacking = gd_trial_long_header(t), names = header->count - (lacking ? lacking : open > 0);
	int agree = 0;
	size_t dirty = 0, numbers = 0, quoted = 0;
	if (names < 2)
		return -1;
	for (int i = 1; i < t->count; i++) {
		const gd_record *record = &t->records[i];
		agree += record->count == header->count || (open && record->count == names) || (record->count > header->count && record->count - count_open(record) <= header->count);
	}
	if (gd_trial_has_row_names(t))
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

/* Numbers of a column, or of all of them, by the decimal mark that they must have; `either` could have both. */
typedef struct marks {
	int64_t points, commas, either;
} marks;

static void count_mark(const char *cell, marks *count)
{
	const char *comma = strchr(cell, ','), *point = strchr(cell, '.'), *body = find_number(cell);
	if (!body)
		return;
	/* With both of them, the last one is the mark. */
	if (comma && point) {
		const char *last_comma = strrchr(cell, ','), *last_point = strrchr(cell, '.');
		count->commas += last_comma > last_point && last_comma == comma;
		count->points += last_point > last_comma && last_point == point;
		return;
	}
	const char *mark = comma ? comma : point;
	if (!mark || strrchr(cell, *mark) != mark)
		return;
	size_t before = (size_t)(mark - body), behind = strspn(mark + 1, "0123456789");
	bool group = behind == 3 && before <= 3 && *body != '0';
	if (!behind)
		return;
	if (comma)
		group ? count->either++ : count->commas++;
	else
		count->points += !group;
}

/* Whether some column has points, and another commas, one value in ten at least and none of the other mark: then each is read by itself. */
static bool columns_differ(const gd_trial *t)
{
	bool points = false, commas = false;
	for (int c = 0; c < t->records[0].count; c++) {
		marks count = {0};
		int64_t values = 0;
		for (int i = 1; i < t->count; i++) {
			if (t->records[i].count <= c || !*t->records[i].fields[c])
				continue;
			values++;
			count_mark(t->records[i].fields[c], &count);
		}
		points = points || (values && 10 * count.points >= values && !count.commas && !count.either);
		commas = commas || (values && 10 * count.commas >= values && !count.points);
	}
	return points && commas;
}

char gd_trial_decimal(const gd_trial *t, const gd_dialect *dialect)
{
	marks count = {0};
	size_t first = t->count > 1 ? (size_t)t->records[0].count : 0;
	for (size_t i = first; i < t->fields_count; i++)
		count_mark(t->fields[i], &count);
	if (count.commas > count.points && count.points && columns_differ(t))
		return '.';
	if (count.commas || count.points)
		return count.commas > count.points ? ',' : '.';
	return count.either && dialect->delimiter == ';' ? ',' : '.';
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

bool gd_trial_looks_like_data(const gd_trial *t, char decimal)
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
