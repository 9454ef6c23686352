/* A recipe's terms as nodes of a graph: what src/schema/treatment.c computes, in double as there. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/parse.h"
#include "gd/score/export_parts.h"
#include "gd/value/spelling.h"

typedef gd_onnx_value value;

/* What a column was read as so far; -1: not yet. */
typedef struct column_inputs {
	value number, other, truth, text;
	value year, month, day, seconds; /* double */
} column_inputs;

typedef struct columns {
	gd_onnx *graph;
	const gd_recipe *recipe;
	FILE *doc;
	column_inputs *inputs; /* [columns of the schema] */
	value nothing, zero, one;
} columns;

static value number(columns *c, double constant)
{
	return gd_onnx_double(c->graph, constant);
}

#define APPLY(operator, ...) GD_ONNX_APPLY(c->graph, operator, __VA_ARGS__)

static value choose(columns *c, value condition, value then, value otherwise)
{
	return APPLY("Where", condition, then, otherwise);
}

static value as_real(columns *c, value truth)
{
	return gd_onnx_cast(c->graph, truth, GD_ONNX_DOUBLE);
}

/* NaN where `of` is. */
static value keep_gaps(columns *c, value of, value result)
{
	return choose(c, APPLY("IsNaN", of), c->nothing, result);
}

/* A new input, whose line in the text is a format with its name. */
static value add_input(columns *c, int column, const char *suffix, gd_onnx_type type, const char *doc)
{
	char *name = NULL;
	if (asprintf(&name, "%s%s", c->recipe->schema.columns[column], suffix) < 0) {
		c->graph->failed = true;
		return 0;
	}
	value input = gd_onnx_input(c->graph, name, type, doc);
	const char *own = gd_onnx_name(c->graph, input), *of = c->recipe->schema.columns[column];
	char room[GD_EXCERPT_ROOM];
	fprintf(c->doc, "'%s' (%s): ", own, type == GD_ONNX_DOUBLE ? "double" : type == GD_ONNX_STRING ? "string" : "int64");
	if (strcmp(own, of))
		fprintf(c->doc, "of column '%s', ", gd_excerpt(of, room));
	fprintf(c->doc, "%s\n", doc);
	free(name);
	return input;
}

/* Words that mean "no value" and are numbers. */
static value drop_missing_numbers(columns *c, value input)
{
	const gd_dictionary *words = &c->recipe->schema.missing_values;
	for (int32_t i = 0; i < words->count; i++) {
		double word;
		if (gd_parse_double(words->texts[i], &word) && isfinite(word))
			input = choose(c, APPLY("Equal", input, number(c, word)), c->nothing, input);
	}
	return input;
}

static value read_number(columns *c, int column, const gd_term *term)
{
	value *known = &c->inputs[column].number;
	if (*known >= 0)
		return *known;
	const bool measured = term->treatment->reads == GD_READS_QUANTITY && term->categories.count;
	char doc[2 * GD_EXCERPT_ROOM + 128], room[GD_EXCERPT_ROOM];
	snprintf(doc, sizeof doc, "a number%s%s%s; NaN where there is none", measured ? " in '" : "", measured ? gd_excerpt(term->categories.texts[0], room) : "",
		measured ? "', without its unit and what stands between thousands (1:02 is 62, <5 is 5, 1/2 is 0.5)" : term->treatment->reads == GD_READS_QUANTITY ? ", without what stands between thousands" : "");
	value input = add_input(c, column, "", GD_ONNX_DOUBLE, doc);
	input = choose(c, APPLY("LessOrEqual", APPLY("Abs", input), number(c, DBL_MAX)), input, c->nothing);
	*known = drop_missing_numbers(c, input);
	return *known;
}

/* The first or the second of two numbers, the inputs NAME_first and NAME_second. */
static value read_pair(columns *c, int column, bool first)
{
	column_inputs *in = &c->inputs[column];
	value *known = first ? &in->number : &in->other;
	if (*known >= 0)
		return *known;
	value input = add_input(c, column, first ? "_first" : "_second", GD_ONNX_DOUBLE, first ? "the number before the slash; NaN where there is none" : "the number behind the slash; NaN where there is none");
	*known = choose(c, APPLY("LessOrEqual", APPLY("Abs", input), number(c, DBL_MAX)), input, c->nothing);
	return *known;
}

static value read_truth(columns *c, int column)
{
	value *known = &c->inputs[column].truth;
	if (*known >= 0)
		return *known;
	value input = drop_missing_numbers(c, add_input(c, column, "", GD_ONNX_DOUBLE, "1 for true, yes, on, t, y and 1 in any case, 0 for false, no, off, f, n and 0; NaN for anything else"));
	value either = APPLY("Or", APPLY("Equal", input, c->zero), APPLY("Equal", input, c->one));
	*known = choose(c, either, input, c->nothing);
	return *known;
}

