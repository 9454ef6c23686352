/* The two halves of gd/score/export.h: columns to features, and features to probabilities. Local. */
#ifndef GD_EXPORT_PARTS_H
#define GD_EXPORT_PARTS_H

#include <stdio.h>

#include "gd/features/recipe.h"
#include "gd/score/evaluation.h"
#include "gd/score/onnx.h"

typedef struct gd_export_features {
	gd_onnx_value features; /* double [rows, features], raw */
	gd_onnx_value broken;   /* bool [rows, 1]: no prediction for the record; -1: that cannot be */
} gd_export_features;

/* The recipe's columns become inputs, which `doc` tells a line each. */
GD_CHECKED gd_status gd_export_columns(gd_onnx *graph, const gd_recipe *recipe, FILE *doc, gd_export_features *features);

/* probabilities float [rows, classes] of one network, for features float [rows, inputs], standardised. */
GD_CHECKED gd_status gd_export_network(gd_onnx *graph, const gd_member *member, gd_onnx_value features, gd_onnx_value *probabilities);

#endif
