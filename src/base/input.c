#include "gd/base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/unpack.h"

enum { PACKED = 1 << 16 };

struct gd_input {
	char *name;
	int file;
	bool owned;     /* `file` is to be closed */
	bool once;      /* what `file` delivers can be read once only */
	int copy;       /* -1: none */
	bool from_copy; /* everything is in the copy now, and read from there */
	char *spool;    /* NULL: no copy */
	gd_packing packing;
	gd_unpack *unpack;
	char head[GD_INPUT_PEEK]; /* the first bytes, unpacked */
	size_t head_size, head_used;
	char packed[PACKED]; /* as they are in the file */
	size_t packed_size, packed_used;
};

/* Errors name the input. */
static gd_status name_error(const gd_input *input, const gd_status *cause)
{
	return cause->code == GD_BAD_DATA ? gd_error(GD_BAD_DATA, "cannot read '%s': %s", input->name, cause->message) : *cause;
}

/* Beside what is made of the input, or where temporary files go. */
static gd_status open_copy(gd_input *input)
{
	const char *temporary = getenv("TMPDIR");
	const char *places[] = {input->spool, temporary && *temporary ? temporary : "/tmp"};
	for (size_t i = 0; i < sizeof places / sizeof *places && input->copy < 0; i++)
		input->copy = gd_file_open_unnamed(places[i]);
	return input->copy < 0 ? gd_file_error(GD_FAILED, "keep a copy of", input->name, errno) : gd_ok();
}

static gd_status append_copy(gd_input *input, const char *bytes, size_t size)
{
	gd_status status = input->copy < 0 ? open_copy(input) : gd_ok();
	for (size_t done = 0; done < size && !gd_failed(&status);) {
		ssize_t step = write(input->copy, bytes + done, size - done);
		if (step < 0 && errno == EINTR)
			continue;
		if (step < 0)
			status = gd_file_error(GD_FAILED, "keep a copy of", input->name, errno);
		else
			done += (size_t)step;
	}
	return status;
}

/* The file's own bytes; fewer than `size` where a pipe has no more at the moment, 0 at the end. */
static gd_status read_raw(gd_input *input, char *bytes, size_t size, size_t *got)
{
	ssize_t step;
	do
		step = read(input->from_copy ? input->copy : input->file, bytes, size);
	while (step < 0 && errno == EINTR);
	*got = step > 0 ? (size_t)step : 0;
	if (step < 0)
		return gd_file_error(GD_BAD_DATA, "read", input->name, errno);
	return input->once && input->spool && !input->from_copy && step > 0 ? append_copy(input, bytes, *got) : gd_ok();
}

static gd_status read_unpacked(gd_input *input, char *bytes, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size) {
		size_t taken = 0, put = 0;
		gd_status status = gd_unpack_step(input->unpack, input->packed + input->packed_used, input->packed_size - input->packed_used, &taken, bytes + *got, size - *got, &put);
		if (gd_failed(&status))
			return name_error(input, &status);
		input->packed_used += taken;
		*got += put;
		if (taken || put)
			continue;
		if (input->packed_used < input->packed_size)
			memmove(input->packed, input->packed + input->packed_used, input->packed_size - input->packed_used);
		input->packed_size -= input->packed_used;
		input->packed_used = 0;
		status = read_raw(input, input->packed + input->packed_size, PACKED - input->packed_size, &taken);
		if (gd_failed(&status))
			return status;
		input->packed_size += taken;
		if (taken)
			continue;
		if (gd_unpack_complete(input->unpack))
			return gd_ok();
		return gd_error(GD_BAD_DATA, "cannot read '%s': its compressed data end too early", input->name);
	}
	return gd_ok();
}

static gd_status read_plain(gd_input *input, char *bytes, size_t size, size_t *got)
{
	size_t step = 1;
	*got = input->packed_size - input->packed_used;
	if (*got > size)
		*got = size;
	memcpy(bytes, input->packed + input->packed_used, *got);
	input->packed_used += *got;
	while (*got < size && step) {
		gd_status status = read_raw(input, bytes + *got, size - *got, &step);
		if (gd_failed(&status))
			return status;
		*got += step;
	}
	return gd_ok();
}

