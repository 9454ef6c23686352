/* Reads the golden files that generate.py writes: entries `name count`, each followed by `count` words. Failures are CUnit's. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN_WORD 64

typedef struct golden_file {
	FILE *stream;
} golden_file;

static inline golden_file golden_open(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/golden/%s.txt", GD_TEST_DIRECTORY, name);
	golden_file file = {fopen(path, "r")};
	if (!file.stream)
		perror(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(file.stream);
	return file;
}

static inline void golden_close(golden_file *file)
{
	fclose(file->stream);
	file->stream = NULL;
}

/* Words of entry `name`; 0 where it is missing. */
static inline size_t golden_count(golden_file *file, const char *name)
{
	char found[GOLDEN_WORD];
	size_t words = 0;
	rewind(file->stream);
	while (fscanf(file->stream, "%63s %zu", found, &words) == 2 && strcmp(found, name))
		for (char skipped[GOLDEN_WORD]; words > 0; words--)
			CU_ASSERT_EQUAL_FATAL(fscanf(file->stream, "%63s", skipped), 1);
	return feof(file->stream) ? 0 : words;
}

/* Leaves the stream at the first word of entry `name`, which must have `count` words. */
static inline void golden_seek(golden_file *file, const char *name, size_t count)
{
	size_t words = golden_count(file, name);
	if (words != count)
		fprintf(stderr, "golden entry '%s' is missing or does not have %zu words\n", name, count);
	CU_ASSERT_FATAL(words == count);
}

static inline void golden_word(golden_file *file, const char *name, char word[GOLDEN_WORD])
{
	golden_seek(file, name, 1);
	CU_ASSERT_EQUAL_FATAL(fscanf(file->stream, "%63s", word), 1);
}

static inline void golden_doubles(golden_file *file, const char *name, size_t count, double *values)
{
	golden_seek(file, name, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(fscanf(file->stream, "%lf", &values[i]), 1);
}

static inline double golden_double(golden_file *file, const char *name)
{
	double value = 0.0;
	golden_doubles(file, name, 1, &value);
	return value;
}

static inline void golden_floats(golden_file *file, const char *name, size_t count, float *values)
{
	golden_seek(file, name, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(fscanf(file->stream, "%f", &values[i]), 1);
}

static inline void golden_integers(golden_file *file, const char *name, size_t count, int *values)
{
	golden_seek(file, name, count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL_FATAL(fscanf(file->stream, "%d", &values[i]), 1);
}

#endif
