/*
 * A model in the format of ONNX, put together node by node: opset 17 and, for texts, ai.onnx.ml 3. Local.
 *
 * A value is a number that the graph gives out. Its own names for values begin with a colon; an input's name that does so gets a _ in front.
 * Failures are kept, and told by gd_onnx_finish.
 * Source: https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto, and docs/Operators.md there.
 */
#ifndef GD_ONNX_H
#define GD_ONNX_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/score/protobuf.h"
#include "gd/value/dictionary.h"

enum { GD_ONNX_OPSET = 17, GD_ONNX_ML_OPSET = 3 };

/* The numbers that onnx.proto gives to types of elements. */
typedef enum gd_onnx_type { GD_ONNX_FLOAT = 1, GD_ONNX_INT64 = 7, GD_ONNX_STRING = 8, GD_ONNX_BOOL = 9, GD_ONNX_DOUBLE = 11 } gd_onnx_type;

typedef int gd_onnx_value;

/* A zeroed one is empty. */
typedef struct gd_onnx {
	gd_arena arena;
	gd_dictionary taken; /* names of inputs; the graph's own begin otherwise */
	char **names; /* [count] of the values */
	int count;
	size_t room;
	gd_protobuf nodes, constants, inputs, outputs, attributes, properties; /* attributes: of the next node */
	bool failed;
} gd_onnx;

void gd_onnx_release(gd_onnx *graph);

/* A column of every record, [rows, 1], of that name or, where that is taken, the name with one _ or more behind it. */
gd_onnx_value gd_onnx_input(gd_onnx *graph, const char *name, gd_onnx_type type, const char *doc);
const char *gd_onnx_name(const gd_onnx *graph, gd_onnx_value value);
/* `columns` of every record, [rows, columns]; of 0: one, [rows]. The value becomes known by `name`. */
void gd_onnx_output(gd_onnx *graph, const char *name, gd_onnx_value value, gd_onnx_type type, int columns, const char *doc);

/* Constants, row after row: [rank] dimensions. */
gd_onnx_value gd_onnx_floats(gd_onnx *graph, int rank, const int64_t *dimensions, const float *values);
gd_onnx_value gd_onnx_doubles(gd_onnx *graph, int columns, const double *values); /* [1, columns] */
gd_onnx_value gd_onnx_double(gd_onnx *graph, double value);                       /* [1, 1] */
gd_onnx_value gd_onnx_integers(gd_onnx *graph, int count, const int64_t *values); /* [count] */
gd_onnx_value gd_onnx_texts(gd_onnx *graph, int count, char *const *texts);       /* [count] */

/* Attributes of the next node. */
void gd_onnx_set(gd_onnx *graph, const char *attribute, int64_t value);
void gd_onnx_set_real(gd_onnx *graph, const char *attribute, float value);
void gd_onnx_set_list(gd_onnx *graph, const char *attribute, int count, const int64_t *values);
void gd_onnx_set_texts(gd_onnx *graph, const char *attribute, int count, char *const *texts);

/* The result of an operator, of inputs [count]. */
gd_onnx_value gd_onnx_apply(gd_onnx *graph, const char *operator, int count, const gd_onnx_value *inputs);
#define GD_ONNX_APPLY(graph, operator, ...) \
	gd_onnx_apply(graph, operator, (int)(sizeof((gd_onnx_value[]){__VA_ARGS__}) / sizeof(gd_onnx_value)), (gd_onnx_value[]){__VA_ARGS__})
gd_onnx_value gd_onnx_cast(gd_onnx *graph, gd_onnx_value value, gd_onnx_type type);
/* The columns' places [count] of a matrix [rows, columns]. */
gd_onnx_value gd_onnx_pick(gd_onnx *graph, gd_onnx_value matrix, int count, const int64_t *columns);
/* Matrices side by side. */
gd_onnx_value gd_onnx_join(gd_onnx *graph, int count, const gd_onnx_value *matrices);

/* A name and a text in the model's metadata. */
void gd_onnx_describe(gd_onnx *graph, const char *name, const char *text);

/* The file's bytes, released with gd_protobuf_release; the graph is empty afterwards. GD_FAILED when out of memory, or where the format's 2 GiB are not enough. */
GD_CHECKED gd_status gd_onnx_finish(gd_onnx *graph, const char *doc, gd_protobuf *file);

#endif
