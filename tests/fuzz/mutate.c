/*
 * Damaged files, many in one process: `mutate SEED COUNT CHECKPOINT DATASET`. Each is refused as bad data, or read as what it was: never a crash, a hang or another
 * number. `mutate SEED FILE OUT` writes one damaged file, for the command line's tests.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/parse.h"
#include "gd/base/random.h"
#include "gd/report/describe.h"
#include "gd/store/checkpoint.h"
#include "gd/store/dataset.h"

typedef struct file_bytes {
	unsigned char *bytes;
	size_t size;
} file_bytes;

static uint64_t state;

static size_t below(size_t limit)
{
	return limit ? (size_t)(gd_random_bits(state++, 0) % limit) : 0;
}

static void require(bool holds, const char *what, const char *kind, uint64_t seed)
{
	if (holds)
		return;
	fprintf(stderr, "%s (%s, mutation %llu)\n", what, kind, (unsigned long long)seed);
	abort();
}

static file_bytes read_file(const char *path)
{
	void *bytes = NULL;
	file_bytes file;
	gd_status status = gd_file_read(path, GD_BAD_DATA, &bytes, &file.size);
	if (gd_failed(&status)) {
		fprintf(stderr, "%s\n", status.message);
		exit(2);
	}
	file.bytes = bytes;
	return file;
}

static void write_file(const char *path, const file_bytes *file)
{
	FILE *out = fopen(path, "wb");
	if (!out || fwrite(file->bytes, 1, file->size, out) != file->size || fclose(out)) {
		fprintf(stderr, "cannot write '%s'\n", path);
		exit(2);
	}
}

/* A damaged copy; `other` lends bytes. What was done, in a word. */
static const char *damage(const file_bytes *original, const file_bytes *other, file_bytes *copy)
{
	*copy = (file_bytes){malloc(original->size + 4096), original->size};
	memcpy(copy->bytes, original->bytes, original->size);
	size_t at = below(original->size), length = 1 + below(64);
	if (length > original->size - at)
		length = original->size - at;
	switch (below(8)) {
	case 0:
	case 1:
		copy->bytes[at] ^= (unsigned char)(1 << below(8));
		return "one bit";
	case 2:
		for (size_t i = 0; i < 1 + length / 8; i++)
			copy->bytes[below(copy->size)] ^= (unsigned char)(1 << below(8));
		return "some bits";
	case 3:
		copy->size = at;
		return "cut short";
	case 4:
		memset(copy->bytes + at, below(2) ? 0xff : 0, length);
		return "a stretch blanked";
	case 5:
		for (size_t i = 0; i < length; i++)
			copy->bytes[at + i] = (unsigned char)below(256);
		return "a stretch of noise";
	case 6:
		for (size_t i = 0; i < length && at + i < other->size; i++)
			copy->bytes[at + i] = other->bytes[at + i];
		return "a stretch of another file";
	default:
		for (size_t i = 0; i < length; i++)
			copy->bytes[copy->size + i] = (unsigned char)below(256);
		copy->size += length;
		return "noise behind the end";
	}
}

static bool same(const void *a, const void *b, size_t size)
{
	return (!a && !b) || (a && b && memcmp(a, b, size) == 0);
}

static bool try_checkpoint(const char *path, const gd_checkpoint *sound, const char *kind, uint64_t seed)
{
	gd_checkpoint c = {0};
	gd_status status = gd_checkpoint_read(path, &c);
	if (gd_failed(&status)) {
		require(status.code == GD_BAD_DATA && strstr(status.message, "cannot read '"), status.message, kind, seed);
		return false;
	}
	size_t bytes = gd_network_parameters(sound->network) * sizeof(float);
	bool equal = gd_network_parameters(c.network) == gd_network_parameters(sound->network) && same(c.parameters, sound->parameters, bytes) && same(c.moment[0], sound->moment[0], bytes) &&
		same(c.moment[1], sound->moment[1], bytes) && same(c.average, sound->average, bytes) && c.progress.step == sound->progress.step && c.history.count == sound->history.count &&
		same(c.history.epochs, sound->history.epochs, sound->history.count * sizeof *c.history.epochs);
	require(equal, "a damaged checkpoint was read as another one", kind, seed);
	gd_checkpoint_release(&c);
	return true;
}

typedef struct rows {
	float *features;
	int32_t *labels;
	int64_t *source_rows;
} rows;

static gd_status read_rows(gd_dataset *dataset, rows all[GD_PARTS])
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_status status = gd_ok();
	for (int part = 0; part < GD_PARTS; part++) {
		size_t count = (size_t)header->rows[part];
		all[part] = (rows){calloc(count * (size_t)header->preprocessing.features + 1, sizeof(float)), calloc(count + 1, sizeof(int32_t)), calloc(count + 1, sizeof(int64_t))};
		if (!gd_failed(&status))
			status = gd_dataset_read(dataset, (gd_part)part, 0, (int64_t)count, all[part].features, all[part].labels, all[part].source_rows);
	}
	return status;
}