/* Looks at the first bytes for a packing, then reads the head. */
static gd_status begin(gd_input *input)
{
	size_t got = 1;
	gd_status status = gd_ok();
	input->packed_size = input->packed_used = input->head_size = input->head_used = 0;
	while (got && input->packed_size < 8 && !gd_failed(&status)) {
		status = read_raw(input, input->packed + input->packed_size, PACKED - input->packed_size, &got);
		input->packed_size += got;
	}
	if (gd_failed(&status))
		return status;
	input->packing = gd_magic_packing(input->packed, input->packed_size);
	gd_unpack_free(input->unpack);
	input->unpack = input->packing == GD_PACKING_NONE ? NULL : gd_unpack_create(input->packing);
	if (input->packing != GD_PACKING_NONE && !input->unpack)
		return gd_out_of_memory("unpacking");
	return (input->unpack ? read_unpacked : read_plain)(input, input->head, GD_INPUT_PEEK, &input->head_size);
}

gd_status gd_input_open(const char *path, const char *spool, gd_input **opened)
{
	struct stat info;
	bool standard = !strcmp(path, "-");
	gd_status status = gd_ok();
	*opened = NULL;
	gd_input *input = calloc(1, sizeof *input);
	if (!input)
		return gd_out_of_memory("reading a file");
	input->file = input->copy = -1;
	input->name = strdup(standard ? "stdin" : path);
	input->spool = spool ? strdup(spool) : NULL;
	if (!input->name || (spool && !input->spool)) {
		status = gd_out_of_memory("reading a file");
		goto failed;
	}
	input->file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	input->owned = !standard;
	if (input->file < 0 || fstat(input->file, &info)) {
		status = gd_file_error(GD_BAD_DATA, "read", path, errno);
		goto failed;
	}
	if (S_ISDIR(info.st_mode)) {
		status = gd_error(GD_BAD_DATA, "cannot read '%s': it is a directory; name its files (%s/*.csv)", path, path);
		goto failed;
	}
	/* A redirected file is not read from its beginning by right. */
	input->once = !S_ISREG(info.st_mode) || standard;
	status = begin(input);
	if (gd_failed(&status))
		goto failed;
	*opened = input;
	return gd_ok();
failed:
	gd_input_close(input);
	return status;
}

const char *gd_input_peek(const gd_input *input, size_t *size)
{
	*size = input->head_size;
	return input->head;
}

gd_status gd_input_read(gd_input *input, char *bytes, size_t size, size_t *got)
{
	*got = input->head_size - input->head_used;
	if (*got > size)
		*got = size;
	memcpy(bytes, input->head + input->head_used, *got);
	input->head_used += *got;
	if (*got == size)
		return gd_ok();
	size_t more;
	gd_status status = (input->unpack ? read_unpacked : read_plain)(input, bytes + *got, size - *got, &more);
	*got += more;
	return status;
}

gd_status gd_input_rewind(gd_input *input)
{
	if (input->once && !input->spool)
		return gd_error(GD_FAILED, "'%s' can be read once only", input->name);
	size_t got = 1;
	gd_status status = gd_ok();
	while (input->once && !input->from_copy && got && !gd_failed(&status))
		status = read_raw(input, input->packed, PACKED, &got);
	if (gd_failed(&status))
		return status;
	if (input->once && input->copy < 0)
		status = open_copy(input);
	input->from_copy = input->once;
	if (!gd_failed(&status) && lseek(input->from_copy ? input->copy : input->file, 0, SEEK_SET) < 0)
		status = gd_file_error(GD_BAD_DATA, "read", input->name, errno);
	return gd_failed(&status) ? status : begin(input);
}

gd_status gd_input_seek(gd_input *input, int64_t offset)
{
	input->packed_size = input->packed_used = 0;
	input->head_used = input->head_size;
	return lseek(input->file, (off_t)offset, SEEK_SET) < 0 ? gd_file_error(GD_BAD_DATA, "read", input->name, errno) : gd_ok();
}

bool gd_input_is_once(const gd_input *input)
{
	return input->once;
}

gd_packing gd_input_packing(const gd_input *input)
{
	return input->packing;
}

const char *gd_input_name(const gd_input *input)
{
	return input->name;
}

void gd_input_close(gd_input *input)
{
	if (!input)
		return;
	if (input->owned && input->file >= 0)
		close(input->file);
	if (input->copy >= 0)
		close(input->copy);
	gd_unpack_free(input->unpack);
	free(input->name);
	free(input->spool);
	free(input);
}