static value read_whole(columns *c, int column, const char *suffix, const char *doc)
{
	return gd_onnx_cast(c->graph, add_input(c, column, suffix, GD_ONNX_INT64, doc), GD_ONNX_DOUBLE);
}

static const column_inputs *read_date(columns *c, int column, bool day)
{
	column_inputs *in = &c->inputs[column];
	if (day && in->year < 0) {
		value year = read_whole(c, column, "_year", "the date's year; -1 where there is no date");
		in->month = read_whole(c, column, "_month", "its month, 1 to 12; 0 where it is not known");
		in->day = read_whole(c, column, "_day", "its day, 1 to 31; 0 where it is not known");
		in->year = choose(c, APPLY("Less", year, c->zero), c->nothing, year);
	}
	if (!day && in->seconds < 0) {
		value seconds = read_whole(c, column, "_seconds", "the time of day in seconds; -1 where there is none");
		in->seconds = choose(c, APPLY("Less", seconds, c->zero), c->nothing, seconds);
	}
	return in;
}

/* 0 Monday to 6 Sunday, 7 where the day is not known, as gd_date_weekday. */
static value weekday_of(columns *c, const column_inputs *in)
{
	static const double offsets[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4}, divisors[] = {4, 100, 400};
	value early = as_real(c, APPLY("Less", in->month, number(c, 3)));
	value year = APPLY("Sub", in->year, early), offset = c->zero, parts[3];
	for (int i = 0; i < 3; i++)
		parts[i] = APPLY("Floor", APPLY("Div", year, number(c, divisors[i])));
	for (int i = 1; i < 12; i++)
		offset = choose(c, APPLY("Equal", in->month, number(c, i + 1)), number(c, offsets[i]), offset);
	value days = APPLY("Add", APPLY("Sub", APPLY("Add", year, parts[0]), parts[1]), parts[2]);
	days = APPLY("Add", APPLY("Add", days, offset), APPLY("Add", in->day, number(c, 6)));
	value seven = number(c, 7), weeks = APPLY("Floor", APPLY("Div", days, seven));
	return choose(c, APPLY("Equal", in->day, c->zero), seven, APPLY("Sub", days, APPLY("Mul", weeks, seven)));
}

static value distance(columns *c, value of)
{
	return APPLY("Abs", APPLY("Sub", of, APPLY("Round", of)));
}

static value decade_of(columns *c, const double *years, value year)
{
	value first = number(c, years[0]), place = APPLY("Sub", APPLY("Ceil", APPLY("Div", APPLY("Sub", year, first), number(c, 10))), c->one);
	value inside = APPLY("And", APPLY("Greater", year, first), APPLY("LessOrEqual", year, number(c, years[1])));
	return keep_gaps(c, year, choose(c, inside, place, number(c, -1)));
}

static value date_of(columns *c, const column_inputs *in)
{
	value month = choose(c, APPLY("Equal", in->month, c->zero), number(c, 0.5), APPLY("Div", APPLY("Sub", in->month, c->one), number(c, 12)));
	value day = choose(c, APPLY("Equal", in->day, c->zero), c->zero, APPLY("Div", APPLY("Sub", in->day, c->one), number(c, 372)));
	return APPLY("Add", APPLY("Add", in->year, month), day);
}

/* Numbers so near below a whole power of two that logarithms of unlike libraries may disagree on the side count as it. */
static value octave_of(columns *c, const double *arguments, value input)
{
	value two = number(c, M_LN2), positive = choose(c, APPLY("Greater", input, c->zero), input, number(c, arguments[1]));
	value octaves = APPLY("Div", APPLY("Log", APPLY("Div", positive, number(c, arguments[0]))), two);
	value below = APPLY("Floor", APPLY("Add", octaves, number(c, 0x1p-40)));
	return keep_gaps(c, input, APPLY("Sub", APPLY("Div", APPLY("Log", positive), two), below));
}

