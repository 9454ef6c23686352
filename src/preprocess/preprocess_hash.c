#include "gd/preprocess/preprocess_hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/base/sha256_pieces.h"

/* A piece that is hashed beside others. */
typedef struct piece {
	gd_sha256 hash;
	int64_t at, end; /* of all files' bytes */
	int64_t start;   /* where `file` begins */
	int file, opened; /* its number; -1: not opened */
	char *bytes;     /* [STEP] */
} piece;

enum { STEP = 1 << 14, WORDS = 4 }; /* bytes of each that are read at a time; words of 64 bits of a digest */

/* Bytes [at, at + size) of the files. */
static gd_status read_piece(const gd_preprocess *run, piece *p, size_t size)
{
	for (size_t done = 0; done < size;) {
		while (p->at >= p->start + run->sizes[p->file]) {
			p->start += run->sizes[p->file++];
			if (p->opened >= 0)
				close(p->opened);
			p->opened = -1;
		}
		if (p->opened < 0)
			p->opened = open(run->paths[p->file], O_RDONLY | O_CLOEXEC);
		int64_t left = p->start + run->sizes[p->file] - p->at;
		ssize_t got = p->opened < 0 ? -1 : pread(p->opened, p->bytes + done, left < (int64_t)(size - done) ? (size_t)left : size - done, (off_t)(p->at - p->start));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return gd_file_error(GD_BAD_DATA, "read", run->names[p->file], errno);
		if (got == 0)
			return gd_error(GD_FAILED, "'%s' changed while it was read", run->names[p->file]);
		done += (size_t)got;
		p->at += got;
	}
	return gd_ok();
}

/* A step of all of them; `*more`: they go on. */
static gd_status hash_step(const gd_preprocess *run, piece *pieces, size_t count, bool *more)
{
	gd_sha256 *hashes[GD_SHA256_STREAMS];
	const uint8_t *bytes[GD_SHA256_STREAMS];
	size_t whole = 0;
	*more = false;
	for (size_t i = 0; i < count; i++) {
		piece *p = &pieces[i];
		size_t size = p->end - p->at < STEP ? (size_t)(p->end - p->at) : STEP;
		gd_status status = read_piece(run, p, size);
		if (gd_failed(&status))
			return status;
		if (size < STEP) {
			gd_sha256_update(&p->hash, p->bytes, size);
			continue;
		}
		hashes[whole] = &p->hash;
		bytes[whole++] = (const uint8_t *)p->bytes;
	}
	gd_sha256_update_together(hashes, bytes, whole, STEP / GD_SHA256_BLOCK);
	*more = whole > 0;
	return gd_ok();
}

/* The digests of pieces [first, first + count <= GD_SHA256_STREAMS) of `all` bytes. */
static gd_status hash_pieces(const gd_preprocess *run, int64_t first, size_t count, int64_t all, char *bytes, int64_t *digests)
{
	piece pieces[GD_SHA256_STREAMS];
	gd_status status = gd_ok();
	for (size_t i = 0; i < count; i++) {
		int64_t at = (first + (int64_t)i) * GD_SHA256_PIECE;
		pieces[i] = (piece){.at = at, .end = all - at < GD_SHA256_PIECE ? all : at + GD_SHA256_PIECE, .opened = -1, .bytes = bytes + i * STEP};
		gd_sha256_init(&pieces[i].hash);
	}
	for (bool more = true; more && !gd_failed(&status);)
		status = hash_step(run, pieces, count, &more);
	for (size_t i = 0; i < count; i++) {
		uint8_t digest[32];
		if (pieces[i].opened >= 0)
			close(pieces[i].opened);
		gd_sha256_finish(&pieces[i].hash, digest);
		memcpy(digests + (size_t)(first + (int64_t)i) * WORDS, digest, sizeof digest);
	}
	return status;
}

/* Of `all` bytes, so many pieces that all ranks are done at one time: to look for quotes takes about three quarters of the time to hash. */
static gd_share share_of(const gd_communicator *communicator, int64_t pieces, int64_t all, const int64_t *scanned)
{
	int64_t work = all, before = 0, sum = 0, mine = 0;
	for (int r = 0; scanned && r < communicator->size; r++)
		work += scanned[r] / 4 * 3;
	for (int r = 0; scanned && r < communicator->size; r++) {
		int64_t left = work / communicator->size - scanned[r] / 4 * 3;
		left = left > 0 ? left : 0;
		before += r < communicator->rank ? left : 0;
		mine = r == communicator->rank ? left : mine;
		sum += left;
	}
	if (!sum)
		return gd_share_of(pieces, communicator->rank, communicator->size);
	int64_t first = (int64_t)((__int128)pieces * before / sum);
	return (gd_share){first, (int64_t)((__int128)pieces * (before + mine) / sum) - first};
}

/* Each rank hashes its share of the pieces (gd/base/sha256_pieces.h). */
gd_status gd_preprocess_hash(gd_preprocess *run, const gd_status *mine, const int64_t *scanned)
{
	int64_t all = 0;
	for (int i = 0; i < run->options->input_count; i++)
		all += run->sizes[i];
	int64_t pieces = all > GD_SHA256_PIECE ? (all + GD_SHA256_PIECE - 1) / GD_SHA256_PIECE : 1;
	gd_share share = share_of(run->communicator, pieces, all, scanned);
	int64_t *digests = gd_allocate((size_t)pieces * WORDS, sizeof *digests);
	char *bytes = malloc((size_t)GD_SHA256_STREAMS * STEP);
	gd_status status = gd_failed(mine) || (digests && bytes) ? *mine : gd_out_of_memory("the source's digest");
	for (int64_t i = 0, some; i < share.count && !gd_failed(&status); i += some) {
		some = share.count - i < GD_SHA256_STREAMS ? share.count - i : GD_SHA256_STREAMS;
		status = hash_pieces(run, share.first + i, (size_t)some, all, bytes, digests);
	}
	/* Each piece's words are one rank's, to which zeros are added. */
	status = gd_together_sum(run->together, &status, digests, (size_t)pieces * WORDS);
	if (!gd_failed(&status)) {
		gd_sha256 hash;
		uint8_t digest[32];
		gd_sha256_init(&hash);
		gd_sha256_update(&hash, digests, (size_t)pieces * sizeof digest);
		gd_sha256_finish(&hash, digest);
		gd_sha256_hex(pieces > 1 ? digest : (const uint8_t *)digests, run->source_sha256);
	}
	free(digests);
	free(bytes);
	return status;
}
