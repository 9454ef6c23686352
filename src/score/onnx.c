#include "gd/score/onnx.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/build.h"
#include "gd/base/memory.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "raw_data is little-endian, and written as it lies in memory");

/* Numbers of fields in onnx.proto, by message. */
enum { MODEL_IR_VERSION = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_DOC = 6, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_PROPERTY = 14 };
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2, PROPERTY_KEY = 1, PROPERTY_VALUE = 2 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_CONSTANT = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5, NODE_DOMAIN = 7 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_FLOAT = 2, ATTRIBUTE_INT = 3, ATTRIBUTE_INTS = 8, ATTRIBUTE_STRINGS = 9, ATTRIBUTE_TYPE = 20 };
enum { TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_INTS = 7, TYPE_STRINGS = 8 };
enum { TENSOR_DIMENSION = 1, TENSOR_TYPE = 2, TENSOR_STRING = 6, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { VALUE_NAME = 1, VALUE_TYPE = 2, VALUE_DOC = 3, TYPE_TENSOR = 1, TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2, SHAPE_DIMENSION = 1, DIMENSION_VALUE = 1, DIMENSION_NAME = 2 };
/* That of ONNX 1.12, the first with opset 17. */
enum { IR_VERSION = 8 };

void gd_onnx_release(gd_onnx *graph)
{
	gd_arena_release(&graph->arena);
	gd_dictionary_release(&graph->taken);
	free(graph->names);
	gd_protobuf *const parts[] = {&graph->nodes, &graph->constants, &graph->inputs, &graph->outputs, &graph->attributes, &graph->properties};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		gd_protobuf_release(parts[i]);
	*graph = (gd_onnx){0};
}

const char *gd_onnx_name(const gd_onnx *graph, gd_onnx_value value)
{
	return graph->failed ? "" : graph->names[value];
}

static gd_onnx_value add_value(gd_onnx *graph, const char *name)
{
	char own[16];
	if (!name)
		snprintf(own, sizeof own, ":%d", graph->count);
	char **names = gd_make_room(graph->names, (size_t)graph->count, &graph->room, sizeof *names);
	graph->failed = graph->failed || !names;
	if (!names)
		return 0;
	graph->names = names;
	char *copy = gd_arena_string(&graph->arena, name ? name : own);
	graph->failed = graph->failed || !copy;
	if (!copy)
		return 0;
	graph->names[graph->count] = copy;
	return graph->count++;
}

static void add_name(gd_onnx *graph, gd_protobuf *message, int field, gd_onnx_value value)
{
	gd_protobuf_text(message, field, gd_onnx_name(graph, value));
}

static void put_shaped(gd_protobuf *values, int field, const char *name, gd_onnx_type type, int columns, const char *doc)
{
	gd_protobuf value = {0}, kind = {0}, tensor = {0}, shape = {0}, rows = {0}, width = {0};
	gd_protobuf_text(&rows, DIMENSION_NAME, "rows");
	gd_protobuf_message(&shape, SHAPE_DIMENSION, &rows);
	if (columns) {
		gd_protobuf_integer(&width, DIMENSION_VALUE, columns);
		gd_protobuf_message(&shape, SHAPE_DIMENSION, &width);
	}
	gd_protobuf_integer(&tensor, TENSOR_ELEMENT, type);
	gd_protobuf_message(&tensor, TENSOR_SHAPE, &shape);
	gd_protobuf_message(&kind, TYPE_TENSOR, &tensor);
	gd_protobuf_text(&value, VALUE_NAME, name);
	gd_protobuf_message(&value, VALUE_TYPE, &kind);
	gd_protobuf_text(&value, VALUE_DOC, doc);
	gd_protobuf_message(values, field, &value);
}

static bool is_taken(const gd_onnx *graph, const char *name)
{
	return !strcmp(name, "label") || !strcmp(name, "probabilities") || !*name || gd_dictionary_find(&graph->taken, name) >= 0;
}

gd_onnx_value gd_onnx_input(gd_onnx *graph, const char *name, gd_onnx_type type, const char *doc)
{
	const size_t length = strlen(name);
	char *unique;
	size_t more = 0;
	int32_t number;
	do {
		unique = gd_arena_take(&graph->arena, length + more + 2, 1);
		graph->failed = graph->failed || !unique;
		if (graph->failed)
			return 0;
		sprintf(unique, "%s%s", *name == ':' ? "_" : "", name);
		for (size_t i = 0; i < more; i++)
			strcat(unique, "_");
	} while (is_taken(graph, unique) && ++more);
	gd_status status = gd_dictionary_add(&graph->taken, unique, &number);
	graph->failed = gd_failed(&status);
	put_shaped(&graph->inputs, GRAPH_INPUT, unique, type, 1, doc);
	return add_value(graph, unique);
}

void gd_onnx_output(gd_onnx *graph, const char *name, gd_onnx_value value, gd_onnx_type type, int columns, const char *doc)
{
	gd_protobuf node = {0};
	add_name(graph, &node, NODE_INPUT, value);
	gd_protobuf_text(&node, NODE_OUTPUT, name);
	gd_protobuf_text(&node, NODE_OPERATOR, "Identity");
	gd_protobuf_message(&graph->nodes, GRAPH_NODE, &node);
	put_shaped(&graph->outputs, GRAPH_OUTPUT, name, type, columns, doc);
}

/* The constant's end: its name, and its place in the graph. */
static gd_onnx_value add_constant(gd_onnx *graph, int rank, const int64_t *dimensions, gd_onnx_type type, gd_protobuf *values)
{
	gd_onnx_value value = add_value(graph, NULL);
	gd_protobuf tensor = {0};
	for (int i = 0; i < rank; i++)
		gd_protobuf_integer(&tensor, TENSOR_DIMENSION, dimensions[i]);
	gd_protobuf_integer(&tensor, TENSOR_TYPE, type);
	gd_protobuf_append(&tensor, values);
	add_name(graph, &tensor, TENSOR_NAME, value);
	gd_protobuf_message(&graph->constants, GRAPH_CONSTANT, &tensor);
	return value;
}

static gd_onnx_value add_raw(gd_onnx *graph, int rank, const int64_t *dimensions, gd_onnx_type type, size_t size, const void *values)
{
	gd_protobuf raw = {0};
	for (int i = 0; i < rank; i++)
		size *= (size_t)dimensions[i];
	gd_protobuf_bytes(&raw, TENSOR_RAW, values, size);
	return add_constant(graph, rank, dimensions, type, &raw);
}

gd_onnx_value gd_onnx_floats(gd_onnx *graph, int rank, const int64_t *dimensions, const float *values)
{
	return add_raw(graph, rank, dimensions, GD_ONNX_FLOAT, sizeof *values, values);
}

gd_onnx_value gd_onnx_doubles(gd_onnx *graph, int columns, const double *values)
{
	return add_raw(graph, 2, (int64_t[]){1, columns}, GD_ONNX_DOUBLE, sizeof *values, values);
}

gd_onnx_value gd_onnx_double(gd_onnx *graph, double value)
{
	return gd_onnx_doubles(graph, 1, &value);
}

gd_onnx_value gd_onnx_integers(gd_onnx *graph, int count, const int64_t *values)
{
	return add_raw(graph, 1, (int64_t[]){count}, GD_ONNX_INT64, sizeof *values, values);
}

gd_onnx_value gd_onnx_texts(gd_onnx *graph, int count, char *const *texts)
{
	gd_protobuf values = {0};
	for (int i = 0; i < count; i++)
		gd_protobuf_text(&values, TENSOR_STRING, texts[i]);
	return add_constant(graph, 1, (int64_t[]){count}, GD_ONNX_STRING, &values);
}

static void set(gd_onnx *graph, const char *name, int type, gd_protobuf *value)
{
	gd_protobuf attribute = {0};
	gd_protobuf_text(&attribute, ATTRIBUTE_NAME, name);
	gd_protobuf_append(&attribute, value);
	gd_protobuf_integer(&attribute, ATTRIBUTE_TYPE, type);
	gd_protobuf_message(&graph->attributes, NODE_ATTRIBUTE, &attribute);
}

void gd_onnx_set(gd_onnx *graph, const char *attribute, int64_t value)
{
	gd_protobuf part = {0};
	gd_protobuf_integer(&part, ATTRIBUTE_INT, value);
	set(graph, attribute, TYPE_INT, &part);
}

void gd_onnx_set_real(gd_onnx *graph, const char *attribute, float value)
{
	gd_protobuf part = {0};
	gd_protobuf_float(&part, ATTRIBUTE_FLOAT, value);
	set(graph, attribute, TYPE_FLOAT, &part);
}

void gd_onnx_set_list(gd_onnx *graph, const char *attribute, int count, const int64_t *values)
{
	gd_protobuf part = {0};
	for (int i = 0; i < count; i++)
		gd_protobuf_integer(&part, ATTRIBUTE_INTS, values[i]);
	set(graph, attribute, TYPE_INTS, &part);
}

void gd_onnx_set_texts(gd_onnx *graph, const char *attribute, int count, char *const *texts)
{
	gd_protobuf part = {0};
	for (int i = 0; i < count; i++)
		gd_protobuf_text(&part, ATTRIBUTE_STRINGS, texts[i]);
	set(graph, attribute, TYPE_STRINGS, &part);
}

gd_onnx_value gd_onnx_apply(gd_onnx *graph, const char *operator, int count, const gd_onnx_value *inputs)
{
	gd_protobuf node = {0};
	gd_onnx_value value = add_value(graph, NULL);
	for (int i = 0; i < count; i++)
		add_name(graph, &node, NODE_INPUT, inputs[i]);
	add_name(graph, &node, NODE_OUTPUT, value);
	gd_protobuf_text(&node, NODE_OPERATOR, operator);
	gd_protobuf_append(&node, &graph->attributes);
	if (!strcmp(operator, "LabelEncoder"))
		gd_protobuf_text(&node, NODE_DOMAIN, "ai.onnx.ml");
	gd_protobuf_message(&graph->nodes, GRAPH_NODE, &node);
	return value;
}

gd_onnx_value gd_onnx_cast(gd_onnx *graph, gd_onnx_value value, gd_onnx_type type)
{
	gd_onnx_set(graph, "to", type);
	return GD_ONNX_APPLY(graph, "Cast", value);
}

gd_onnx_value gd_onnx_pick(gd_onnx *graph, gd_onnx_value matrix, int count, const int64_t *columns)
{
	gd_onnx_value places = gd_onnx_integers(graph, count, columns);
	gd_onnx_set(graph, "axis", 1);
	return GD_ONNX_APPLY(graph, "Gather", matrix, places);
}

gd_onnx_value gd_onnx_join(gd_onnx *graph, int count, const gd_onnx_value *matrices)
{
	gd_onnx_set(graph, "axis", 1);
	return gd_onnx_apply(graph, "Concat", count, matrices);
}

void gd_onnx_describe(gd_onnx *graph, const char *name, const char *text)
{
	gd_protobuf property = {0};
	gd_protobuf_text(&property, PROPERTY_KEY, name);
	gd_protobuf_text(&property, PROPERTY_VALUE, text);
	gd_protobuf_message(&graph->properties, MODEL_PROPERTY, &property);
}

static void put_opset(gd_protobuf *model, const char *domain, int version)
{
	gd_protobuf opset = {0};
	gd_protobuf_text(&opset, OPSET_DOMAIN, domain);
	gd_protobuf_integer(&opset, OPSET_VERSION, version);
	gd_protobuf_message(model, MODEL_OPSET, &opset);
}

gd_status gd_onnx_finish(gd_onnx *graph, const char *doc, gd_protobuf *file)
{
	gd_protobuf body = {0};
	*file = (gd_protobuf){.failed = graph->failed};
	gd_protobuf_append(&body, &graph->nodes);
	gd_protobuf_text(&body, GRAPH_NAME, "genre-dist");
	gd_protobuf_append(&body, &graph->constants);
	gd_protobuf_append(&body, &graph->inputs);
	gd_protobuf_append(&body, &graph->outputs);
	gd_protobuf_integer(file, MODEL_IR_VERSION, IR_VERSION);
	gd_protobuf_text(file, MODEL_PRODUCER, "genre-dist");
	gd_protobuf_text(file, MODEL_PRODUCER_VERSION, gd_version);
	gd_protobuf_text(file, MODEL_DOC, doc);
	gd_protobuf_message(file, MODEL_GRAPH, &body);
	put_opset(file, "", GD_ONNX_OPSET);
	put_opset(file, "ai.onnx.ml", GD_ONNX_ML_OPSET);
	gd_protobuf_append(file, &graph->properties);
	gd_status status = gd_ok();
	if (file->failed)
		status = gd_out_of_memory("the ONNX model");
	else if (file->size > INT_MAX)
		status = gd_error(GD_FAILED, "the ONNX model would have %zu bytes, and the format holds 2 GiB", file->size);
	if (gd_failed(&status))
		gd_protobuf_release(file);
	gd_onnx_release(graph);
	return status;
}
