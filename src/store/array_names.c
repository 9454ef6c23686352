#include "gd/store/array_names.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"

/* Texts of the same number as there are columns. */
static bool are_names(hid_t type, hid_t space, size_t columns)
{
	hsize_t count = 0;
	bool listed = type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_type(space) == H5S_SIMPLE && H5Sget_simple_extent_ndims(space) == 1;
	return listed && H5Sget_simple_extent_dims(space, &count, NULL) == 1 && count == columns;
}

/* All texts of an attribute or a dataset; false where they cannot be read, or are no text. */
static bool read_names(hid_t id, bool attribute, size_t columns, gd_arena *arena, char **names)
{
	hid_t found = attribute ? H5Aget_type(id) : H5Dget_type(id), space = attribute ? H5Aget_space(id) : H5Dget_space(id), type = H5Tcopy(H5T_C_S1);
	bool read = are_names(found, space, columns), variable = read && H5Tis_variable_str(found) > 0;
	size_t size = variable ? sizeof(char *) : read ? H5Tget_size(found) + 1
						       : 0;
	char *block = read ? calloc(columns, size) : NULL;
	read = block && H5Tset_size(type, variable ? H5T_VARIABLE : size) >= 0 && H5Tset_cset(type, H5Tget_cset(found)) >= 0;
	read = read && (attribute ? H5Aread(id, type, block) : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, block)) >= 0;
	for (size_t i = 0; i < columns && block; i++) {
		char *text = variable ? ((char **)(void *)block)[i] : block + i * size;
		if (read && text && gd_utf8_valid(text, strlen(text), NULL))
			names[i] = gd_arena_string(arena, text);
		else
			read = false;
		read = read && names[i];
		if (variable)
			H5free_memory(text);
	}
	free(block);
	gd_hdf5_drop(type);
	gd_hdf5_drop(space);
	gd_hdf5_drop(found);
	return read;
}

typedef struct search {
	size_t columns;
	gd_arena *arena;
	char **names;
	bool found;
} search;

static herr_t try_scale(hid_t dataset, unsigned dimension, hid_t scale, void *context)
{
	(void)dataset, (void)dimension;
	search *s = context;
	s->found = read_names(scale, false, s->columns, s->arena, s->names);
	return s->found;
}

gd_status gd_array_names(gd_hdf5 *hdf5, const char *path, hid_t dataset, size_t columns, gd_arena *arena, char **names)
{
	static const char *const attributes[] = {"column_names", "feature_names", "names", "columns"};
	search s = {columns, arena, names, false};
	char number[24];
	for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !s.found; i++) {
		if (!gd_hdf5_has_attribute(hdf5, path, attributes[i]))
			continue;
		hid_t attribute = H5Aopen(dataset, attributes[i], H5P_DEFAULT);
		s.found = attribute >= 0 && read_names(attribute, true, columns, arena, names);
		if (attribute >= 0)
			H5Aclose(attribute);
	}
	if (!s.found && H5DSget_num_scales(dataset, 1) > 0)
		H5DSiterate_scales(dataset, 1, NULL, try_scale, &s);
	for (size_t i = 0; i < columns && !s.found; i++) {
		snprintf(number, sizeof number, "%zu", i + 1);
		names[i] = gd_arena_string(arena, number);
		if (!names[i])
			return gd_out_of_memory("the columns' names");
	}
	return hdf5->status;
}