/* The term's value, as gd_term_value has it; -1: this one is not known here. */
static value value_of(columns *c, const gd_term *term)
{
	const char *word = term->treatment->word;
	const double *a = term->arguments;
	if (term->treatment->reads == GD_READS_TRUTH)
		return read_truth(c, term->column);
	if (term->treatment->reads == GD_READS_DATE) {
		bool day = strcmp(word, "hour") != 0;
		const column_inputs *in = read_date(c, term->column, day);
		value dated = !strcmp(word, "hour") ? APPLY("Div", in->seconds, number(c, 3600))
			: !strcmp(word, "year") ? in->year
			: !strcmp(word, "decade") ? decade_of(c, a, in->year)
			: !strcmp(word, "date") ? date_of(c, in)
			: !strcmp(word, "month") ? in->month
			: !strcmp(word, "weekday") ? weekday_of(c, in)
			: !strcmp(word, "date_precision") ? choose(c, APPLY("Greater", in->day, c->zero), number(c, 2), as_real(c, APPLY("Greater", in->month, c->zero)))
			: !strcmp(word, "year_start") ? as_real(c, APPLY("And", APPLY("LessOrEqual", in->month, c->one), APPLY("LessOrEqual", in->day, c->one)))
			: -1;
		return dated < 0 || !day ? dated : keep_gaps(c, in->year, dated);
	}
	if (term->treatment->reads == GD_READS_PAIR)
		return read_pair(c, term->column, !strcmp(word, "first"));
	value input = read_number(c, term->column, term), other = term->other >= 0 ? read_number(c, term->other, term) : -1;
	if (!strcmp(word, "numeric") || !strcmp(word, "quantity") || !strcmp(word, "cut") || !strcmp(word, "integer"))
		return input;
	if (!strcmp(word, "log"))
		return choose(c, APPLY("Greater", input, c->zero), APPLY("Log", input), c->nothing);
	if (!strcmp(word, "is"))
		return keep_gaps(c, input, as_real(c, APPLY("Equal", input, number(c, a[0]))));
	if (!strcmp(word, "circle"))
		return APPLY("Div", input, number(c, a[0]));
	if (!strcmp(word, "log_fraction"))
		return APPLY("Log", APPLY("Add", distance(c, input), number(c, a[0])));
	if (!strcmp(word, "octave"))
		return octave_of(c, a, input);
	if (!strcmp(word, "product_fraction"))
		return distance(c, APPLY("Div", APPLY("Mul", input, other), number(c, a[0])));
	if (!strcmp(word, "cross"))
		return APPLY("Add", input, other);
	return -1;
}

/* Whether the value equals each of `places` [count], as features. */
static value one_of(columns *c, value code, int count, const double *places)
{
	return APPLY("Equal", code, gd_onnx_doubles(c->graph, count, places));
}

/* bool [rows, size]: which of its features is 1. */
static value places_of(columns *c, const gd_term *term, value code, double *room)
{
	const char *word = term->treatment->word;
	const double *a = term->arguments;
	int size = term->treatment->size(term) + term->other_level;
	if (!strcmp(word, "cut"))
		return APPLY("And", APPLY("Greater", code, gd_onnx_doubles(c->graph, size, a)), APPLY("LessOrEqual", code, gd_onnx_doubles(c->graph, size, a + 1)));
	if (!strcmp(word, "cross")) {
		int inner = (int)(a[3] - a[2]) + 1;
		for (int i = 0; i < size; i++)
			room[i] = a[0] + i / inner;
		value first = one_of(c, c->inputs[term->column].number, size, room);
		for (int i = 0; i < size; i++)
			room[i] = a[2] + i % inner;
		return APPLY("And", first, one_of(c, c->inputs[term->other].number, size, room));
	}
	for (int i = 0; i < size; i++)
		room[i] = (strcmp(word, "integer") ? 0 : a[0]) + i;
	return one_of(c, code, size, room);
}

/* A key of the encoder, the first of equal ones. */
static gd_status add_key(gd_dictionary *keys, const char *text, int64_t *codes, int64_t code)
{
	int32_t place, before = keys->count;
	gd_status status = gd_dictionary_add(keys, text, &place);
	if (!gd_failed(&status) && place == before)
		codes[place] = code;
	return status;
}

/* A category's number, from its text; NaN for a gap, -1 for one that is not known. */
static gd_status text_of(columns *c, const gd_term *term, value *code)
{
	enum { GAP = -2 };
	const gd_schema *schema = &c->recipe->schema;
	const gd_dictionary *categories = &term->categories, *words = &schema->missing_values;
	char room[GD_SPELLING_ROOM];
	gd_dictionary keys = {0};
	int64_t *codes = gd_allocate((size_t)(2 * (categories->count + words->count) + 1), sizeof *codes);
	gd_status status = codes ? add_key(&keys, "", codes, GAP) : gd_out_of_memory("the categories");
	for (int32_t i = 0; i < words->count && !gd_failed(&status); i++)
		status = add_key(&keys, words->texts[i], codes, GAP);
	for (int32_t i = 0; i < categories->count && !gd_failed(&status); i++)
		status = add_key(&keys, categories->texts[i], codes, gd_schema_is_missing(schema, categories->texts[i]) ? GAP : i);
	for (int32_t i = 0; i < categories->count && !gd_failed(&status); i++)
		status = add_key(&keys, gd_spelling_normal(categories->texts[i], room), codes, i);
	if (!gd_failed(&status)) {
		value *input = &c->inputs[term->column].text;
		bool alone = c->inputs[term->column].number < 0 && c->inputs[term->column].truth < 0;
		if (*input < 0)
			*input = add_input(c, term->column, alone ? "" : "_text", GD_ONNX_STRING,
				"a text; a number without what does not change it (1 for 1.0 and +1, 0.5 for .50, but 007 as it is); empty where there is none");
		gd_onnx_set_texts(c->graph, "keys_strings", keys.count, keys.texts);
		gd_onnx_set_list(c->graph, "values_int64s", keys.count, codes);
		gd_onnx_set(c->graph, "default_int64", term->other_level ? categories->count : -1);
		value found = gd_onnx_cast(c->graph, APPLY("LabelEncoder", *input), GD_ONNX_DOUBLE);
		*code = choose(c, APPLY("Equal", found, number(c, GAP)), c->nothing, found);
	}
	gd_dictionary_release(&keys);
	free(codes);
	return status;
}

