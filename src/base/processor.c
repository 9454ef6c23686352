#include "gd/base/processor.h"

#include <stdlib.h>
#include <string.h>

const char *const gd_instructions_names[] = {"plain", "avx2", "avx512", NULL};

static const char variable[] = "GENRE_DIST_KERNEL";

gd_instructions gd_processor_widest(void)
{
#ifdef __x86_64__
	__builtin_cpu_init();
	if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")))
		return GD_PLAIN;
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
		__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
		return GD_AVX512;
	return GD_AVX2;
#else
	return GD_PLAIN;
#endif
}

/* The set of that name, or -1. */
static int find_set(const char *name)
{
	for (int set = 0; gd_instructions_names[set]; set++)
		if (!strcmp(gd_instructions_names[set], name))
			return set;
	return -1;
}

gd_instructions gd_processor_instructions(void)
{
	static int chosen = -1;
	if (chosen < 0) {
		const char *wish = getenv(variable);
		int widest = gd_processor_widest(), set = wish ? find_set(wish) : -1;
		chosen = set >= 0 && set < widest ? set : widest;
	}
	return (gd_instructions)chosen;
}

gd_status gd_processor_check(void)
{
	const char *wish = getenv(variable);
	if (!wish || !*wish)
		return gd_ok();
	int set = find_set(wish);
	if (set < 0)
		return gd_error(GD_USAGE, "%s is '%s'; it takes plain, avx2 or avx512", variable, wish);
	if (set > (int)gd_processor_widest())
		return gd_error(GD_USAGE, "%s is '%s', and this processor has no more than %s", variable, wish, gd_instructions_names[gd_processor_widest()]);
	return gd_ok();
}
