#include "gd/reader/dialect_lead.h"

#include <string.h>
#include <strings.h>

size_t gd_lead_line_length(const char *bytes, size_t size)
{
	size_t length = 0;
	while (length < size && bytes[length] != '\n' && bytes[length] != '\r')
		length++;
	return length;
}

size_t gd_lead_next_line(const char *bytes, size_t size)
{
	size_t at = gd_lead_line_length(bytes, size);
	if (at < size && bytes[at] == '\r' && at + 1 < size && bytes[at + 1] == '\n')
		at++;
	return at < size ? at + 1 : size;
}

bool gd_lead_is_separator(const char *bytes, size_t size, char *delimiter)
{
	size_t length = gd_lead_line_length(bytes, size), quoted = length > 1 && bytes[0] == '"' && bytes[length - 1] == '"';
	if (length - 2 * quoted != 5 || strncasecmp(bytes + quoted, "sep=", 4) != 0)
		return false;
	*delimiter = bytes[quoted + 4];
	return true;
}

size_t gd_lead_skip_comments(const char *bytes, size_t size, char comment, int *lines, size_t *last)
{
	size_t at = 0, behind = 0;
	int passed = 0;
	*lines = 0;
	while (at < size) {
		size_t length = gd_lead_line_length(bytes + at, size - at);
		if (length && bytes[at] != comment)
			break;
		passed++;
		if (length)
			*last = at;
		at += gd_lead_next_line(bytes + at, size - at);
		if (length) {
			*lines = passed;
			behind = at;
		}
		if (length)
			continue;
	}
	/* Nothing but comments: then they are records. */
	if (at >= size)
		*lines = 0;
	return at >= size ? 0 : behind;
}

/* Cells of three dashes and more, or of dashes and a colon, and what may stand between them; a title that is underlined is one cell. */
static bool is_rule(const char *line, size_t length)
{
	int dashes = 0, colons = 0, cells = 0;
	for (size_t i = 0; i <= length; i++) {
		if (i < length && (line[i] == '-' || line[i] == '=')) {
			dashes++;
		} else if (i < length && line[i] == ':') {
			colons++;
		} else if (i == length || (line[i] && strchr("+| \t,;", line[i]))) {
			cells += dashes > 2 || (dashes && colons);
			dashes = colons = 0;
		} else {
			return false;
		}
	}
	return cells > 1;
}

/* Of dashes alone, as SAP draws them above and below a header in bars. */
static bool is_line(const char *line, size_t length)
{
	enum { SHORTEST = 10 };
	size_t i = 0;
	while (i < length && line[i] == '-')
		i++;
	return i == length && length >= SHORTEST;
}

/* "(300 rows)", "300 rows in set (0.01 sec)", "[300 rows x 5 columns]". */
static bool is_count(const char *line, size_t length)
{
	const char *word = " row";
	size_t i = length && (*line == '(' || *line == '['), digits = i;
	while (i < length && line[i] >= '0' && line[i] <= '9')
		i++;
	return i > digits && length - i >= 4 && !strncasecmp(line + i, word, 4);
}

bool gd_lead_is_drawn(const char *line, size_t length)
{
	return length && strchr("-=+|:([0123456789", *line) && *line && (is_rule(line, length) || is_line(line, length) || is_count(line, length));
}

bool gd_lead_is_ruled(const char *bytes, size_t size)
{
	enum { LINES = 6 }; /* a title may be in front of a list in bars */
	for (int line = 0; line < LINES && size; line++) {
		const size_t next = gd_lead_next_line(bytes, size), length = gd_lead_line_length(bytes, size);
		if ((line < 2 && is_rule(bytes, length)) || (is_line(bytes, length) && next < size && bytes[next] == '|'))
			return true;
		bytes += next;
		size -= next;
	}
	return false;
}