/* The circle's sine, and its cosine as a sine a quarter of a turn ahead, for which double is more widely to be had. */
static value turn(columns *c, value code, double ahead)
{
	value turns = APPLY("Add", code, number(c, ahead));
	value sine = APPLY("Sin", APPLY("Mul", APPLY("Sub", turns, APPLY("Round", turns)), number(c, 2 * M_PI)));
	return choose(c, APPLY("IsNaN", code), c->zero, sine);
}

/* The term's features, as gd_term_expand has them; what makes a record one without a prediction goes to `broken`. */
static void expand(columns *c, const gd_term *term, value code, double *room, value *features, value *broken)
{
	const gd_schema *schema = &c->recipe->schema;
	value gap = APPLY("IsNaN", code), parts[3];
	int count = 0;
	if (term->treatment->form == GD_FORM_ONE_HOT) {
		parts[count++] = as_real(c, places_of(c, term, code, room));
	} else if (term->treatment->form == GD_FORM_CIRCLE) {
		parts[count++] = turn(c, code, 0);
		parts[count++] = turn(c, code, 0.25);
	} else {
		parts[count++] = choose(c, gap, number(c, term->fill), code);
	}
	if (schema->missing != GD_MISSING_IMPUTE)
		*broken = *broken < 0 ? gap : APPLY("Or", *broken, gap);
	if (schema->unseen == GD_UNSEEN_ERROR && term->treatment->form == GD_FORM_ONE_HOT) {
		gd_onnx_set_list(c->graph, "axes", 1, (const int64_t[]){1});
		gd_onnx_set(c->graph, "keepdims", 1);
		value unseen = APPLY("And", APPLY("Less", APPLY("ReduceMax", parts[0]), c->one), APPLY("Not", gap));
		*broken = *broken < 0 ? unseen : APPLY("Or", *broken, unseen);
	}
	if (term->flags_missing)
		parts[count++] = as_real(c, gap);
	*features = gd_onnx_join(c->graph, count, parts);
}

gd_status gd_export_columns(gd_onnx *graph, const gd_recipe *recipe, FILE *doc, gd_export_features *features)
{
	const gd_schema *schema = &recipe->schema;
	columns state = {.graph = graph, .recipe = recipe, .doc = doc}, *c = &state;
	value *parts = gd_allocate((size_t)schema->term_count, sizeof *parts);
	double *room = gd_allocate((size_t)recipe->features, sizeof *room);
	gd_status status = gd_ok();
	features->broken = -1;
	c->inputs = gd_allocate((size_t)schema->column_count, sizeof *c->inputs);
	if (!c->inputs || !parts || !room)
		status = gd_out_of_memory("the graph's columns");
	for (int i = 0; i < schema->column_count && !gd_failed(&status); i++)
		c->inputs[i] = (column_inputs){-1, -1, -1, -1, -1, -1, -1, -1};
	c->nothing = number(c, NAN);
	c->zero = number(c, 0);
	c->one = number(c, 1);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		const gd_term *term = &schema->terms[i];
		value code = -1;
		char column[GD_EXCERPT_ROOM];
		if (term->treatment->reads == GD_READS_TEXT)
			status = text_of(c, term, &code);
		else if ((code = value_of(c, term)) < 0)
			status = gd_error(GD_FAILED, "cannot export column '%s': nothing in ONNX is known for '%s'", gd_excerpt(schema->columns[term->column], column), term->treatment->word);
		if (!gd_failed(&status))
			expand(c, term, code, room, &parts[i], &features->broken);
	}
	if (!gd_failed(&status))
		features->features = gd_onnx_join(graph, schema->term_count, parts);
	free(c->inputs);
	free(parts);
	free(room);
	return status;
}
