#include "gd/store/hdf5_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/magic.h"
#include "gd/base/parse.h"
#include "gd/store/digest.h"
#include "gd/store/digest_trailer.h"
#include "gd/store/hdf5_driver.h"

/* ---- errors ---- */

void gd_hdf5_quiet(void)
{
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

typedef struct description {
	char *text;
	size_t room;
} description;

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *context)
{
	description *kept = context;
	if (depth == 0 && error->desc) {
		/* The disk's drivers bury the system's words in a list of addresses. */
		static const char marker[] = "error message = '";
		const char *system = strstr(error->desc, marker);
		const char *words = system ? system + sizeof marker - 1 : error->desc;
		size_t length = system ? strcspn(words, "'") : strlen(words);
		/* From 1.14 on the filter's own words are lost. */
		if (!strcmp(words, "filter returned failure during read")) {
			words = "a chunk does not match its checksum, or its compression is damaged";
			length = strlen(words);
		}
		snprintf(kept->text, kept->room, "%.*s", (int)length, words);
	}
	return 0;
}

void gd_hdf5_innermost_error(char *text, size_t room)
{
	description kept = {text, room};
	text[0] = '\0';
	H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &kept);
}

void gd_hdf5_fail(gd_hdf5 *hdf5, const char *object, const char *format, ...)
{
	if (gd_hdf5_failed(hdf5))
		return;
	char message[sizeof hdf5->status.message];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	gd_code code = hdf5->writing ? GD_FAILED : GD_BAD_DATA;
	const char *verb = hdf5->writing ? "write" : "read";
	if (object)
		hdf5->status = gd_error(code, "cannot %s '%s': '%s': %s", verb, hdf5->name, object, message);
	else
		hdf5->status = gd_error(code, "cannot %s '%s': %s", verb, hdf5->name, message);
}

/* The system's words, in lower case as all messages are. */
static void fail_with_errno(gd_hdf5 *hdf5, int number)
{
	char reason[128];
	/* No fault of the file's. */
	if (number == ENOMEM) {
		gd_hdf5_fail_out_of_memory(hdf5, "a file's contents");
		return;
	}
	snprintf(reason, sizeof reason, "%s", strerror(number));
	if (isupper((unsigned char)reason[0]) && !isupper((unsigned char)reason[1]))
		reason[0] = (char)tolower((unsigned char)reason[0]);
	gd_hdf5_fail(hdf5, NULL, "%s", reason);
}

void gd_hdf5_notice_disk(gd_hdf5 *hdf5)
{
	if (hdf5->sink && hdf5->sink->error)
		fail_with_errno(hdf5, hdf5->sink->error);
}

void gd_hdf5_fail_in_library(gd_hdf5 *hdf5, const char *object, const char *doing)
{
	char words[256];
	gd_hdf5_innermost_error(words, sizeof words);
	gd_hdf5_notice_disk(hdf5);
	if (words[0])
		gd_hdf5_fail(hdf5, object, "%s (HDF5: %s)", doing, words);
	else
		gd_hdf5_fail(hdf5, object, "%s", doing);
}

void gd_hdf5_fail_out_of_memory(gd_hdf5 *hdf5, const char *what)
{
	if (!gd_hdf5_failed(hdf5))
		hdf5->status = gd_out_of_memory(what);
}

/* ---- open ---- */

static void begin(gd_hdf5 *hdf5, const char *name, bool writing)
{
	*hdf5 = (gd_hdf5){.name = name, .file = -1, .writing = writing, .status = gd_ok()};
	gd_hdf5_quiet();
}

/* Groups and headers of HDF5 1.8's format: their metadata is checksummed. */
static void create_file(gd_hdf5 *hdf5)
{
	hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = creation < 0 ? -1 : H5Pcreate(H5P_FILE_ACCESS);
	bool ready = access >= 0 && gd_hdf5_sink_attach(hdf5->sink, access) && H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
		H5Pset_obj_track_times(creation, false) >= 0;
	if (ready)
		hdf5->file = H5Fcreate(hdf5->name, H5F_ACC_TRUNC, creation, access);
	if (hdf5->file < 0)
		gd_hdf5_fail_in_library(hdf5, NULL, "cannot create the file");
	if (creation >= 0)
		H5Pclose(creation);
	if (access >= 0)
		H5Pclose(access);
}

