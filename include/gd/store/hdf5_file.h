/*
 * HDF5 files by path names: what the dataset, checkpoint and metrics files have in common. Local.
 *
 * Errors stick: the first failure is kept in `status`, every later call does nothing, so that a file is written or read line by line and
 * judged once. After a failed get, values are zero and pointers NULL. Objects are named by their path in the file ("model/dense_0/weight",
 * "/" for the root). No identifier but that of the file outlives a call.
 *
 * Files have version 2 superblocks and object headers (HDF5 1.8), whose metadata is checksummed; no object carries a time, so that equal
 * contents are equal bytes.
 */
#ifndef GD_HDF5_FILE_H
#define GD_HDF5_FILE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/features/preprocessing.h"
#include "gd/store/file_kind.h"
#include "gd/store/history.h"

typedef struct gd_hdf5 {
	const char *name;  /* path for messages; the caller's */
	hid_t file;
	bool writing;
	bool digested;     /* a digest behind its end was checked */
	size_t size;       /* bytes of a file that is read: nothing in it may claim more */
	struct gd_hdf5_sink *sink; /* of a file that is written */
	void *bytes;       /* of a file that was read into memory whole */
	gd_status status;  /* the first failure */
} gd_hdf5;

/* ---- open and close: each may be called on its own; gd_hdf5_close is called whatever happened before ---- */

/* A new file at `path`, which is written as it grows. `name` is what messages call it. Disk errors surface at the next call, or at the close. */
void gd_hdf5_create(gd_hdf5 *hdf5, const char *path, const char *name);
/* A new file in memory. */
void gd_hdf5_create_image(gd_hdf5 *hdf5, const char *name);
/* Finishes a file made by gd_hdf5_create_image: its bytes, with `room` more behind them for the caller; `*size` without these. Released with free(). */
void gd_hdf5_take_image(gd_hdf5 *hdf5, size_t room, void **bytes, size_t *size);
/* The same as a whole file, with its digest, and the close. On failure *bytes is NULL. */
GD_CHECKED gd_status gd_hdf5_finish_image(gd_hdf5 *hdf5, void **bytes, size_t *size);
/* An existing file; a digest behind its end is checked before anything else. No lock is taken: our files are replaced, never changed. */
void gd_hdf5_open(gd_hdf5 *hdf5, const char *path);
/* The same of any program's file: that it has no digest is nothing to warn of. */
void gd_hdf5_open_foreign(gd_hdf5 *hdf5, const char *path);
/* A file that gd_hdf5_open has found sound, here or on another rank; no digest is looked at again. */
void gd_hdf5_reopen(gd_hdf5 *hdf5, const char *path);
/* Bytes in memory, without any digest; they must stay until the close. */
void gd_hdf5_open_image(gd_hdf5 *hdf5, const char *name, const void *bytes, size_t size);
/* Releases everything; the first failure, that of the close included. */
GD_CHECKED gd_status gd_hdf5_close(gd_hdf5 *hdf5);
static inline bool gd_hdf5_failed(const gd_hdf5 *hdf5)
{
	return gd_failed(&hdf5->status);
}

