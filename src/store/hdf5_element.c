#include "gd/store/hdf5_file.h"

hid_t gd_element_file_type(gd_element element)
{
	switch (element) {
	case GD_FLOAT32:
		return H5T_IEEE_F32LE;
	case GD_FLOAT64:
		return H5T_IEEE_F64LE;
	case GD_INT32:
		return H5T_STD_I32LE;
	case GD_INT64:
		return H5T_STD_I64LE;
	}
	return -1;
}

hid_t gd_element_memory_type(gd_element element)
{
	switch (element) {
	case GD_FLOAT32:
		return H5T_NATIVE_FLOAT;
	case GD_FLOAT64:
		return H5T_NATIVE_DOUBLE;
	case GD_INT32:
		return H5T_NATIVE_INT32;
	case GD_INT64:
		return H5T_NATIVE_INT64;
	}
	return -1;
}

size_t gd_element_size(gd_element element)
{
	return element == GD_FLOAT32 || element == GD_INT32 ? 4 : 8;
}

const char *gd_hdf5_class_word(H5T_class_t class)
{
	switch (class) {
	case H5T_INTEGER:
		return "integer";
	case H5T_FLOAT:
		return "floating point";
	case H5T_STRING:
		return "text";
	default:
		return "another type";
	}
}
