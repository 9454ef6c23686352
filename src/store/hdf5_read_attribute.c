#include "gd/store/hdf5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"

/* ---- text ---- */

char *gd_hdf5_read_string(gd_hdf5 *hdf5, const char *object, hid_t id, bool attribute, hid_t type, hid_t space, gd_arena *arena)
{
	char *text = NULL, *variable = NULL, *fixed = NULL;
	hid_t memory_type = H5Tcopy(H5T_C_S1), one = H5Screate(H5S_SCALAR);
	bool of_any_length = H5Tis_variable_str(type) > 0;
	size_t size = of_any_length ? H5T_VARIABLE : H5Tget_size(type);
	bool ready = memory_type >= 0 && one >= 0;
	if (!of_any_length && size > hdf5->size)
		gd_hdf5_fail(hdf5, object, "claims a text of %zu bytes in a file of %zu", size, hdf5->size);
	else if (!of_any_length && !(fixed = calloc(size + 1, 1)))
		gd_hdf5_fail_out_of_memory(hdf5, "text of a file");
	if (gd_hdf5_failed(hdf5))
		goto done;
	ready = ready && H5Tset_size(memory_type, of_any_length ? H5T_VARIABLE : size + 1) >= 0 && H5Tset_cset(memory_type, H5Tget_cset(type)) >= 0;
	void *target = of_any_length ? (void *)&variable : (void *)fixed;
	if (!ready || (attribute ? H5Aread(id, memory_type, target) : H5Dread(id, memory_type, one, space, H5P_DEFAULT, target)) < 0) {
		gd_hdf5_fail_in_library(hdf5, object, "cannot read its text");
		goto done;
	}
	const char *found = of_any_length ? variable : fixed;
	found = found ? found : "";
	size_t bad;
	if (!gd_utf8_valid(found, strlen(found), &bad))
		gd_hdf5_fail(hdf5, object, "expected text in UTF-8, found a bad byte at position %zu", bad);
	else if (!(text = gd_arena_string(arena, found)))
		gd_hdf5_fail_out_of_memory(hdf5, "text of a file");
done:
	if (variable)
		H5free_memory(variable);
	free(fixed);
	gd_hdf5_drop(one);
	gd_hdf5_drop(memory_type);
	return text;
}

/* ---- attributes ---- */

bool gd_hdf5_has_attribute(gd_hdf5 *hdf5, const char *path, const char *name)
{
	return !gd_hdf5_failed(hdf5) && H5Aexists_by_name(hdf5->file, path, name, H5P_DEFAULT) > 0;
}

enum { OBJECT_ROOM = 160 };

typedef struct open_attribute {
	hid_t id, type;
	char object[OBJECT_ROOM]; /* for messages */
	hssize_t count;
} open_attribute;

/* What messages call an attribute. */
static void name_attribute(const char *path, const char *name, char object[OBJECT_ROOM])
{
	if (strcmp(path, "/") == 0)
		snprintf(object, OBJECT_ROOM, "%s", name);
	else
		snprintf(object, OBJECT_ROOM, "%s' attribute '%s", path, name);
}

/* Opens an attribute of a class; false, with the failure kept, when it is not there or another. */
static bool open_class(gd_hdf5 *hdf5, const char *path, const char *name, H5T_class_t class, bool scalar, open_attribute *attribute)
{
	*attribute = (open_attribute){.id = -1, .type = -1};
	if (gd_hdf5_failed(hdf5))
		return false;
	bool root = strcmp(path, "/") == 0;
	name_attribute(path, name, attribute->object);
	if (!root && !gd_hdf5_has(hdf5, path)) {
		gd_hdf5_fail(hdf5, path, "expected a group or dataset, found none");
		return false;
	}
	if (!gd_hdf5_has_attribute(hdf5, path, name)) {
		gd_hdf5_fail(hdf5, root ? NULL : path, "expected an attribute '%s', found none", name);
		return false;
	}
	attribute->id = H5Aopen_by_name(hdf5->file, path, name, H5P_DEFAULT, H5P_DEFAULT);
	attribute->type = attribute->id < 0 ? -1 : H5Aget_type(attribute->id);
	hid_t space = attribute->id < 0 ? -1 : H5Aget_space(attribute->id);
	attribute->count = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
	int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
	gd_hdf5_drop(space);
	if (attribute->type < 0 || attribute->count < 0)
		gd_hdf5_fail_in_library(hdf5, attribute->object, "cannot read the attribute");
	else if (H5Tget_class(attribute->type) != class)
		gd_hdf5_fail(hdf5, attribute->object, "expected %s, found %s", gd_hdf5_class_word(class), gd_hdf5_class_word(H5Tget_class(attribute->type)));
	else if (scalar ? attribute->count != 1 : rank > 1)
		gd_hdf5_fail(hdf5, attribute->object, "expected %s, found %lld values in %d dimensions", scalar ? "one value" : "a list", (long long)attribute->count, rank);
	return !gd_hdf5_failed(hdf5);
}

static void close_attribute(open_attribute *attribute)
{
	gd_hdf5_drop(attribute->type);
	gd_hdf5_drop(attribute->id);
}

