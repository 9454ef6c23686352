#include "gd/value/pair.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/value/quantity.h"
#include "gd/value/unit.h"

enum { LONGEST = 63 };
/* What no unit holds. */
#define MARKS "0123456789/+-,:;()[]*\"'"

/* What stands between; the longer ones first where one begins as another does. A comma or blank without the other, which comes last, parts fractions. */
static const struct {
	const char *mark;
	gd_pair_kind kind;
	bool fractions;
} marks[] = {{"+/-", GD_PAIR_FREE, false}, {"+-", GD_PAIR_FREE, false}, {"/", GD_PAIR_RATIO, false}, {"-", GD_PAIR_RANGE, false}, {"\xe2\x80\x93", GD_PAIR_RANGE, false}, {"\xe2\x80\x94", GD_PAIR_RANGE, false},
	{"to", GD_PAIR_RANGE, false}, {"bis", GD_PAIR_RANGE, false}, {"out of", GD_PAIR_FREE, false}, {"of", GD_PAIR_FREE, false}, {"x", GD_PAIR_FREE, false}, {"X", GD_PAIR_FREE, false}, {"\xc3\x97", GD_PAIR_FREE, false},
	{"*", GD_PAIR_FREE, false}, {"\xc2\xb1", GD_PAIR_FREE, false}, {"(", GD_PAIR_FREE, false}, {"[", GD_PAIR_FREE, false}, {", ", GD_PAIR_FREE, false}, {";", GD_PAIR_FREE, false}, {",", GD_PAIR_FREE, true}, {"", GD_PAIR_FREE, true}};
enum { MARK_COUNT = sizeof marks / sizeof *marks };

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number and the unit behind it. */
typedef struct part {
	double value;
	bool fraction;
	size_t length; /* of its unit */
	const char *unit;
} part;

/* The number; the text behind it, or NULL. */
static const char *scan_number(const char *text, part *number)
{
	static const char *const currencies[] = {"$", "\xe2\x82\xac", "\xc2\xa3"};
	char plain[LONGEST + 1];
	size_t length = 0;
	if ((*text == '-' || *text == '+') && is_digit(text[1]))
		plain[length++] = *text++;
	for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
		if (!strncmp(text, currencies[i], strlen(currencies[i])))
			text += strlen(currencies[i]);
	if (!is_digit(*text) || (*text == '0' && is_digit(text[1])))
		return NULL;
	while (is_digit(*text) || (*text == ',' && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3]) && !is_digit(text[4]))) {
		if (*text != ',')
			plain[length++] = *text;
		text++;
	}
	number->fraction = *text == '.' && is_digit(text[1]);
	if (number->fraction)
		for (plain[length++] = *text++; is_digit(*text);)
			plain[length++] = *text++;
	plain[length] = '\0';
	return gd_parse_double(plain, &number->value) ? text : NULL;
}

/* The unit, perhaps none; the text behind it, or NULL. */
static const char *scan_unit(const char *text, part *number)
{
	char word[GD_UNIT_ROOM];
	number->unit = text;
	number->length = strcspn(text, " \t" MARKS);
	if (number->length >= sizeof word || *text == '.')
		return NULL;
	memcpy(word, text, number->length);
	word[number->length] = '\0';
	return number->length && gd_unit_is_magnitude(word) ? NULL : skip_blanks(text + number->length);
}

/* Of a mark that is a word, what follows is no part of it. */
static const char *find_mark(const char *text, const part *first, int *index)
{
	for (*index = 0; *index < MARK_COUNT; ++*index) {
		const char *mark = marks[*index].mark;
		if (*mark && *mark != *text)
			continue;
		const size_t length = strlen(mark);
		if (strncmp(text, mark, length) || (marks[*index].fractions && !first->fraction) || (length && isalpha((unsigned char)mark[length - 1]) && isalpha((unsigned char)text[length])))
			continue;
		return skip_blanks(text + length);
	}
	return NULL;
}

static bool same_units(const part *first, const part *second)
{
	return !first->length || !second->length || (first->length == second->length && !memcmp(first->unit, second->unit, first->length));
}

bool gd_pair_read(const char *text, gd_pair *pair)
{
	part first = {0}, second = {0};
	int mark;
	text = skip_blanks(text);
	if (*text == 'P' && !strncmp(text, "POINT", 5))
		text = skip_blanks(text + 5);
	const char close = *text == '(' ? ')' : *text == '[' ? ']' : '\0';
	text = skip_blanks(text + (close != '\0'));
	/* Names and words are told at once. */
	if (!*text || (!is_digit(*text) && !strchr("+-$\xe2\xc2", *text)))
		return false;
	if (strlen(text) > LONGEST || !(text = scan_number(text, &first)))
		return false;
	const char *behind = skip_blanks(text), *at = find_mark(behind, &first, &mark);
	/* A blank alone, perhaps in front of a unit. */
	if (!at || !*marks[mark].mark) {
		text = scan_unit(behind, &first);
		at = text ? find_mark(text, &first, &mark) : NULL;
	}
	if (!at || !(at = scan_number(at, &second)) || !(at = scan_unit(skip_blanks(at), &second)))
		return false;
	if ((marks[mark].fractions && !second.fraction) || (marks[mark].kind == GD_PAIR_RANGE && !same_units(&first, &second)))
		return false;
	const char inner = *marks[mark].mark == '(' ? ')' : *marks[mark].mark == '[' ? ']' : close;
	if (inner && *at++ != inner)
		return false;
	*pair = (gd_pair){first.value, second.value, marks[mark].kind};
	return !*skip_blanks(at);
}
