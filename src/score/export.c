#include "gd/score/export.h"

#include <stdlib.h>

#include "gd/score/export_parts.h"

#define APPLY(operator, ...) GD_ONNX_APPLY(graph, operator, __VA_ARGS__)

/* Features to probabilities, the mean over the models. */
static gd_status average(gd_onnx *graph, const gd_ensemble *ensemble, gd_onnx_value raw, gd_onnx_value *mean)
{
	const gd_preprocessing *preprocessing = &ensemble->models[0].preprocessing;
	gd_onnx_value *each = gd_allocate((size_t)ensemble->count, sizeof *each);
	gd_status status = each ? gd_ok() : gd_out_of_memory("the graph");
	gd_onnx_value centred = APPLY("Sub", raw, gd_onnx_doubles(graph, preprocessing->features, preprocessing->mean));
	gd_onnx_value features = gd_onnx_cast(graph, APPLY("Div", centred, gd_onnx_doubles(graph, preprocessing->features, preprocessing->standard_deviation)), GD_ONNX_FLOAT);
	for (int m = 0; m < ensemble->count && !gd_failed(&status); m++)
		status = gd_export_network(graph, &ensemble->members[m], features, &each[m]);
	if (!gd_failed(&status))
		*mean = ensemble->count > 1 ? gd_onnx_apply(graph, "Mean", ensemble->count, each) : each[0];
	free(each);
	return status;
}

static void put_outputs(gd_onnx *graph, const gd_preprocessing *preprocessing, gd_onnx_value broken, gd_onnx_value probabilities)
{
	char empty[] = "";
	gd_onnx_set(graph, "axis", 1);
	gd_onnx_set(graph, "keepdims", 0);
	gd_onnx_value best = APPLY("ArgMax", probabilities);
	gd_onnx_value label = APPLY("Gather", gd_onnx_texts(graph, preprocessing->classes, preprocessing->class_names), best);
	if (broken >= 0) {
		gd_onnx_value flat = APPLY("Reshape", broken, gd_onnx_integers(graph, 1, (const int64_t[]){-1}));
		label = APPLY("Where", flat, gd_onnx_texts(graph, 1, (char *[]){empty}), label);
		probabilities = APPLY("Where", broken, gd_onnx_cast(graph, gd_onnx_double(graph, __builtin_nan("")), GD_ONNX_FLOAT), probabilities);
	}
	gd_onnx_output(graph, "label", label, GD_ONNX_STRING, 0, "the class of the greatest probability");
	gd_onnx_output(graph, "probabilities", probabilities, GD_ONNX_FLOAT, preprocessing->classes, "of the classes, in the order of the metadata's class_0, class_1, ...");
}

gd_status gd_export(const gd_ensemble *ensemble, gd_protobuf *file)
{
	const gd_preprocessing *preprocessing = &ensemble->models[0].preprocessing;
	gd_recipe recipe;
	gd_onnx graph = {0};
	gd_export_features features;
	gd_onnx_value probabilities = -1;
	char *doc = NULL;
	size_t length = 0;
	FILE *out = NULL;
	gd_status status = gd_recipe_read(&recipe, preprocessing->recipe, "the model");
	if (gd_failed(&status))
		return status;
	if (!(out = open_memstream(&doc, &length)))
		status = gd_out_of_memory("the graph's description");
	if (gd_failed(&status))
		goto done;
	fprintf(out, "Predicts '%s'. Inputs are columns, [rows, 1]:\n", recipe.schema.target >= 0 ? recipe.schema.columns[recipe.schema.target] : "the class");
	status = gd_export_columns(&graph, &recipe, out, &features);
	if (gd_failed(&status))
		goto done;
	status = average(&graph, ensemble, features.features, &probabilities);
	fputs("Outputs: 'label' (string), the class of the greatest probability; 'probabilities' (float), of the classes in the order of the metadata's class_0, class_1, ...\n", out);
	if (features.broken >= 0)
		fputs("A record that lacks a value, or has one that the model does not take, gets the label \"\" and probabilities that are NaN.\n", out);
	for (int i = 0; i < preprocessing->classes && !gd_failed(&status); i++) {
		char name[32];
		snprintf(name, sizeof name, "class_%d", i);
		gd_onnx_describe(&graph, name, preprocessing->class_names[i]);
	}
	for (int m = 0; m < ensemble->count && !gd_failed(&status); m++) {
		char name[48];
		snprintf(name, sizeof name, ensemble->count > 1 ? "weights_sha256_%d" : "weights_sha256", m);
		gd_onnx_describe(&graph, name, ensemble->models[m].weights_sha256);
	}
	if (!gd_failed(&status))
		put_outputs(&graph, preprocessing, features.broken, probabilities);
	bool closed = !fclose(out);
	out = NULL;
	if (!gd_failed(&status) && !closed)
		status = gd_out_of_memory("the graph's description");
	if (!gd_failed(&status))
		status = gd_onnx_finish(&graph, doc, file);
done:
	if (out)
		fclose(out);
	free(doc);
	gd_onnx_release(&graph);
	gd_recipe_release(&recipe);
	return status;
}
