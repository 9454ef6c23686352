#include "gd/bench/bench_text.h"

const char *gd_bench_quantity(double value, const char *unit)
{
	static const struct {
		double size;
		const char *prefix;
	} scales[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}};
	static char text[8][32];
	static int turn;
	size_t i = 0;
	turn = (turn + 1) % 8;
	while (i < 9 && value < 0.9995 * scales[i].size)
		i++;
	if (value == 0)
		i = 5;
	double scaled = value / scales[i].size;
	snprintf(text[turn], sizeof text[turn], "%.*f %s%s", scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, scaled, scales[i].prefix, unit);
	return text[turn];
}

const char *gd_bench_seconds(double value)
{
	static char text[4][32];
	static int turn;
	if (value < 1000)
		return gd_bench_quantity(value, "s");
	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof text[turn], "%.0f s", value);
	return text[turn];
}

void gd_bench_put_heads(FILE *out, int ranks)
{
	if (ranks > 1)
		fprintf(out, " %14s %14s %14s\n", "least", "mean", "most of ranks");
	else
		fprintf(out, " %14s\n", "measured");
}

void gd_bench_put_spread(FILE *out, int ranks, gd_spread s, const char *unit)
{
	if (ranks > 1)
		fprintf(out, " %14s %14s %14s\n", gd_bench_quantity(s.minimum, unit), gd_bench_quantity(s.mean, unit), gd_bench_quantity(s.maximum, unit));
	else
		fprintf(out, " %14s\n", gd_bench_quantity(s.mean, unit));
}