/* `path`: NULL in memory. */
static void create_sink(gd_hdf5 *hdf5, const char *path)
{
	hdf5->sink = calloc(1, sizeof *hdf5->sink);
	if (!hdf5->sink) {
		gd_hdf5_fail_out_of_memory(hdf5, "an open file");
		return;
	}
	hdf5->sink->driver = -1;
	hdf5->sink->descriptor = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	if (path && hdf5->sink->descriptor < 0) {
		fail_with_errno(hdf5, errno);
		return;
	}
	create_file(hdf5);
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_create(gd_hdf5 *hdf5, const char *path, const char *name)
{
	begin(hdf5, name, true);
	create_sink(hdf5, path);
}

void gd_hdf5_create_image(gd_hdf5 *hdf5, const char *name)
{
	begin(hdf5, name, true);
	create_sink(hdf5, NULL);
}

/* The file is whole only now. */
static void close_file(gd_hdf5 *hdf5)
{
	if (hdf5->file >= 0 && H5Fclose(hdf5->file) < 0)
		gd_hdf5_fail_in_library(hdf5, NULL, "cannot close the file");
	hdf5->file = -1;
	gd_hdf5_notice_disk(hdf5);
}

void gd_hdf5_take_image(gd_hdf5 *hdf5, size_t room, void **bytes, size_t *size)
{
	*bytes = NULL;
	*size = 0;
	close_file(hdf5);
	if (gd_hdf5_failed(hdf5))
		return;
	void *image = realloc(hdf5->sink->bytes, hdf5->sink->size + room);
	if (!image) {
		gd_hdf5_fail_out_of_memory(hdf5, "a file built in memory");
		return;
	}
	*bytes = image;
	*size = hdf5->sink->size;
	hdf5->sink->bytes = NULL;
}

gd_status gd_hdf5_finish_image(gd_hdf5 *hdf5, void **bytes, size_t *size)
{
	gd_hdf5_take_image(hdf5, GD_DIGEST_BYTES, bytes, size);
	gd_status status = gd_hdf5_close(hdf5);
	if (gd_failed(&status)) {
		free(*bytes);
		*bytes = NULL;
		*size = 0;
		return status;
	}
	gd_digest_append(*bytes, *size);
	*size += GD_DIGEST_BYTES;
	return status;
}

/* `bytes`, or a descriptor that is ours from here on. */
static void open_file(gd_hdf5 *hdf5, const void *bytes, int descriptor)
{
	hdf5->sink = calloc(1, sizeof *hdf5->sink);
	if (!hdf5->sink) {
		gd_hdf5_fail_out_of_memory(hdf5, "an open file");
		if (descriptor >= 0)
			close(descriptor);
		return;
	}
	/* A file opened read-only is never written, so the const may go. */
	*hdf5->sink = (gd_hdf5_sink){.descriptor = descriptor, .reading = true, .driver = -1, .bytes = (char *)(uintptr_t)bytes, .size = hdf5->size};
	hid_t access = H5Pcreate(H5P_FILE_ACCESS);
	if (access >= 0 && gd_hdf5_sink_attach(hdf5->sink, access))
		hdf5->file = H5Fopen(hdf5->name, H5F_ACC_RDONLY, access);
	if (hdf5->file < 0)
		gd_hdf5_fail_in_library(hdf5, NULL, "the file is damaged or cut short");
	if (access >= 0)
		H5Pclose(access);
}

/* Says what the file is instead of HDF5, where its first bytes tell. */
static void fail_by_kind(gd_hdf5 *hdf5, const void *bytes, size_t size)
{
	const gd_magic *kind = gd_magic_find(bytes, size);
	size_t look = size < 256 ? size : 256, bad;
	bool text = gd_magic_packing(bytes, size) == GD_PACKING_NONE && !memchr(bytes, '\0', look) && (gd_utf8_valid(bytes, look, &bad) || bad + 4 > look);
	if (gd_magic_packing(bytes, size) != GD_PACKING_NONE)
		gd_hdf5_fail(hdf5, NULL, "it is not an HDF5 file but compressed; if it is a table: genre-dist preprocess FILE --target COLUMN");
	else if (kind)
		gd_hdf5_fail(hdf5, NULL, "it is not an HDF5 file but %s", kind->noun);
	else if (text)
		gd_hdf5_fail(hdf5, NULL, "it is not an HDF5 file but text; if it is a table: genre-dist preprocess FILE --target COLUMN");
	else
		gd_hdf5_fail(hdf5, NULL, "it is not an HDF5 file");
}

static void open_image(gd_hdf5 *hdf5, const void *bytes, size_t size)
{
	hdf5->size = size;
	if (!size)
		gd_hdf5_fail(hdf5, NULL, "the file is empty");
	else if (!gd_superblock_present(bytes, size))
		fail_by_kind(hdf5, bytes, size);
	else if (!gd_superblock_common(bytes, size))
		gd_hdf5_fail(hdf5, NULL, "the file is damaged or cut short, or of an uncommon kind of HDF5");
	else
		open_file(hdf5, bytes, -1);
}

void gd_hdf5_open_image(gd_hdf5 *hdf5, const char *name, const void *bytes, size_t size)
{
	begin(hdf5, name, false);
	open_image(hdf5, bytes, size);
}

/* A file with a digest is small enough to be read whole; it is parsed only if the digest holds. */
static void open_digested(gd_hdf5 *hdf5, const char *path)
{
	size_t size, length;
	gd_status read = gd_file_read(path, GD_BAD_DATA, &hdf5->bytes, &size);
	if (gd_failed(&read))
		hdf5->status = read;
	else if (gd_digest_check(hdf5->bytes, size, &length) == GD_DIGEST_WRONG)
		gd_hdf5_fail(hdf5, NULL, "the file is damaged: its digest does not match its contents");
	else
		open_image(hdf5, hdf5->bytes, length);
	hdf5->digested = !gd_hdf5_failed(hdf5);
}

/* A sealed file may be large: it is read where it lies, once its structure is known to be sound. The descriptor is ours from here on. */
static void open_sealed(gd_hdf5 *hdf5, int descriptor)
{
	uint64_t length;
	int error;
	gd_digest_verdict verdict = gd_digest_trailer_check(descriptor, hdf5->size, &length, &error);
	if (error)
		fail_with_errno(hdf5, error);
	else if (verdict != GD_DIGEST_RIGHT)
		gd_hdf5_fail(hdf5, NULL, "the file is damaged: its digest does not match its contents");
	if (gd_hdf5_failed(hdf5)) {
		close(descriptor);
		return;
	}
	hdf5->size = (size_t)length;
	hdf5->digested = true;
	open_file(hdf5, NULL, descriptor);
}

static void open_existing(gd_hdf5 *hdf5, const char *path, bool ours)
{
	begin(hdf5, path, false);
	uint8_t head[GD_SUPERBLOCK_BYTES] = {0}, tail[GD_DIGEST_BYTES] = {0};
	struct stat info;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0 || fstat(descriptor, &info) != 0) {
		fail_with_errno(hdf5, errno);
		goto done;
	}
	if (!S_ISREG(info.st_mode)) {
		gd_hdf5_fail(hdf5, NULL, S_ISDIR(info.st_mode) ? "it is a directory, expected an HDF5 file" : "it is not a regular file");
		goto done;
	}
	hdf5->size = (size_t)info.st_size;
	ssize_t got = pread(descriptor, head, sizeof head, 0);
	if (got >= 0 && hdf5->size >= sizeof tail)
		got = pread(descriptor, tail, sizeof tail, (off_t)(hdf5->size - sizeof tail)) < 0 ? -1 : got;
	uint64_t end = gd_superblock_end(head, sizeof head);
	if (got < 0)
		fail_with_errno(hdf5, errno);
	else if (!hdf5->size)
		gd_hdf5_fail(hdf5, NULL, "the file is empty");
	else if (!gd_superblock_present(head, (size_t)got))
		fail_by_kind(hdf5, head, (size_t)got);
	else if (!gd_superblock_common(head, (size_t)got))
		gd_hdf5_fail(hdf5, NULL, "the file is damaged or cut short, or of an uncommon kind of HDF5");
	else if (gd_digest_trailer_present(tail)) {
		open_sealed(hdf5, descriptor);
		descriptor = -1;
	} else if (gd_digest_present(tail))
		open_digested(hdf5, path);
	else if (end && end != hdf5->size)
		gd_hdf5_fail(hdf5, NULL, "the file is damaged or cut short: it has %zu bytes, expected %llu", hdf5->size, (unsigned long long)end);
	else {
		if (ours)
			gd_log_warning("'%s' has no digest, as if other tools had written it: damage may go unnoticed", path);
		open_file(hdf5, NULL, descriptor);
		descriptor = -1;
	}
done:
	if (descriptor >= 0)
		close(descriptor);
}

