#include "gd/table/dialect_lead.h"

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
