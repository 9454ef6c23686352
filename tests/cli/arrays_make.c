/* Arrays as other programs leave them: arrays_make OUT.h5, and the same tables as text, x.csv (with names) and x32.csv (without). */
#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 900,
	COLUMNS = 5,
	BROKEN = 437 };

static const char *const column_names[COLUMNS] = {"length", "width", "angle of incidence", "count", "noise \xc3\xa4"};
static const char *const classes[] = {"red", "light green", "bl\xc3\xbc"};
static double x[ROWS][COLUMNS];
static float x32[ROWS][COLUMNS];
static int16_t whole[ROWS][2];
static uint8_t y[ROWS];
static const char *names[ROWS];
static char fixed[ROWS][12];

static void fail_if(int failed, const char *what)
{
	if (!failed)
		return;
	fprintf(stderr, "arrays_make: %s\n", what);
	exit(1);
}

static hid_t put(hid_t file, const char *path, hid_t in_file, hid_t in_memory, int rank, const hsize_t *shape, const hsize_t *chunk, const void *values)
{
	hid_t space = H5Screate_simple(rank, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE), link = H5Pcreate(H5P_LINK_CREATE);
	H5Pset_create_intermediate_group(link, 1);
	if (chunk)
		H5Pset_chunk(creation, rank, chunk);
	hid_t dataset = H5Dcreate2(file, path, in_file, space, link, creation, H5P_DEFAULT);
	fail_if(dataset < 0 || H5Dwrite(dataset, in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0, path);
	H5Sclose(space);
	H5Pclose(creation);
	H5Pclose(link);
	return dataset;
}

static hid_t text_type(size_t size)
{
	hid_t type = H5Tcopy(H5T_C_S1);
	fail_if(H5Tset_size(type, size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0, "a type");
	return type;
}

static void put_number(FILE *csv, double value)
{
	char text[40] = "";
	for (int digits = 15; digits <= 17 && !isnan(value); digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	fputs(text, csv);
}

static void write_tables(void)
{
	FILE *named = fopen("x.csv", "w"), *plain = fopen("x32.csv", "w");
	fail_if(!named || !plain, "cannot write");
	for (int j = 0; j < COLUMNS; j++)
		fprintf(named, "%s,", column_names[j]);
	fputs("names\n", named);
	for (int i = 0; i < ROWS; i++) {
		for (int j = 0; j < COLUMNS; j++) {
			put_number(named, x[i][j]);
			put_number(plain, (double)x32[i][j]);
			fputs(",", named);
			fputs(",", plain);
		}
		fprintf(named, "%s\n", names[i]);
		fprintf(plain, "%d\n", y[i]);
	}
	fail_if(fclose(named) | fclose(plain), "cannot write");
}

int main(int argc, char **argv)
{
	fail_if(argc != 2, "expected the path of a file");
	uint64_t state = 1;
	for (int i = 0; i < ROWS; i++) {
		for (int j = 0; j < COLUMNS; j++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			double uniform = (double)(state >> 11) * 0x1p-53;
			x[i][j] = j == 3 ? floor(300 * uniform) - 20 : j == 4 ? uniform * exp(20 * uniform - 10) : floor(10000 * uniform) / 1000;
			x32[i][j] = (float)x[i][j];
		}
		y[i] = (uint8_t)(state >> 40) % 3;
		x[i][0] += y[i];
		names[i] = classes[y[i]];
		snprintf(fixed[i], sizeof fixed[i], "%s", names[i]);
		if (i % 50 == 7)
			x[i][1] = NAN;
		if (i % 90 == 11)
			x32[i][4] = NAN;
		whole[i][0] = (int16_t)(i * 37 % 1000 - 500);
		whole[i][1] = (int16_t)(y[i] * 100 + i % 70);
	}
	hid_t file = H5Fcreate(argv[1], H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), variable = text_type(H5T_VARIABLE), twelve = text_type(sizeof *fixed);
	fail_if(file < 0, "cannot create the file");
	const hsize_t shape[3] = {ROWS, COLUMNS, 1}, two[2] = {ROWS, 2}, ten = 10, chunk[2] = {64, 3}, columns = COLUMNS;
	hid_t dataset = put(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, shape, chunk, x), space = H5Screate_simple(1, &columns, NULL);
	hid_t attribute = H5Acreate2(dataset, "column_names", variable, space, H5P_DEFAULT, H5P_DEFAULT);
	fail_if(attribute < 0 || H5Awrite(attribute, variable, column_names) < 0, "the names");
	H5Aclose(attribute);
	H5Sclose(space);
	H5Dclose(dataset);
	H5Dclose(put(file, "single/x32", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, 2, shape, NULL, x32));
	H5Dclose(put(file, "whole", H5T_STD_I16LE, H5T_NATIVE_INT16, 2, two, NULL, whole));
	H5Dclose(put(file, "cube", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 3, shape, NULL, x));
	H5Dclose(put(file, "y", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, shape, NULL, y));
	H5Dclose(put(file, "ten", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, &ten, NULL, y));
	H5Dclose(put(file, "names", variable, variable, 1, shape, NULL, names));
	H5Dclose(put(file, "fixed", twelve, twelve, 1, shape, NULL, fixed));
	H5Dclose(put(file, "texts", twelve, twelve, 2, (const hsize_t[]){10, 2}, NULL, fixed));
	write_tables();
	x[BROKEN - 1][2] = INFINITY;
	H5Dclose(put(file, "broken", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, shape, NULL, x));
	H5Tclose(variable);
	H5Tclose(twelve);
	fail_if(H5Fclose(file) < 0, "cannot close the file");
	return 0;
}
