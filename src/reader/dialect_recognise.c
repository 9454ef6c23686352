/* A dialect from a table's beginning: each likely one is tried on it, and the one taken in which the records agree best with the header. */
#include <string.h>

#include "gd/reader/dialect_lead.h"
#include "gd/reader/dialect_trial.h"
#include "gd/reader/header.h"

enum { MOST_LEAD = 20 };

/* Of ratings: the records do not agree with the header, or nearly all do. */
static const double POOR = .5, GOOD = .9;

typedef struct search {
	const char *bytes;
	size_t size;
	bool whole;
	gd_dialect_given given;
	const char *delimiters; /* one of these */
	gd_dialect best;
	double rating;
	bool damaged; /* the best one's quotes */
	bool padded;  /* the first record is a title, with delimiters behind it */
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
	gd_trial t;
	gd_status status = gd_trial_make(dialect, s->bytes, s->size, s->whole, &t);
	double rating = gd_failed(&status) ? -1 : gd_trial_rate(&t, dialect);
	/* Tabs part fields by themselves rather than as blanks among others. */
	if (dialect->blanks && t.count && tabs_part(s, t.records[0].count))
		rating -= .1;
	if (rating > s->rating + 1e-9) {
		s->rating = rating;
		s->best = *dialect;
		s->damaged = t.damaged;
	}
	gd_trial_release(&t);
	return status;
}

static bool holds_escaped(const search *s, char mark)
{
	const char escaped[] = {'\\', mark};
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
			/* Of what fits equally well, backslashes that mean something come first. */
			for (int guarded = !s->given.delimiter && !dialect.blanks && holds_escaped(s, dialect.delimiter); guarded >= 0 && !gd_failed(&status); guarded--) {
				dialect.guarded = s->given.delimiter ? wanted->guarded : guarded;
				dialect.escaped = s->given.quote && wanted->escaped;
				status = consider(s, &dialect);
				dialect.escaped = !s->given.quote && holds_escaped(s, dialect.quote);
				if (dialect.escaped && !gd_failed(&status))
					status = consider(s, &dialect);
			}
		}
	return status;
}

/* Where quotes are damaged, they may be none, but inches or parts of texts. Then several fields hold them, none is enclosed in them, and all records agree with the header. */
static gd_status try_unquoted(search *s, const gd_dialect *wanted)
{
	enum { FEWEST = 5 };
	static const double ALL = .995;
	const char quote = s->best.quote;
	gd_status status = gd_ok();
	if (!s->damaged || s->given.quote || memchr(s->bytes, quote, gd_lead_line_length(s->bytes, s->size)))
		return status;
	for (size_t d = 0; s->delimiters[d] && !gd_failed(&status); d++) {
		gd_dialect dialect = *wanted;
		gd_trial t;
		size_t enclosed = 0, held = 0;
		if (s->given.delimiter && d)
			break;
		if (!s->given.delimiter) {
			dialect.delimiter = s->delimiters[d];
			dialect.blanks = s->delimiters[d] == ' ';
		}
		dialect.quote = '\0';
		status = gd_trial_make(&dialect, s->bytes, s->size, s->whole, &t);
		for (size_t i = 0; i < t.fields_count; i++) {
			const size_t length = strlen(t.fields[i]);
			held += strchr(t.fields[i], quote) != NULL;
			enclosed += length > 1 && t.fields[i][0] == quote && t.fields[i][length - 1] == quote;
		}
		const double rating = gd_failed(&status) || enclosed || held < FEWEST ? -1 : gd_trial_rate(&t, &dialect);
		if (rating > ALL && rating > s->rating) {
			s->rating = rating;
			s->best = dialect;
		}
		gd_trial_release(&t);
	}
	return status;
}

/* Where many records are shorter than the header, what they lack may be empty fields alone. */
static gd_status try_gaps(search *s)
{
	gd_trial t;
	gd_dialect *best = &s->best;
	gd_status status = gd_ok();
	if (s->rating < 0 || !best->header || best->blanks || best->ruled)
		return status;
	status = gd_trial_make(best, s->bytes, s->size, s->whole, &t);
	if (!gd_failed(&status) && t.count > 1)
		best->least_fields = gd_trial_least_fields(&t, s->given.decimal ? best->decimal : gd_trial_decimal(&t, best));
	gd_trial_release(&t);
	s->rating = best->least_fields ? 1 : s->rating;
	return status;
}

