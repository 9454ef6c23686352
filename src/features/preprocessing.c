#include "gd/features/preprocessing.h"

#include <string.h>

gd_status gd_preprocessing_init(gd_preprocessing *preprocessing, int features, int classes)
{
	*preprocessing = (gd_preprocessing){.features = features, .classes = classes};
	gd_arena *arena = &preprocessing->arena;
	preprocessing->feature_names = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->feature_names);
	preprocessing->mean = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->mean);
	preprocessing->standard_deviation = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->standard_deviation);
	preprocessing->tables = gd_arena_take(arena, (size_t)features, sizeof *preprocessing->tables);
	preprocessing->class_names = gd_arena_take(arena, (size_t)classes, sizeof *preprocessing->class_names);
	if (!preprocessing->feature_names || !preprocessing->mean || !preprocessing->standard_deviation || !preprocessing->tables ||
		!preprocessing->class_names) {
		gd_preprocessing_release(preprocessing);
		return gd_out_of_memory("the preprocessing");
	}
	for (int i = 0; i < features; i++)
		preprocessing->tables[i].columns = 1;
	return gd_ok();
}

gd_status gd_preprocessing_reserve(gd_preprocessing *preprocessing, int feature, gd_encoding_kind kind, int columns, int knots)
{
	gd_arena *arena = &preprocessing->arena;
	gd_feature_tables *room = &preprocessing->tables[feature];
	size_t count = (size_t)columns, points = (size_t)knots;
	bool complete = true;
	*room = (gd_feature_tables){.kind = kind, .columns = columns, .knots = knots, .quantiles = room->quantiles, .quantile = room->quantile};
	if (kind == GD_ENCODE_PIECEWISE_LINEAR)
		complete = (room->edge = gd_arena_take(arena, count + 1, sizeof *room->edge)) != NULL;
	if (complete && kind != GD_ENCODE_STANDARD)
		complete = (room->mean = gd_arena_take(arena, count, sizeof *room->mean)) && (room->deviation = gd_arena_take(arena, count, sizeof *room->deviation));
	if (complete && knots)
		complete = (room->knot = gd_arena_take(arena, points, sizeof *room->knot)) && (room->normal = gd_arena_take(arena, points, sizeof *room->normal));
	return complete ? gd_ok() : gd_out_of_memory("the encoding");
}

gd_status gd_preprocessing_reserve_quantiles(gd_preprocessing *preprocessing, int feature, int quantiles)
{
	gd_feature_tables *room = &preprocessing->tables[feature];
	room->quantile = gd_arena_take(&preprocessing->arena, (size_t)quantiles, sizeof *room->quantile);
	room->quantiles = room->quantile ? quantiles : 0;
	return room->quantile ? gd_ok() : gd_out_of_memory("the encoding");
}

gd_status gd_preprocessing_encoding(const gd_preprocessing *preprocessing, gd_arena *arena, gd_encoding *encoding)
{
	gd_status status = gd_encoding_init(encoding, preprocessing->features, arena);
	for (int f = 0; f < preprocessing->features && !gd_failed(&status); f++) {
		const gd_feature_tables *from = &preprocessing->tables[f];
		gd_feature_encoding *to = &encoding->feature[f];
		double mean = preprocessing->mean[f], deviation = preprocessing->standard_deviation[f];
		status = gd_encoding_reserve(encoding, f, from->kind, from->columns, from->knots, arena);
		if (gd_failed(&status))
			break;
		/* As gd_recipe_standardise does it, so that a value on an edge stays on it. */
		for (int k = 0; to->edge && k <= to->columns; k++)
			to->edge[k] = (float)((from->edge[k] - mean) / deviation);
		for (int k = 0; to->factor && k < to->columns; k++) {
			double factor = 1.0 / (from->deviation[k] + 1e-8);
			to->factor[k] = (float)factor;
			to->shift[k] = (float)(-from->mean[k] * factor);
		}
		for (int k = 0; k < to->knots; k++) {
			to->knot[k] = (float)((from->knot[k] - mean) / deviation);
			to->normal[k] = (float)from->normal[k];
		}
	}
	if (!gd_failed(&status))
		gd_encoding_finish(encoding);
	return status;
}

