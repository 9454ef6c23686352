#include "gd/reader/stand_in.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gd/reader/dialect_lead.h"
#include "gd/reader/dialect_trial.h"

/* U+00FE; U+201C, U+201D, U+201E, U+00AB, U+00BB. */
static const char *const quotes[] = {"\xc3\xbe", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e", "\xc2\xab", "\xc2\xbb"};
enum { TYPOGRAPHIC = 1, QUOTES = sizeof quotes / sizeof *quotes };

/* Whether `mark` stands at bytes [size]; `*open`: as much of it as there are bytes. */
static bool stands(const char *mark, const char *bytes, size_t size, bool *open)
{
	const size_t length = strlen(mark);
	if (size >= length)
		return !memcmp(bytes, mark, length);
	*open = *open || !memcmp(bytes, mark, size);
	return false;
}

/* The length of the mark at bytes [size], 0 for none, and what stands in for it. */
static size_t mark_at(const gd_stand_in *s, const char *bytes, size_t size, char *byte, bool *open)
{
	*byte = GD_STAND_IN_DELIMITER;
	if (*s->delimiter == *bytes && *s->delimiter && stands(s->delimiter, bytes, size, open))
		return strlen(s->delimiter);
	*byte = s->quotes == GD_QUOTES_THORN ? GD_STAND_IN_THORN : '"';
	const int first = s->quotes == GD_QUOTES_THORN ? 0 : TYPOGRAPHIC, last = !s->quotes ? first : s->quotes == GD_QUOTES_THORN ? TYPOGRAPHIC : QUOTES;
	for (int i = first; (*bytes & 0x80) && i < last; i++)
		if (stands(quotes[i], bytes, size, open))
			return strlen(quotes[i]);
	return 0;
}

size_t gd_stand_in_put(const gd_stand_in *stand_in, char *bytes, size_t size, bool ended, size_t *taken)
{
	size_t at = 0, put = 0;
	while (at < size) {
		bool open = false;
		char byte;
		const size_t length = mark_at(stand_in, bytes + at, size - at, &byte, &open);
		if (open && !ended)
			break;
		bytes[put++] = length ? byte : bytes[at];
		at += length ? length : 1;
	}
	*taken = at;
	return put;
}

/* ---- a delimiter ---- */

/* What no name ends in, most likely; characters of control stand alone. */
static bool is_mark(char c)
{
	return ((unsigned char)c >= ' ' || c == '\t') && !isalnum((unsigned char)c) && !strchr("_\"'", c);
}

/* How often `mark` is in bytes [size]. */
static int count_marks(const char *bytes, size_t size, const char *mark)
{
	int count = 0;
	const char *at;
	while ((at = memmem(bytes, size, mark, strlen(mark)))) {
		count++;
		size -= (size_t)(at - bytes) + strlen(mark);
		bytes = at + strlen(mark);
	}
	return count;
}

/* Whether the header, bytes [size], is names with `mark` between them, which hold no part of it, nor what else parts fields. */
static bool parts_names(const char *header, size_t size, const char *mark)
{
	const char *end = header + size, *name = header;
	while (name < end) {
		const char *next = memmem(name, (size_t)(end - name), mark, strlen(mark));
		bool named = false;
		for (const char *c = name; c < (next ? next : end); c++) {
			named = named || isalnum((unsigned char)*c) || (*c & 0x80);
			if (!(*c & 0x80) && *c != ' ' && (strchr(mark, *c) || strchr(",;\t|", *c)))
				return false;
		}
		if (!named)
			return false;
		name = next ? next + strlen(mark) : end;
	}
	return true;
}

/* Whether nearly all lines have the mark as often as the first, the header, and there is one of them at least. */
static bool parts_lines(const char *bytes, size_t size, bool whole, const char *mark)
{
	static const double NEARLY_ALL = .95;
	int wanted = count_marks(bytes, gd_lead_line_length(bytes, size), mark), lines = 0, agree = 0;
	for (size_t at = gd_lead_next_line(bytes, size); at < size; at += gd_lead_next_line(bytes + at, size - at)) {
		const size_t length = gd_lead_line_length(bytes + at, size - at);
		if (!length || (!whole && at + length == size))
			continue;
		lines++;
		agree += count_marks(bytes + at, length, mark) == wanted;
	}
	return lines && agree >= NEARLY_ALL * lines;
}

static bool holds_quote(const char *mark)
{
	int i = TYPOGRAPHIC;
	while (i < QUOTES && !strstr(mark, quotes[i]))
		i++;
	return i < QUOTES;
}

/* Several bytes of whole characters, that neither begin nor end in a blank; what one byte parts is known without us. */
static bool is_joint(const char *run, size_t from, size_t to, size_t size)
{
	const bool whole = ((unsigned char)run[from] & 0xC0) != 0x80 && (to == size || ((unsigned char)run[to] & 0xC0) != 0x80);
	return whole && run[from] != ' ' && run[to - 1] != ' ' && (run[from] == '\t') == (run[to - 1] == '\t');
}

/* From a run of bytes [size] of the header, the longest piece that parts the table, bytes [all]. */
static bool find_in_run(const char *run, size_t size, const char *bytes, size_t all, bool whole, char *delimiter)
{
	for (size_t length = size < GD_STAND_IN_ROOM ? size : GD_STAND_IN_ROOM - 1; length > 1; length--)
		for (size_t from = 0; from + length <= size; from++) {
			char mark[GD_STAND_IN_ROOM] = "";
			memcpy(mark, run + from, length);
			if (is_joint(run, from, from + length, size) && !holds_quote(mark) && parts_names(bytes, gd_lead_line_length(bytes, all), mark) && parts_lines(bytes, all, whole, mark)) {
				strcpy(delimiter, mark);
				return true;
			}
		}
	return false;
}

/* From the header, behind comments: something that stands between its letters and digits. */
static void find_delimiter(const char *bytes, size_t size, bool whole, char *delimiter)
{
	size_t last;
	int lines;
	const size_t lead = gd_lead_skip_comments(bytes, size, '#', &lines, &last);
	bytes += lead;
	size -= lead;
	const size_t length = gd_lead_line_length(bytes, size);
	bool found = memchr(bytes, GD_STAND_IN_DELIMITER, size) != NULL;
	for (size_t at = 0, end; at < length && !found; at = end + 1) {
		for (end = at; end < length && is_mark(bytes[end]); end++)
			;
		found = end - at > 1 && find_in_run(bytes + at, end - at, bytes, size, whole, delimiter);
	}
}

/* ---- quotes ---- */

/* Whether quotes, as the bytes have them now by these `options`, enclose fields, as many as there are records at least, and stand nowhere else. */
static gd_status enclose(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, bool *yes)
{
	static const double GOOD = .9;
	gd_dialect dialect;
	gd_trial t;
	int enclosed = 0;
	gd_status status = gd_dialect_recognise(options, bytes, size, whole, &dialect);
	*yes = false;
	if (gd_failed(&status))
		return status;
	for (int line = 0; line < dialect.lead; line++) {
		const size_t next = gd_lead_next_line(bytes, size);
		bytes += next;
		size -= next;
	}
	status = gd_trial_make(&dialect, bytes, size, whole, &t);
	for (size_t i = 0; i < t.fields_count; i++)
		enclosed += t.fields[i] > t.splitter.bytes && t.fields[i][-1] == *options->quote;
	if (!gd_failed(&status))
		*yes = dialect.quote == *options->quote && t.count > 1 && !t.damaged && !(t.records[0].found & GD_SCAN_LOOSE) && enclosed >= t.count - 1 && gd_trial_rate(&t, &dialect) > GOOD;
	gd_trial_release(&t);
	return status;
}

static gd_status find_quotes(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, gd_stand_in *stand_in)
{
	size_t taken;
	int count = 0;
	gd_dialect_options told = *options;
	/* Between the latter there is one character of control, as nowhere else. */
	const bool thorn = memmem(bytes, size, "\xc3\xbe\x14\xc3\xbe", 5) != NULL;
	const gd_stand_in both = {.quotes = thorn ? GD_QUOTES_THORN : GD_QUOTES_TYPOGRAPHIC};
	for (int i = TYPOGRAPHIC; i < QUOTES && !thorn; i++)
		count += memmem(bytes, size, quotes[i], strlen(quotes[i])) != NULL;
	/* Where there are plain ones, too, those of the others are characters. */
	if (!thorn && (!count || memchr(bytes, '"', size)))
		return gd_ok();
	char *copy = malloc(size);
	if (!copy)
		return gd_out_of_memory("recognising a table");
	size = gd_stand_in_put(stand_in, memcpy(copy, bytes, size), size, true, &taken);
	size = gd_stand_in_put(&both, copy, size, true, &taken);
	told.quote = thorn ? (const char[]){GD_STAND_IN_THORN, '\0'} : "\"";
	if (*stand_in->delimiter)
		told.delimiter = stand_in->delimiter;
	bool yes;
	gd_status status = enclose(&told, copy, size, whole, &yes);
	stand_in->quotes = yes ? both.quotes : GD_QUOTES_NONE;
	free(copy);
	return status;
}

gd_status gd_stand_in_find(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, gd_stand_in *stand_in)
{
	gd_dialect dialect = {0};
	gd_dialect_given given;
	gd_status status = gd_dialect_apply(options, &dialect, &given);
	*stand_in = dialect.stand_in;
	if (!gd_failed(&status) && !given.delimiter)
		find_delimiter(bytes, size, whole, stand_in->delimiter);
	if (!gd_failed(&status) && !given.quote)
		status = find_quotes(options, bytes, size, whole, stand_in);
	return status;
}
