#include "gd/reader/arff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool begins(const char *at, const char *end, const char *word)
{
	const size_t length = strlen(word);
	return (size_t)(end - at) > length && !strncasecmp(at, word, length) && strchr(" \t\r\n", at[length]);
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/* The name in front of an attribute's type, to `out`; how many bytes. */
static size_t take_name(const char *at, const char *end, char *out)
{
	size_t length = 0;
	const char quote = at < end && (*at == '\'' || *at == '"') ? *at++ : '\0';
	for (; at < end && (quote ? *at != quote : !strchr(" \t{", *at)); at++) {
		at += *at == '\\' && at + 1 < end;
		out[length++] = strchr(",\"'\t\\", *at) ? '_' : *at;
	}
	return length;
}

gd_status gd_arff_read(const char *bytes, size_t size, gd_arff *arff)
{
	const char *at = bytes, *end = bytes + size, *line;
	bool relation = false, data = false;
	*arff = (gd_arff){0};
	char *header = malloc(size + 1);
	if (!header)
		return gd_out_of_memory("reading a table");
	for (; at < end && !data; at = line + 1) {
		line = memchr(at, '\n', (size_t)(end - at));
		if (!line)
			break;
		arff->lines++;
		at = skip_blanks(at, line);
		const char *last = line > at && line[-1] == '\r' ? line - 1 : line;
		relation = relation || begins(at, line + 1, "@relation");
		data = begins(at, line + 1, "@data");
		if (!relation && at < last && *at != '%')
			break;
		if (!begins(at, line + 1, "@attribute"))
			continue;
		const char *name = skip_blanks(at + strlen("@attribute"), last);
		arff->size += take_name(name, last, header + arff->size);
		header[arff->size++] = ',';
	}
	arff->skip = (size_t)(at - bytes);
	/* Behind remarks and empty lines, { begins a sparse record. */
	while (at < end && (*at == '\n' || *at == '\r' || *at == '%')) {
		line = memchr(at, '\n', (size_t)(end - at));
		at = line ? line + 1 : end;
	}
	if (!relation || !data || !arff->size || (at < end && *at == '{')) {
		*arff = (gd_arff){0};
		free(header);
		return gd_ok();
	}
	header[arff->size - 1] = '\n';
	arff->header = header;
	return gd_ok();
}

void gd_arff_write(gd_dialect_options *options, const char *bytes, size_t size)
{
	options->header = GD_HEADER_YES;
	if (!options->comment || !strcmp(options->comment, "auto"))
		options->comment = "%";
	if (!options->quote || !strcmp(options->quote, "auto"))
		options->quote = !memchr(bytes, '\'', size) && memchr(bytes, '"', size) ? "\\\"" : "\\'";
}
