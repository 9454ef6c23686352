#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/store/hdf5_encoding.h"
#include "gd/store/hdf5_file.h"

void gd_hdf5_put_preprocessing(gd_hdf5 *hdf5, const gd_preprocessing *preprocessing)
{
	gd_hdf5_array array = {.element = GD_FLOAT64, .rank = 1, .shape = {(hsize_t)preprocessing->features}, .units = "the feature's own"};
	gd_written texts[GD_WRITTEN];
	gd_writing writing = preprocessing->writing;
	gd_writing_list(&writing, texts);
	gd_hdf5_put_group(hdf5, "preprocessing");
	for (int i = 0; i < GD_WRITTEN && *writing.charset; i++)
		gd_hdf5_put_text(hdf5, "preprocessing", texts[i].name, texts[i].text);
	gd_hdf5_put_texts(hdf5, GD_FEATURE_SCALE, (size_t)preprocessing->features, preprocessing->feature_names, "name of each feature");
	gd_hdf5_put_scale(hdf5, GD_FEATURE_SCALE, "feature");
	gd_hdf5_put_texts(hdf5, GD_CLASS_SCALE, (size_t)preprocessing->classes, preprocessing->class_names, "name of each class, in the order of the labels");
	gd_hdf5_put_scale(hdf5, GD_CLASS_SCALE, "class");
	array.long_name = "mean of the training part";
	gd_hdf5_put_array(hdf5, "preprocessing/mean", &array, preprocessing->mean);
	gd_hdf5_bind_scale(hdf5, "preprocessing/mean", 0, GD_FEATURE_SCALE);
	array.long_name = "standard deviation of the training part (population; 1 for a constant feature)";
	gd_hdf5_put_array(hdf5, "preprocessing/standard_deviation", &array, preprocessing->standard_deviation);
	gd_hdf5_bind_scale(hdf5, "preprocessing/standard_deviation", 0, GD_FEATURE_SCALE);
	gd_hdf5_put_encoding(hdf5, preprocessing);
	gd_hdf5_put_document(hdf5, "preprocessing/recipe", preprocessing->recipe ? preprocessing->recipe : "", "how a record becomes a row of features, as INI text");
}

static void check_scaling(gd_hdf5 *hdf5, const gd_preprocessing *preprocessing)
{
	for (int f = 0; f < preprocessing->features && !gd_hdf5_failed(hdf5); f++) {
		double mean = preprocessing->mean[f], deviation = preprocessing->standard_deviation[f];
		if (!isfinite(mean))
			gd_hdf5_fail(hdf5, "preprocessing/mean", "expected finite values, found %g for '%.60s'", mean, preprocessing->feature_names[f]);
		else if (!isfinite(deviation) || deviation <= 0)
			gd_hdf5_fail(hdf5, "preprocessing/standard_deviation", "expected values above 0, found %g for '%.60s'", deviation, preprocessing->feature_names[f]);
	}
}

static void get_writing(gd_hdf5 *hdf5, gd_preprocessing *preprocessing)
{
	gd_written texts[GD_WRITTEN];
	gd_writing_list(&preprocessing->writing, texts);
	for (int i = 0; i < GD_WRITTEN && !gd_hdf5_failed(hdf5); i++) {
		if (!gd_hdf5_has_attribute(hdf5, "preprocessing", texts[i].name))
			continue;
		const char *text = gd_hdf5_get_text(hdf5, "preprocessing", texts[i].name, &preprocessing->arena);
		if (text)
			snprintf(texts[i].text, texts[i].room, "%s", text);
	}
}

void gd_hdf5_get_preprocessing(gd_hdf5 *hdf5, gd_preprocessing *preprocessing)
{
	gd_arena names = {0};
	size_t features = 0, classes = 0;
	char **feature_names = gd_hdf5_get_texts(hdf5, GD_FEATURE_SCALE, &features, &names);
	char **class_names = gd_hdf5_get_texts(hdf5, GD_CLASS_SCALE, &classes, &names);
	if (!gd_hdf5_failed(hdf5) && (features < 1 || features > INT_MAX))
		gd_hdf5_fail(hdf5, GD_FEATURE_SCALE, "expected names of features, found %zu", features);
	if (!gd_hdf5_failed(hdf5) && (classes < 2 || classes > INT_MAX))
		gd_hdf5_fail(hdf5, GD_CLASS_SCALE, "expected names of two or more classes, found %zu", classes);
	if (gd_hdf5_failed(hdf5))
		goto done;
	hdf5->status = gd_preprocessing_init(preprocessing, (int)features, (int)classes);
	if (gd_hdf5_failed(hdf5))
		goto done;
	bool copied = true;
	for (size_t f = 0; f < features; f++)
		copied = (preprocessing->feature_names[f] = gd_arena_string(&preprocessing->arena, feature_names[f])) && copied;
	for (size_t c = 0; c < classes; c++)
		copied = (preprocessing->class_names[c] = gd_arena_string(&preprocessing->arena, class_names[c])) && copied;
	if (!copied)
		gd_hdf5_fail_out_of_memory(hdf5, "names of features and classes");
	const hsize_t shape[2] = {features, 1};
	gd_hdf5_get_array(hdf5, "preprocessing/mean", GD_FLOAT64, 1, shape, preprocessing->mean);
	gd_hdf5_get_array(hdf5, "preprocessing/standard_deviation", GD_FLOAT64, 1, shape, preprocessing->standard_deviation);
	preprocessing->recipe = gd_hdf5_get_document(hdf5, "preprocessing/recipe", &preprocessing->arena);
	get_writing(hdf5, preprocessing);
	check_scaling(hdf5, preprocessing);
	gd_hdf5_get_encoding(hdf5, preprocessing);
done:
	gd_arena_release(&names);
}