void gd_hdf5_open(gd_hdf5 *hdf5, const char *path)
{
	open_existing(hdf5, path, true);
}

void gd_hdf5_open_foreign(gd_hdf5 *hdf5, const char *path)
{
	open_existing(hdf5, path, false);
}

void gd_hdf5_reopen(gd_hdf5 *hdf5, const char *path)
{
	begin(hdf5, path, false);
	struct stat info;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0 || fstat(descriptor, &info) != 0) {
		fail_with_errno(hdf5, errno);
		if (descriptor >= 0)
			close(descriptor);
		return;
	}
	hdf5->size = (size_t)info.st_size;
	open_file(hdf5, NULL, descriptor);
}

gd_status gd_hdf5_close(gd_hdf5 *hdf5)
{
	close_file(hdf5);
	if (hdf5->sink) {
		if (hdf5->sink->descriptor >= 0 && close(hdf5->sink->descriptor) != 0)
			fail_with_errno(hdf5, errno);
		gd_hdf5_sink_release(hdf5->sink);
		if (hdf5->writing)
			free(hdf5->sink->bytes);
		free(hdf5->sink);
		hdf5->sink = NULL;
	}
	free(hdf5->bytes);
	hdf5->bytes = NULL;
	return hdf5->status;
}

bool gd_hdf5_has(gd_hdf5 *hdf5, const char *path)
{
	if (gd_hdf5_failed(hdf5))
		return false;
	/* H5Lexists answers only for the last component of a path. */
	char prefix[256];
	size_t length = strlen(path);
	if (length >= sizeof prefix)
		return false;
	for (size_t end = 1; end <= length; end++) {
		if (end < length && path[end] != '/')
			continue;
		memcpy(prefix, path, end);
		prefix[end] = '\0';
		if (H5Lexists(hdf5->file, prefix, H5P_DEFAULT) <= 0 || H5Oexists_by_name(hdf5->file, prefix, H5P_DEFAULT) <= 0)
			return false;
	}
	return true;
}
