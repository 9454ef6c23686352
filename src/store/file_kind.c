#include "gd/store/file_kind.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gd/base/build.h"
#include "gd/base/file.h"
#include "gd/base/output.h"
#include "gd/store/hdf5_file.h"

const char *const gd_file_kind_formats[] = {
	[GD_KIND_DATASET] = "genre-dist dataset",
	[GD_KIND_CHECKPOINT] = "genre-dist checkpoint",
	[GD_KIND_METRICS] = "genre-dist metrics",
	[GD_KIND_SWEEP] = "genre-dist sweep",
};

static const struct {
	const char *noun, *origin;
} kinds[] = {
	[GD_KIND_DATASET] = {"dataset", "make one with 'genre-dist preprocess'"},
	[GD_KIND_CHECKPOINT] = {"checkpoint", "'genre-dist train' leaves them in its run directory, model.h5 among them"},
	[GD_KIND_METRICS] = {"metrics file", "'genre-dist train' leaves metrics.h5 in its run directory"},
	[GD_KIND_SWEEP] = {"sweep's results", "'genre-dist sweep' leaves sweep.h5 in its directory"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

void gd_hdf5_put_root(gd_hdf5 *hdf5, gd_file_kind kind, const char *history)
{
	char now[21];
	gd_time_iso((int64_t)time(NULL), now);
	gd_hdf5_put_text(hdf5, "/", "format", gd_file_kind_formats[kind]);
	gd_hdf5_put_integer(hdf5, "/", "format_version", GD_FORMAT_VERSION);
	gd_hdf5_put_text(hdf5, "/", "genre_dist_version", gd_version);
	gd_hdf5_put_text(hdf5, "/", "created", now);
	gd_hdf5_put_text(hdf5, "/", "history", history);
}

gd_file_kind gd_hdf5_get_kind(gd_hdf5 *hdf5)
{
	gd_arena arena = {0};
	gd_file_kind kind = GD_KIND_DATASET;
	if (!gd_hdf5_failed(hdf5) && !gd_hdf5_has_attribute(hdf5, "/", "format"))
		gd_hdf5_fail(hdf5, NULL, "it is an HDF5 file but not one of genre-dist's (it has no attribute 'format')");
	const char *format = gd_hdf5_get_text(hdf5, "/", "format", &arena);
	if (format) {
		int found = 0;
		while (found < KINDS && strcmp(format, gd_file_kind_formats[found]) != 0)
			found++;
		if (found == KINDS)
			gd_hdf5_fail(hdf5, NULL, "it is an HDF5 file but not one of genre-dist's (its format is '%.60s')", format);
		else
			kind = (gd_file_kind)found;
	}
	gd_arena_release(&arena);
	return kind;
}

void gd_hdf5_expect_kind(gd_hdf5 *hdf5, gd_file_kind kind)
{
	gd_file_kind found = gd_hdf5_get_kind(hdf5);
	if (!gd_hdf5_failed(hdf5) && found != kind)
		gd_hdf5_fail(hdf5, NULL, "it is a %s, expected a %s; %s", kinds[found].noun, kinds[kind].noun, kinds[kind].origin);
	int64_t version = gd_hdf5_get_integer(hdf5, "/", "format_version", 1, INT32_MAX);
	if (!gd_hdf5_failed(hdf5) && version > GD_FORMAT_VERSION)
		gd_hdf5_fail(hdf5, NULL, "its format version is %lld, expected at most %d; a newer genre-dist wrote it", (long long)version, GD_FORMAT_VERSION);
}

gd_status gd_file_kind_of(const char *path, gd_file_kind *kind)
{
	gd_hdf5 hdf5;
	gd_hdf5_open(&hdf5, path);
	*kind = gd_hdf5_get_kind(&hdf5);
	return gd_hdf5_close(&hdf5);
}

gd_status gd_file_check_forced(const char *path, bool spares_datasets)
{
	gd_file_kind kind = GD_KIND_DATASET;
	const char *noun = gd_output_begins(path, GD_CONFIG_BEGINNING) ? "run's configuration" : NULL;
	if (!gd_file_is_no_hdf5(path) && gd_file_exists(path)) {
		/* A foreign or damaged one is no more than its name says. */
		gd_status status = gd_file_kind_of(path, &kind);
		if (!gd_failed(&status) && (kind != GD_KIND_DATASET || spares_datasets))
			noun = kind == GD_KIND_CHECKPOINT ? "model or checkpoint" : kinds[kind].noun;
	}
	return noun ? gd_error(GD_USAGE, "'%s' is a %s, which --force does not overwrite; choose another name, or remove it", path, noun) : gd_ok();
}

gd_status gd_file_expect_kind(const char *path, gd_file_kind kind)
{
	gd_hdf5 hdf5;
	struct stat info;
	const bool directory = !stat(path, &info) && S_ISDIR(info.st_mode);
	char model[4096];
	if (directory && kind == GD_KIND_CHECKPOINT && (size_t)snprintf(model, sizeof model, "%s/model.h5", path) < sizeof model && gd_file_exists(model))
		return gd_error(GD_BAD_DATA, "cannot read '%s': it is a directory, expected a checkpoint; its model is '%s'", path, model);
	if (directory)
		return gd_error(GD_BAD_DATA, "cannot read '%s': it is a directory, expected a %s; %s", path, kinds[kind].noun, kinds[kind].origin);
	gd_hdf5_open_foreign(&hdf5, path);
	gd_hdf5_expect_kind(&hdf5, kind);
	return gd_hdf5_close(&hdf5);
}

bool gd_file_is_no_hdf5(const char *path)
{
	static const char signature[] = "\211HDF\r\n\032\n";
	char first[sizeof signature - 1];
	struct stat info;
	if (!strcmp(path, "-"))
		return true;
	if (stat(path, &info))
		return false;
	FILE *file = S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
	bool is = file && fread(first, 1, sizeof first, file) == sizeof first && !memcmp(first, signature, sizeof first);
	if (file)
		fclose(file);
	return !is;
}