static void read_attribute(gd_hdf5 *hdf5, const open_attribute *attribute, hid_t memory_type, void *values)
{
	if (attribute->count && H5Aread(attribute->id, memory_type, values) < 0)
		gd_hdf5_fail_in_library(hdf5, attribute->object, "cannot read the attribute");
}

char *gd_hdf5_get_text(gd_hdf5 *hdf5, const char *path, const char *name, gd_arena *arena)
{
	open_attribute attribute;
	char *text = NULL;
	if (open_class(hdf5, path, name, H5T_STRING, true, &attribute))
		text = gd_hdf5_read_string(hdf5, attribute.object, attribute.id, true, attribute.type, -1, arena);
	close_attribute(&attribute);
	return text;
}

/* One number of a class into `value`; false, with the failure kept, where there is none. */
static bool get_number(gd_hdf5 *hdf5, const char *path, const char *name, H5T_class_t class, hid_t memory_type, void *value)
{
	open_attribute attribute;
	if (open_class(hdf5, path, name, class, true, &attribute))
		read_attribute(hdf5, &attribute, memory_type, value);
	close_attribute(&attribute);
	return !gd_hdf5_failed(hdf5);
}

int64_t gd_hdf5_get_integer(gd_hdf5 *hdf5, const char *path, const char *name, int64_t minimum, int64_t maximum)
{
	int64_t value = 0;
	if (!get_number(hdf5, path, name, H5T_INTEGER, H5T_NATIVE_INT64, &value))
		return 0;
	if (value >= minimum && value <= maximum)
		return value;
	char object[OBJECT_ROOM];
	name_attribute(path, name, object);
	gd_hdf5_fail(hdf5, object, "expected a value from %lld to %lld, found %lld", (long long)minimum, (long long)maximum, (long long)value);
	return 0;
}

uint64_t gd_hdf5_get_unsigned(gd_hdf5 *hdf5, const char *path, const char *name)
{
	uint64_t value = 0;
	return get_number(hdf5, path, name, H5T_INTEGER, H5T_NATIVE_UINT64, &value) ? value : 0;
}

double gd_hdf5_get_real(gd_hdf5 *hdf5, const char *path, const char *name)
{
	double value = 0;
	return get_number(hdf5, path, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, &value) ? value : 0;
}

size_t gd_hdf5_get_integers(gd_hdf5 *hdf5, const char *path, const char *name, size_t room, int *values)
{
	open_attribute attribute;
	size_t count = 0;
	if (open_class(hdf5, path, name, H5T_INTEGER, false, &attribute)) {
		if ((size_t)attribute.count > room) {
			gd_hdf5_fail(hdf5, attribute.object, "expected at most %zu values, found %lld", room, (long long)attribute.count);
		} else {
			count = (size_t)attribute.count;
			read_attribute(hdf5, &attribute, H5T_NATIVE_INT, values);
		}
	}
	close_attribute(&attribute);
	return gd_hdf5_failed(hdf5) ? 0 : count;
}

void gd_hdf5_get_reals(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, float *values)
{
	open_attribute attribute;
	if (open_class(hdf5, path, name, H5T_FLOAT, false, &attribute)) {
		if ((size_t)attribute.count != count)
			gd_hdf5_fail(hdf5, attribute.object, "expected %zu values, found %lld", count, (long long)attribute.count);
		else
			read_attribute(hdf5, &attribute, H5T_NATIVE_FLOAT, values);
	}
	close_attribute(&attribute);
}

typedef struct name_list {
	gd_arena *arena;
	char **names;
	size_t count, room;
} name_list;

static herr_t count_name(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
	(void)object, (void)name, (void)info;
	((name_list *)context)->room++;
	return 0;
}

static herr_t keep_name(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
	(void)object, (void)info;
	name_list *list = context;
	if (list->count == list->room || !(list->names[list->count] = gd_arena_string(list->arena, name)))
		return -1;
	list->count++;
	return 0;
}

char **gd_hdf5_get_attribute_names(gd_hdf5 *hdf5, const char *path, gd_arena *arena, size_t *count)
{
	*count = 0;
	if (!gd_hdf5_failed(hdf5) && !gd_hdf5_has(hdf5, path))
		gd_hdf5_fail(hdf5, path, "expected a group, found none");
	if (gd_hdf5_failed(hdf5))
		return NULL;
	name_list list = {.arena = arena};
	bool listed = H5Aiterate_by_name(hdf5->file, path, H5_INDEX_NAME, H5_ITER_INC, NULL, count_name, &list, H5P_DEFAULT) >= 0;
	list.names = gd_arena_take(arena, list.room + 1, sizeof *list.names);
	if (!list.names)
		gd_hdf5_fail_out_of_memory(hdf5, "names of attributes");
	else if (!listed || H5Aiterate_by_name(hdf5->file, path, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_name, &list, H5P_DEFAULT) < 0)
		gd_hdf5_fail_in_library(hdf5, path, "cannot list its attributes");
	*count = gd_hdf5_failed(hdf5) ? 0 : list.count;
	return gd_hdf5_failed(hdf5) ? NULL : list.names;
}