/* Keeps a failure found by the caller, in the words "cannot read 'x.h5': 'model/dense_0': <message>"; `object` may be NULL. Sticks unless there is one. */
void gd_hdf5_fail(gd_hdf5 *hdf5, const char *object, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, and the innermost words of HDF5's own error stack behind the message: call it straight after the failed call. */
void gd_hdf5_fail_in_library(gd_hdf5 *hdf5, const char *object, const char *doing);
/* Fails with what the disk said, if it refused a write: before anything else is made of it. */
void gd_hdf5_notice_disk(gd_hdf5 *hdf5);
void gd_hdf5_fail_out_of_memory(gd_hdf5 *hdf5, const char *what);
/* The innermost description on HDF5's error stack; an empty string when there is none. */
void gd_hdf5_innermost_error(char *text, size_t room);
/* Silences HDF5's own printing. */
void gd_hdf5_quiet(void);

/* ---- root attributes ---- */

#define GD_FORMAT_VERSION 1
/* format, format_version, genre_dist_version, created (now), history. */
void gd_hdf5_put_root(gd_hdf5 *hdf5, gd_file_kind kind, const char *history);
gd_file_kind gd_hdf5_get_kind(gd_hdf5 *hdf5);
/* Refuses another kind of file, saying which it is and where the right one comes from, and a newer format version. */
void gd_hdf5_expect_kind(gd_hdf5 *hdf5, gd_file_kind kind);

/* ---- write ---- */

void gd_hdf5_put_group(gd_hdf5 *hdf5, const char *path);
/* Attributes of the object at `path`: UTF-8 text of variable length (what is no UTF-8 becomes '?'), 64-bit integers, doubles. */
void gd_hdf5_put_text(gd_hdf5 *hdf5, const char *path, const char *name, const char *text);
void gd_hdf5_put_integer(gd_hdf5 *hdf5, const char *path, const char *name, int64_t value);
void gd_hdf5_put_unsigned(gd_hdf5 *hdf5, const char *path, const char *name, uint64_t value);
void gd_hdf5_put_real(gd_hdf5 *hdf5, const char *path, const char *name, double value);
/* One-dimensional; `count` may be 0. */
void gd_hdf5_put_integers(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, const int *values);
void gd_hdf5_put_reals(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, const float *values);

/* What an element is, in memory and (little-endian) in the file. */
typedef enum gd_element { GD_FLOAT32, GD_FLOAT64, GD_INT32, GD_INT64 } gd_element;

/* Of the arrays that this program writes and reads. */
enum { GD_HDF5_DIMENSIONS = 3 };

typedef struct gd_hdf5_array {
	gd_element element;
	int rank;               /* 1 to GD_HDF5_DIMENSIONS */
	hsize_t shape[GD_HDF5_DIMENSIONS];
	hsize_t chunk[2];       /* with fletcher32 checksums; 0: contiguous without */
	bool deflated;          /* its chunks, before their checksums */
	const char *units, *long_name;
} gd_hdf5_array;
/* `values` may be NULL: chunks follow, beside HDF5 (gd_hdf5_place_chunks). */
void gd_hdf5_put_array(gd_hdf5 *hdf5, const char *path, const gd_hdf5_array *array, const void *values);
/*
 * Room for chunks [first, first + count) of such an array, in the order of their rows, of `stored` bytes each with their checksums, or 0: those of a whole chunk that is not deflated. places [count] become
 * where they lie in the file. Nothing is written there; the caller does, each chunk with its checksum (gd/store/chunk_kernels.h) behind it, any time before the file is read. A chunk has room once.
 */
void gd_hdf5_place_chunks(gd_hdf5 *hdf5, const char *path, size_t first, size_t count, size_t stored, uint64_t *places);
/* A scalar text, or [count] of them. */
void gd_hdf5_put_document(gd_hdf5 *hdf5, const char *path, const char *text, const char *long_name);
void gd_hdf5_put_texts(gd_hdf5 *hdf5, const char *path, size_t count, char *const *texts, const char *long_name);
/* Makes a dataset a dimension scale called `label`, and binds it to dimension `dimension` of another. */
void gd_hdf5_put_scale(gd_hdf5 *hdf5, const char *path, const char *label);
void gd_hdf5_bind_scale(gd_hdf5 *hdf5, const char *path, unsigned dimension, const char *scale);

/* ---- read ---- */

bool gd_hdf5_has(gd_hdf5 *hdf5, const char *path);
bool gd_hdf5_has_attribute(gd_hdf5 *hdf5, const char *path, const char *name);
char *gd_hdf5_get_text(gd_hdf5 *hdf5, const char *path, const char *name, gd_arena *arena);
/* Within [minimum, maximum]. */
int64_t gd_hdf5_get_integer(gd_hdf5 *hdf5, const char *path, const char *name, int64_t minimum, int64_t maximum);
uint64_t gd_hdf5_get_unsigned(gd_hdf5 *hdf5, const char *path, const char *name);
double gd_hdf5_get_real(gd_hdf5 *hdf5, const char *path, const char *name);
/* At most `room`; returns how many. */
size_t gd_hdf5_get_integers(gd_hdf5 *hdf5, const char *path, const char *name, size_t room, int *values);
/* Exactly `count`. */
void gd_hdf5_get_reals(gd_hdf5 *hdf5, const char *path, const char *name, size_t count, float *values);
/* Names of the attributes of an object, in alphabetical order. */
char **gd_hdf5_get_attribute_names(gd_hdf5 *hdf5, const char *path, gd_arena *arena, size_t *count);

/* Shape of a dataset of this element and rank, 1 or 2; refuses one that claims more elements than the file has bytes stored for. */
void gd_hdf5_get_shape(gd_hdf5 *hdf5, const char *path, gd_element element, int rank, hsize_t shape[2]);
/* The whole of a dataset of exactly this element and shape [rank]. */
void gd_hdf5_get_array(gd_hdf5 *hdf5, const char *path, gd_element element, int rank, const hsize_t *shape, void *values);
char *gd_hdf5_get_document(gd_hdf5 *hdf5, const char *path, gd_arena *arena);
/* [*count] texts; when `*count` is not 0, exactly as many are expected. */
char **gd_hdf5_get_texts(gd_hdf5 *hdf5, const char *path, size_t *count, gd_arena *arena);

/* ---- the group `preprocessing`, in datasets and checkpoints alike ---- */

#define GD_FEATURE_SCALE "preprocessing/feature_names"
#define GD_CLASS_SCALE "preprocessing/class_names"
void gd_hdf5_put_preprocessing(gd_hdf5 *hdf5, const gd_preprocessing *preprocessing);
void gd_hdf5_get_preprocessing(gd_hdf5 *hdf5, gd_preprocessing *preprocessing);

/* ---- a group of metrics by epoch, in metrics files and checkpoints alike ---- */

void gd_hdf5_put_history(gd_hdf5 *hdf5, const char *group, const gd_history *history, bool checksummed);
/* `*history` is an empty one; released by the caller even after a failure. */
void gd_hdf5_get_history(gd_hdf5 *hdf5, const char *group, gd_history *history);

/* ---- between the readers ---- */

/*
 * One text of an attribute, or of a dataset (whose single element `space` selects; its type is `type`). Texts of fixed length, as other tools may have
 * written them, are read too.
 */
char *gd_hdf5_read_string(gd_hdf5 *hdf5, const char *object, hid_t id, bool attribute, hid_t type, hid_t space, gd_arena *arena);
const char *gd_hdf5_class_word(H5T_class_t class);
/* Releases an identifier of whatever kind, if it is one. */
static inline void gd_hdf5_drop(hid_t id)
{
	if (id >= 0)
		H5Idec_ref(id);
}
/* The file's and the memory's type of an element. */
hid_t gd_element_file_type(gd_element element);
hid_t gd_element_memory_type(gd_element element);
size_t gd_element_size(gd_element element);

#endif
