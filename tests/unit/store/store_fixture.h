/* What the suites of the HDF5 files share: small states to write, and ways to damage what was written. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gd/features/preprocessing.h"
#include "files.h"

enum { FEATURES = 5, CLASSES = 3 };

static inline void make_preprocessing(gd_preprocessing *preprocessing)
{
	static const char *const features[FEATURES] = {"tempo", "énergie", "decade=1960", "key", "loudness"};
	static const char *const classes[CLASSES] = {"pop", "r&b", "ロック"};
	memset(preprocessing, 0, sizeof *preprocessing);
	CHECK_OK(gd_preprocessing_init(preprocessing, FEATURES, CLASSES));
	for (int f = 0; f < FEATURES; f++) {
		preprocessing->feature_names[f] = gd_arena_string(&preprocessing->arena, features[f]);
		preprocessing->mean[f] = 0.1 * f - 1.0 / 3;
		preprocessing->standard_deviation[f] = 1.0 / (f + 3);
	}
	for (int c = 0; c < CLASSES; c++)
		preprocessing->class_names[c] = gd_arena_string(&preprocessing->arena, classes[c]);
	preprocessing->recipe = gd_arena_string(&preprocessing->arena, "[target]\ncolumn = genre\n\n[columns]\ntempo = numeric\n");
}

/* The bytes of a file with every ISO time in them blanked; released with free(). */
static inline unsigned char *timeless_bytes(const char *path, size_t *size)
{
	void *bytes = NULL;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, size));
	char *text = bytes;
	for (size_t i = 0; i + 20 <= *size; i++)
		if (text[i + 4] == '-' && text[i + 7] == '-' && text[i + 10] == 'T' && text[i + 13] == ':' && text[i + 16] == ':' && text[i + 19] == 'Z')
			memset(text + i, '0', 19);
	return bytes;
}

/* Runs in a process of its own, its exit handlers included; its exit status, or 1000 + the signal that killed it. */
static inline int run_apart(int (*function)(const char *), const char *argument)
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0)
		exit(function(argument));
	int status = 0;
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Exit status of an HDF5 tool on a file, or 0 with a word where it is not installed. */
static inline int run_tool(const char *tool, const char *path)
{
	char command[1200];
	snprintf(command, sizeof command, "command -v %s >/dev/null", tool);
	if (system(command) != 0) {
		printf("    skipped: no %s here\n", tool);
		return 0;
	}
	snprintf(command, sizeof command, "%s '%s' >/dev/null 2>'%s.err' && ! grep -q . '%s.err'", tool, path, path, path);
	return system(command);
}

/* ---- edits as another tool would make them ---- */

static inline hid_t edit_begin(const char *path)
{
	hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
	CU_ASSERT(file >= 0);
	return file;
}

static inline void edit_end(hid_t file)
{
	CU_ASSERT(H5Fclose(file) >= 0);
}

/* Puts another dataset in the place of one. */
static inline void edit_dataset(hid_t file, const char *name, hid_t type, int rank, const hsize_t *shape)
{
	CU_ASSERT(H5Ldelete(file, name, H5P_DEFAULT) >= 0);
	hid_t space = H5Screate_simple(rank, shape, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
	H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
	H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC); /* zeros, not what was there before */
	hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
	CU_ASSERT(dataset >= 0);
	H5Dclose(dataset);
	H5Pclose(creation);
	H5Sclose(space);
}

static inline void edit_integer(hid_t file, const char *object, const char *name, long long value)
{
	H5Adelete_by_name(file, object, name, H5P_DEFAULT);
	hid_t space = H5Screate(H5S_SCALAR);
	hid_t attribute = H5Acreate_by_name(file, object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	CU_ASSERT(attribute >= 0 && H5Awrite(attribute, H5T_NATIVE_LLONG, &value) >= 0);
	H5Aclose(attribute);
	H5Sclose(space);
}

#endif