static void free_rows(rows all[GD_PARTS])
{
	for (int part = 0; part < GD_PARTS; part++) {
		free(all[part].features);
		free(all[part].labels);
		free(all[part].source_rows);
	}
}

static bool try_dataset(const char *path, const gd_dataset_header *sound, const rows expected[GD_PARTS], const char *kind, uint64_t seed)
{
	gd_dataset *dataset = NULL;
	rows found[GD_PARTS];
	gd_status status = gd_dataset_open(NULL, path, &dataset);
	if (gd_failed(&status)) {
		require(status.code == GD_BAD_DATA, status.message, kind, seed);
		return false;
	}
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	status = read_rows(dataset, found);
	bool accepted = !gd_failed(&status);
	require(accepted || status.code == GD_BAD_DATA, status.message, kind, seed);
	if (accepted) {
		size_t features = (size_t)sound->preprocessing.features;
		bool equal = header->preprocessing.features == sound->preprocessing.features && !strcmp(header->preprocessing.recipe, sound->preprocessing.recipe) &&
			same(header->rows, sound->rows, sizeof sound->rows) && same(header->preprocessing.mean, sound->preprocessing.mean, features * sizeof(double)) &&
			same(header->preprocessing.standard_deviation, sound->preprocessing.standard_deviation, features * sizeof(double));
		require(equal, "a damaged header was read as another one", kind, seed);
		for (int part = 0; part < GD_PARTS; part++) {
			size_t count = (size_t)sound->rows[part];
			require(same(found[part].features, expected[part].features, count * features * sizeof(float)) && same(found[part].labels, expected[part].labels, count * sizeof(int32_t)) &&
				same(found[part].source_rows, expected[part].source_rows, count * sizeof(int64_t)), "damaged rows were read as others", kind, seed);
		}
	}
	free_rows(found);
	gd_dataset_close(dataset);
	return accepted;
}

static int run(uint64_t first, int count, const char *checkpoint_path, const char *dataset_path)
{
	char path[] = "/tmp/genre-dist-mutate-XXXXXX";
	int descriptor = mkstemp(path), refused = 0, accepted = 0;
	file_bytes files[2] = {read_file(checkpoint_path), read_file(dataset_path)};
	gd_checkpoint sound = {0};
	gd_dataset *dataset = NULL;
	rows expected[GD_PARTS];
	gd_status status = gd_checkpoint_read(checkpoint_path, &sound);
	if (!gd_failed(&status))
		status = gd_dataset_open(NULL, dataset_path, &dataset);
	if (!gd_failed(&status))
		status = read_rows(dataset, expected);
	FILE *nowhere = fopen("/dev/null", "w");
	if (gd_failed(&status) || descriptor < 0 || !nowhere) {
		fprintf(stderr, "%s\n", status.message);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		uint64_t seed = first + (uint64_t)i;
		file_bytes copy;
		state = seed << 20;
		bool second = i % 2;
		const char *kind = damage(&files[second], &files[!second], &copy);
		write_file(path, &copy);
		alarm(20);
		bool read = second ? try_dataset(path, gd_dataset_get_header(dataset), expected, kind, seed) : try_checkpoint(path, &sound, kind, seed);
		/* As the other kind of file, and as `info` sees it. */
		gd_checkpoint other = {0};
		status = gd_checkpoint_read(second ? path : dataset_path, &other);
		require(gd_failed(&status), "a dataset was read as a checkpoint", kind, seed);
		status = gd_describe(nowhere, path);
		require(!gd_failed(&status) || status.code == GD_BAD_DATA, status.message, kind, seed);
		alarm(0);
		*(read ? &accepted : &refused) += 1;
		free(copy.bytes);
	}
	printf("%d damaged files: %d refused, %d read as what they were\n", count, refused, accepted);
	fclose(nowhere);
	free_rows(expected);
	gd_dataset_close(dataset);
	gd_checkpoint_release(&sound);
	free(files[0].bytes);
	free(files[1].bytes);
	close(descriptor);
	unlink(path);
	return refused > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	int64_t seed, count;
	gd_log_mute(true);
	if (argc == 5 && gd_parse_int64(argv[1], &seed) && gd_parse_int64(argv[2], &count))
		return run((uint64_t)seed, (int)count, argv[3], argv[4]);
	if (argc != 4 || !gd_parse_int64(argv[1], &seed)) {
		fprintf(stderr, "usage: mutate SEED COUNT CHECKPOINT DATASET | mutate SEED FILE OUT\n");
		return 2;
	}
	file_bytes file = read_file(argv[2]), copy;
	state = (uint64_t)seed << 20;
	printf("%s\n", damage(&file, &file, &copy));
	write_file(argv[3], &copy);
	free(file.bytes);
	free(copy.bytes);
	return 0;
}
