#include "gd/preprocessing.h"

#include <string.h>

gd_status gd_preprocessing_init(gd_preprocessing *preprocessing, int features, int classes)
{
	*preprocessing = (gd_preprocessing){.features = features, .classes = classes};
	gd_arena *arena = &preprocessing->arena;
	preprocessing->feature_names = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->feature_names);
	preprocessing->mean = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->mean);
	preprocessing->standard_deviation = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->standard_deviation);
	preprocessing->class_names = gd_arena_take(arena, (size_t)classes, sizeof *preprocessing->class_names);
	if (!preprocessing->feature_names || !preprocessing->mean || !preprocessing->standard_deviation || !preprocessing->class_names) {
		gd_preprocessing_release(preprocessing);
		return gd_out_of_memory("the preprocessing");
	}
	return gd_ok();
}

/* Strings into the arena of `copy`; false when out of memory. */
static bool copy_texts(gd_preprocessing *copy, char *const *source, char **texts, int count)
{
	for (int i = 0; i < count; i++) {
		texts[i] = gd_arena_string(&copy->arena, source[i]);
		if (!texts[i])
			return false;
	}
	return true;
}

gd_status gd_preprocessing_copy(const gd_preprocessing *source, gd_preprocessing *copy)
{
	gd_status status = gd_preprocessing_init(copy, source->features, source->classes);
	if (gd_failed(&status))
		return status;
	size_t size = (size_t)source->features * sizeof *source->mean;
	copy->recipe = gd_arena_string(&copy->arena, source->recipe);
	if (!copy->recipe || !copy_texts(copy, source->feature_names, copy->feature_names, source->features) ||
		!copy_texts(copy, source->class_names, copy->class_names, source->classes)) {
		gd_preprocessing_release(copy);
		return gd_out_of_memory("the preprocessing");
	}
	if (size) {
		memcpy(copy->mean, source->mean, size);
		memcpy(copy->standard_deviation, source->standard_deviation, size);
	}
	return gd_ok();
}

void gd_preprocessing_release(gd_preprocessing *preprocessing)
{
	gd_arena_release(&preprocessing->arena);
	*preprocessing = (gd_preprocessing){0};
}

static bool equal_texts(char *const *a, char *const *b, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(a[i], b[i]))
			return false;
	return true;
}

bool gd_preprocessing_equal(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference)
{
	size_t size = (size_t)a->features * sizeof *a->mean;
	const char *field = NULL;
	if (a->features != b->features || !equal_texts(a->feature_names, b->feature_names, a->features))
		field = "feature_names";
	else if (a->classes != b->classes || !equal_texts(a->class_names, b->class_names, a->classes))
		field = "class_names";
	else if (memcmp(a->mean, b->mean, size))
		field = "mean";
	else if (memcmp(a->standard_deviation, b->standard_deviation, size))
		field = "standard_deviation";
	else if (strcmp(a->recipe, b->recipe))
		field = "recipe";
	if (field && difference)
		*difference = field;
	return !field;
}