/* What the header and the decimal mark are, in the dialect that was chosen. */
static gd_status look_closer(const search *s, gd_dialect *dialect)
{
	gd_trial t;
	gd_status status = gd_trial_make(dialect, s->bytes, s->size, s->whole, &t);
	if (!gd_failed(&status) && t.count) {
		if (!s->given.decimal)
			dialect->decimal = gd_trial_decimal(&t, dialect);
		dialect->foreign_digits = gd_trial_turn_digits(&t, dialect->decimal);
		dialect->short_header = dialect->header && gd_trial_has_row_names(&t);
		dialect->long_header = dialect->header ? gd_trial_long_header(&t) : 0;
		dialect->rows = dialect->header && !s->given.header && !dialect->short_header && !dialect->long_header ? gd_trial_rows_behind_header(&t, dialect->decimal) : 0;
		dialect->looks_like_data = !s->given.header && !dialect->short_header && gd_trial_looks_like_data(&t, dialect->decimal);
	}
	gd_trial_release(&t);
	return status;
}

/* Whether the last comment names the columns: as many as the first record has, which looks like data itself, while the comment does not. */
static gd_status try_named_comment(search *s, size_t back, gd_dialect *dialect)
{
	search wider = *s;
	gd_trial t;
	wider.bytes -= back;
	wider.size += back;
	gd_status status = choose(&wider, dialect);
	if (gd_failed(&status))
		return status;
	status = gd_trial_make(&wider.best, wider.bytes, wider.size, wider.whole, &t);
	if (!gd_failed(&status) && t.count > 1 && t.records[0].count > 1 && t.records[0].count - gd_header_lone_comment(&wider.best, &t.records[0]) == t.records[1].count) {
		gd_dialect closer = s->best;
		status = look_closer(s, &closer);
		if (!gd_failed(&status) && closer.looks_like_data && !gd_trial_looks_like_data(&t, closer.decimal)) {
			/* It agrees with the records, but for its mark. */
			wider.rating = s->rating;
			*s = wider;
			s->best.named_comment = true;
		}
	}
	gd_trial_release(&t);
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
	gd_trial t;
	gd_status status = gd_trial_make(&s->best, s->bytes, s->size, s->whole, &t);
	s->padded = !gd_failed(&status) && t.count > 2 && t.records[0].count > 2 && count_filled(&t.records[0]) < 2;
	gd_trial_release(&t);
	return status;
}

/*
 * Whether the later beginning has a header, and each line in front of it, bytes [size], half as many fields at most that are not empty; or another number of fields, where there is no doubt of the header.
 */
static gd_status stands_out(const search *later, const char *bytes, size_t size, bool *yes)
{
	gd_trial lead, t;
	gd_dialect closer = later->best;
	gd_status status = look_closer(later, &closer);
	*yes = false;
	if (gd_failed(&status) || (later->best.header && closer.looks_like_data))
		return status;
	status = gd_trial_make(&later->best, later->bytes, later->size, later->whole, &t);
	gd_status other = gd_trial_make(&later->best, bytes, size, true, &lead);
	*yes = t.count > 2 && t.records[0].count > 1 && lead.count > 0 && 2 * count_filled(&t.records[0]) > t.records[0].count;
	const bool clear = *yes && gd_trial_has_clear_header(&t, closer.decimal);
	for (int i = 0; i < lead.count && *yes; i++)
		*yes = 2 * count_filled(&lead.records[i]) <= t.records[0].count || (clear && lead.records[i].count != t.records[0].count);
	gd_trial_release(&t);
	gd_trial_release(&lead);
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
		if (!gd_failed(&status))
			status = try_gaps(&later);
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
	static const char rare[] = "#:^~\x01\x1f\x1e\x02\x14!*@&$%/\\";
	search other = *s;
	/* A line that begins with the first is a comment rather. */
	other.delimiters = s->size && *s->bytes == *rare ? rare + 1 : rare;
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

/* Where the first of the rows behind the header has the names, while the header names groups of columns: then that is the header. */
static gd_status pass_groups(search *s, gd_dialect *dialect)
{
	gd_trial t;
	gd_status status = gd_trial_make(dialect, s->bytes, s->size, s->whole, &t);
	const bool follow = !gd_failed(&status) && gd_trial_names_follow(&t);
	const int lines = follow ? (int)(t.records[1].line - 1) : 0;
	gd_trial_release(&t);
	if (!follow)
		return status;
	for (int line = 0; line < lines; line++) {
		const size_t next = gd_lead_next_line(s->bytes, s->size);
		s->bytes += next;
		s->size -= next;
	}
	dialect->groups = lines;
	dialect->lead += lines;
	return look_closer(s, dialect);
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
	if (!gd_failed(&status))
		status = try_unquoted(&s, dialect);
	if (!gd_failed(&status))
		status = try_gaps(&s);
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
	status = look_closer(&s, dialect);
	return gd_failed(&status) || !dialect->rows || dialect->ruled ? status : pass_groups(&s, dialect);
}
