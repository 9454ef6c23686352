#include "gd/reader/stretch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/memory.h"
#include "gd/reader/scanner.h"

enum { BLOCK = 1 << 17 };

/* Looks at a block, and says whether more is wanted. */
typedef bool looker(void *context, const char *bytes, size_t size);

/* Goes over bytes [first, end) of a file, as many as there are. */
static gd_status go_over(const char *path, int64_t first, int64_t end, looker *look, void *context)
{
	gd_status status = gd_ok();
	bool more = true;
	char *bytes = malloc(BLOCK);
	if (!bytes)
		return gd_out_of_memory("reading a table");
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		status = gd_file_error(GD_BAD_DATA, "read", path, errno);
	while (first < end && more && !gd_failed(&status)) {
		ssize_t got = pread(file, bytes, end - first < BLOCK ? (size_t)(end - first) : BLOCK, (off_t)first);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			status = gd_file_error(GD_BAD_DATA, "read", path, errno);
		if (got <= 0)
			break;
		more = look(context, bytes, (size_t)got);
		first += got;
	}
	if (file >= 0)
		close(file);
	free(bytes);
	return status;
}

typedef struct search {
	int64_t place;
	gd_scanner scanner;
	uint32_t *ends;
} search;

static bool find_newline(void *context, const char *bytes, size_t size)
{
	search *s = context;
	const char *newline = memchr(bytes, '\n', size);
	s->place += newline ? newline - bytes + 1 : (int64_t)size;
	return !newline;
}

gd_status gd_stretch_cut(const char *path, int64_t from, int64_t size, int64_t *cut)
{
	search s = {.place = from - 1};
	gd_status status = go_over(path, from - 1, size, find_newline, &s);
	*cut = s.place;
	return status;
}

static gd_status begin_search(search *s, const gd_dialect *dialect)
{
	*s = (search){.ends = malloc((BLOCK + GD_SCANNER_SLACK) * sizeof *s->ends)};
	gd_scanner_init(&s->scanner, dialect);
	return s->ends ? gd_ok() : gd_out_of_memory("reading a table");
}

static bool scan_block(void *context, const char *bytes, size_t size)
{
	search *s = context;
	size_t count;
	if (s->scanner.state == GD_SCAN_QUOTED && !s->scanner.dialect->escaped && !memchr(bytes, s->scanner.dialect->quote, size))
		return true;
	size_t taken = gd_scanner_find(&s->scanner, bytes, size, 0, s->ends, &count);
	if (taken == size)
		return true;
	s->scanner.state = GD_SCAN_START;
	return false;
}

gd_status gd_stretch_scan(const char *path, const gd_dialect *dialect, int64_t first, int64_t end, bool open[2])
{
	search s;
	gd_status status = begin_search(&s, dialect);
	open[0] = open[1] = false;
	for (int quoted = 0; quoted < 2 && dialect->quote && !gd_failed(&status); quoted++) {
		gd_scanner_init(&s.scanner, dialect);
		s.scanner.state = quoted ? GD_SCAN_QUOTED : GD_SCAN_START;
		status = go_over(path, first, end, scan_block, &s);
		open[quoted] = s.scanner.state == GD_SCAN_QUOTED;
	}
	free(s.ends);
	return status;
}

/* Ends at the first newline outside quotes, and at a quote that may not be there. */
static bool find_outside(void *context, const char *bytes, size_t size)
{
	search *s = context;
	size_t count, taken = gd_scanner_find(&s->scanner, bytes, size, 0, s->ends, &count);
	for (size_t i = 0; i < count; i++) {
		if (bytes[s->ends[i]] == '\n' || bytes[s->ends[i]] == '\r') {
			s->place += s->ends[i] + 1;
			return false;
		}
	}
	s->place += (int64_t)taken;
	return taken == size;
}

gd_status gd_stretch_leave(const char *path, const gd_dialect *dialect, int64_t from, int64_t size, int64_t *place)
{
	search s;
	gd_status status = begin_search(&s, dialect);
	s.scanner.state = GD_SCAN_QUOTED;
	s.place = from;
	if (!gd_failed(&status))
		status = go_over(path, from, size, find_outside, &s);
	*place = s.place;
	free(s.ends);
	return status;
}

/* The byte behind the last one tells whether a return there is a line's end of its own. */
typedef struct lines {
	int64_t count, left;
	bool returned;
} lines;

static bool count_lines(void *context, const char *bytes, size_t size)
{
	lines *l = context;
	for (size_t i = 0; i < size; i++) {
		bool inside = l->left-- > 0;
		l->count += (inside && bytes[i] == '\n') + (l->returned && bytes[i] != '\n');
		l->returned = inside && bytes[i] == '\r';
	}
	return true;
}

gd_status gd_stretch_count_lines(const char *path, int64_t end, int64_t *count)
{
	lines l = {.left = end};
	gd_status status = go_over(path, 0, end + 1, count_lines, &l);
	*count = l.count;
	return status;
}