const char *gd_preprocessing_encoding_word(const gd_preprocessing *preprocessing)
{
	gd_encoding_kind common = GD_ENCODE_STANDARD;
	for (int f = 0; f < preprocessing->features; f++) {
		gd_encoding_kind kind = preprocessing->tables[f].kind;
		if (kind != GD_ENCODE_STANDARD && common != GD_ENCODE_STANDARD && kind != common)
			return "mixed";
		if (kind != GD_ENCODE_STANDARD)
			common = kind;
	}
	return gd_encoding_words[common];
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

static void copy_reals(double *to, const double *from, int count)
{
	if (to)
		memcpy(to, from, (size_t)count * sizeof *to);
}

static gd_status copy_tables(const gd_feature_tables *from, gd_preprocessing *copy, int feature)
{
	gd_status status = gd_preprocessing_reserve(copy, feature, from->kind, from->columns, from->knots);
	const gd_feature_tables *to = &copy->tables[feature];
	if (gd_failed(&status))
		return status;
	copy_reals(to->edge, from->edge, from->columns + 1);
	copy_reals(to->mean, from->mean, from->columns);
	copy_reals(to->deviation, from->deviation, from->columns);
	copy_reals(to->knot, from->knot, from->knots);
	copy_reals(to->normal, from->normal, from->knots);
	if (!from->quantiles)
		return status;
	status = gd_preprocessing_reserve_quantiles(copy, feature, from->quantiles);
	copy_reals(to->quantile, from->quantile, from->quantiles);
	return status;
}

/* Lengths of the arrays of a feature's tables; those that are not there are 0. */
static void measure_tables(const gd_feature_tables *tables, size_t lengths[6])
{
	const bool standard = tables->kind == GD_ENCODE_STANDARD;
	lengths[0] = tables->kind == GD_ENCODE_PIECEWISE_LINEAR ? (size_t)tables->columns + 1 : 0;
	lengths[1] = lengths[2] = standard ? 0 : (size_t)tables->columns;
	lengths[3] = lengths[4] = (size_t)tables->knots;
	lengths[5] = (size_t)tables->quantiles;
}

void gd_preprocessing_pack(const gd_preprocessing *preprocessing, int feature, FILE *out)
{
	const gd_feature_tables *tables = &preprocessing->tables[feature];
	const double *const arrays[] = {tables->edge, tables->mean, tables->deviation, tables->knot, tables->normal, tables->quantile};
	size_t lengths[6];
	measure_tables(tables, lengths);
	fwrite(tables, sizeof *tables, 1, out);
	for (int i = 0; i < 6; i++)
		if (lengths[i])
			fwrite(arrays[i], sizeof(double), lengths[i], out);
}

gd_status gd_preprocessing_unpack(gd_preprocessing *preprocessing, int feature, bool known, const char **at, const char *end)
{
	gd_feature_tables tables;
	double **const arrays[] = {&tables.edge, &tables.mean, &tables.deviation, &tables.knot, &tables.normal, &tables.quantile};
	size_t lengths[6];
	if ((size_t)(end - *at) < sizeof tables)
		return gd_error(GD_FAILED, "what is known of a feature was cut short");
	memcpy(&tables, *at, sizeof tables);
	*at += sizeof tables;
	measure_tables(&tables, lengths);
	for (int i = 0; i < 6; i++) {
		if ((size_t)(end - *at) / sizeof(double) < lengths[i])
			return gd_error(GD_FAILED, "what is known of a feature was cut short");
		*arrays[i] = lengths[i] ? (double *)(void *)(uintptr_t)*at : NULL;
		*at += lengths[i] * sizeof(double);
	}
	return known ? gd_ok() : copy_tables(&tables, preprocessing, feature);
}

gd_status gd_preprocessing_copy(const gd_preprocessing *source, gd_preprocessing *copy)
{
	gd_status status = gd_preprocessing_init(copy, source->features, source->classes);
	if (gd_failed(&status))
		return status;
	size_t size = (size_t)source->features * sizeof *source->mean;
	copy->writing = source->writing;
	copy->recipe = gd_arena_string(&copy->arena, source->recipe);
	if (!copy->recipe || !copy_texts(copy, source->feature_names, copy->feature_names, source->features) ||
		!copy_texts(copy, source->class_names, copy->class_names, source->classes)) {
		gd_preprocessing_release(copy);
		return gd_out_of_memory("the preprocessing");
	}
	for (int f = 0; f < source->features; f++) {
		status = copy_tables(&source->tables[f], copy, f);
		if (gd_failed(&status)) {
			gd_preprocessing_release(copy);
			return status;
		}
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

static bool equal_reals(const double *a, const double *b, int count)
{
	return !a || !memcmp(a, b, (size_t)count * sizeof *a);
}

/* `chosen`: what training chose counts too. */
static bool equal_tables(const gd_feature_tables *a, const gd_feature_tables *b, bool chosen)
{
	if (a->quantiles != b->quantiles || !equal_reals(a->quantile, b->quantile, a->quantiles))
		return false;
	if (a->quantiles && !chosen)
		return a->knots == b->knots && equal_reals(a->knot, b->knot, a->knots) && equal_reals(a->normal, b->normal, a->knots);
	return a->kind == b->kind && a->columns == b->columns && a->knots == b->knots && equal_reals(a->edge, b->edge, a->columns + 1) &&
		equal_reals(a->mean, b->mean, a->columns) && equal_reals(a->deviation, b->deviation, a->columns) &&
		equal_reals(a->knot, b->knot, a->knots) && equal_reals(a->normal, b->normal, a->knots);
}

/* The line of a recipe that names the records' weights, and where it ends; the recipe's end where there is none. */
static const char *weight_line(const char *recipe, const char **end)
{
	const char *columns = strstr(recipe, "\n[columns]"), *weight = strstr(recipe, "\nweight = ");
	if (!weight || (columns && weight > columns))
		return *end = recipe + strlen(recipe);
	*end = weight + 1 + strcspn(weight + 1, "\n");
	return weight;
}

static bool equal_stretches(const char *a, const char *a_end, const char *b, const char *b_end)
{
	return a_end - a == b_end - b && !memcmp(a, b, (size_t)(a_end - a));
}

bool gd_preprocessing_weighs_alike(const gd_preprocessing *a, const gd_preprocessing *b)
{
	const char *a_end, *b_end, *weight = weight_line(a->recipe, &a_end), *other = weight_line(b->recipe, &b_end);
	return equal_stretches(weight, a_end, other, b_end);
}

bool gd_preprocessing_weighs(const gd_preprocessing *preprocessing)
{
	const char *end, *weight = weight_line(preprocessing->recipe, &end);
	return weight < end;
}

/* But for the weights: no feature is made of them, and no mean. */
static bool equal_recipes(const char *a, const char *b)
{
	const char *a_end, *b_end, *weight = weight_line(a, &a_end), *other = weight_line(b, &b_end);
	for (;; a++, b++) {
		a = a == weight ? a_end : a;
		b = b == other ? b_end : b;
		if (*a != *b || !*a)
			return *a == *b;
	}
}

static bool compare(const gd_preprocessing *a, const gd_preprocessing *b, bool chosen, const char **difference)
{
	size_t size = (size_t)a->features * sizeof *a->mean;
	const char *field = NULL;
	if (a->features != b->features || !equal_texts(a->feature_names, b->feature_names, a->features))
		field = "names of features";
	else if (a->classes != b->classes || !equal_texts(a->class_names, b->class_names, a->classes))
		field = "classes";
	else if (memcmp(a->mean, b->mean, size))
		field = "means";
	else if (memcmp(a->standard_deviation, b->standard_deviation, size))
		field = "standard deviations";
	else if (!equal_recipes(a->recipe, b->recipe))
		field = "recipes";
	for (int f = 0; f < a->features && !field; f++)
		if (!equal_tables(&a->tables[f], &b->tables[f], chosen))
			field = "encodings";
	if (field && difference)
		*difference = field;
	return !field;
}

bool gd_preprocessing_equal(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference)
{
	return compare(a, b, true, difference);
}

bool gd_preprocessing_match(const gd_preprocessing *a, const gd_preprocessing *b, const char **difference)
{
	return compare(a, b, false, difference);
}
