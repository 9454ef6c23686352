#include "gd/sweep/sweep_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/base/random.h"
#include "gd/kernel/real.h"

/* A point of a range as text, which is what the option gets. */
static const char *point(const gd_sweep_values *values, double share, int digits, gd_arena *arena)
{
	char text[64];
	double number = values->logarithmic ? gd_real_exp(gd_real_log(values->low) + share * gd_real_log(values->high / values->low)) : values->low + share * (values->high - values->low);
	if (values->whole)
		snprintf(text, sizeof text, "%.0f", nearbyint(number));
	else
		snprintf(text, sizeof text, "%.*g", digits, number);
	return gd_arena_string(arena, text);
}

static gd_status read_range(const gd_option *option, char *const *words, int count, bool drawn, gd_arena *arena, gd_sweep_values *values)
{
	const char *kind = words[0];
	int64_t points = 2;
	if (option->type != GD_OPTION_INTEGER && option->type != GD_OPTION_REAL)
		return gd_error(GD_USAGE, "a range of what is no number; list the values");
	if (count != (drawn ? 3 : 4))
		return gd_error(GD_USAGE, drawn ? "expected '%s LOW HIGH'" : "expected '%s LOW HIGH POINTS'", kind);
	values->range = true;
	values->logarithmic = !strcmp(kind, "log");
	values->whole = option->type == GD_OPTION_INTEGER;
	if (!gd_parse_double(words[1], &values->low) || !gd_parse_double(words[2], &values->high) || !isfinite(values->low) || !isfinite(values->high) || values->low >= values->high)
		return gd_error(GD_USAGE, "expected two numbers, the lower first, found '%s %s'", words[1], words[2]);
	if (values->logarithmic && values->low <= 0)
		return gd_error(GD_USAGE, "a logarithmic range begins above 0, found '%s'", words[1]);
	if (!drawn && (!gd_parse_int64(words[3], &points) || points < 2 || points > 10000))
		return gd_error(GD_USAGE, "expected 2 to 10000 points, found '%s'", words[3]);
	values->value = gd_arena_take(arena, (size_t)points, sizeof *values->value);
	for (int i = 0; values->value && i < points; i++)
		if (!(values->value[values->count++] = point(values, i / (double)(points - 1), 6, arena)))
			return gd_out_of_memory("the sweep's values");
	return values->value ? gd_ok() : gd_out_of_memory("the sweep's values");
}

gd_status gd_sweep_values_read(const gd_option *option, const char *text, bool drawn, gd_arena *arena, gd_sweep_values *values)
{
	bool commas = option->type != GD_OPTION_WIDTHS && option->type != GD_OPTION_TEXT;
	char *copy = gd_arena_string(arena, text), **words = gd_arena_take(arena, strlen(text) / 2 + 2, sizeof *words);
	int count = 0;
	*values = (gd_sweep_values){0};
	if (!copy || !words)
		return gd_out_of_memory("the sweep's values");
	for (char *word; (word = strsep(&copy, commas ? ", \t" : " \t"));)
		if (*word)
			words[count++] = word;
	if (!count)
		return gd_error(GD_USAGE, "an empty list");
	if (!strcmp(words[0], "uniform") || !strcmp(words[0], "log"))
		return read_range(option, words, count, drawn, arena, values);
	values->count = count;
	values->value = (const char **)words;
	return gd_ok();
}

const char *gd_sweep_values_draw(const gd_sweep_values *values, uint64_t seed, uint64_t index, uint64_t position, gd_arena *arena)
{
	double share = gd_random_uniform(gd_random_key(seed, GD_PURPOSE_SWEEP, index), position);
	if (values->range)
		return point(values, share, 4, arena);
	return values->value[(int)(share * values->count)];
}
