#include "gd/reader/table_text.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/magic.h"
#include "gd/reader/arff.h"
#include "gd/reader/stand_in.h"

enum { RAW = 1 << 16 };

struct gd_table_text {
	gd_input *input;
	const char *name; /* NULL: the input's */
	gd_charset charset;
	gd_decoder *decoder; /* NULL: it is UTF-8 */
	bool begun;          /* the byte-order mark is behind us */
	char raw[RAW];
	size_t raw_size, raw_used;
	gd_arff arff;
	size_t header_used, skipped; /* of it, so far */
	bool looked; /* for marks */
	gd_stand_in stand_in;
	char held[GD_STAND_IN_ROOM]; /* [held_size]: perhaps the beginning of a mark */
	size_t held_size;
	char *sample; /* the beginning, converted */
	size_t sample_size;
	bool whole;
};

const char *gd_table_text_name(const gd_table_text *text)
{
	return text->name ? text->name : gd_input_name(text->input);
}

static gd_status refuse_kind(const gd_table_text *text, const char *bytes, size_t size)
{
	const gd_magic *kind = gd_magic_find(bytes, size);
	if (!kind && bytes == text->sample && gd_magic_is_binary(bytes, size))
		kind = &gd_magic_binary;
	if (!kind)
		return gd_ok();
	return gd_error(GD_BAD_DATA, "cannot read '%s': it is %s%s, not a table of text; %s", gd_table_text_name(text), kind->noun,
		gd_input_packing(text->input) == GD_PACKING_NONE ? "" : " inside its packing", kind->advice);
}

static gd_status name_error(const gd_table_text *text, const gd_status *cause)
{
	return cause->code == GD_BAD_DATA ? gd_error(GD_BAD_DATA, "cannot read '%s': %s; --charset names another", gd_table_text_name(text), cause->message) : *cause;
}

/* Of an ARFF file, its header and its records make a CSV. Any other kind of file that is known is refused. */
static gd_status take_arff(gd_table_text *text)
{
	gd_status status = gd_arff_read(text->sample, text->sample_size, &text->arff);
	const gd_arff *arff = &text->arff;
	if (gd_failed(&status) || !arff->header)
		return gd_failed(&status) ? status : refuse_kind(text, text->sample, text->sample_size);
	const size_t rest = text->sample_size - arff->skip;
	/* No name is longer than its line. */
	memmove(text->sample + arff->size, text->sample + arff->skip, rest);
	memcpy(text->sample, arff->header, arff->size);
	text->sample_size = arff->size + rest;
	return status;
}

/* UTF-8 of the beginning, as much as there is of whole characters. */
static gd_status take_sample(gd_table_text *text, const char *bytes, size_t size)
{
	size_t taken = 0, put = 0;
	gd_status status = gd_ok();
	bytes += text->charset.mark;
	size -= text->charset.mark;
	size_t room = 3 * size + 1;
	text->sample = malloc(room);
	if (!text->sample)
		return gd_out_of_memory("reading a table");
	if (!text->decoder) {
		memcpy(text->sample, bytes, size);
		text->sample_size = size;
		return status;
	}
	do {
		status = gd_decoder_step(text->decoder, bytes, size, &taken, text->sample + text->sample_size, room - text->sample_size, &put);
		bytes += taken;
		size -= taken;
		text->sample_size += put;
	} while (!gd_failed(&status) && (taken || put) && size);
	gd_decoder_reset(text->decoder);
	/* It is read again, and refused in its place, where the lines are counted. */
	return status.code == GD_BAD_DATA ? gd_ok() : status;
}

gd_status gd_table_text_open(const char *path, const char *name, const char *spool, const char *charset, gd_table_text **opened)
{
	*opened = NULL;
	gd_table_text *text = calloc(1, sizeof *text);
	if (!text)
		return gd_out_of_memory("reading a table");
	text->name = name;
	size_t size = 0;
	const char *bytes = NULL;
	gd_status status = gd_input_open(path, spool, &text->input);
	if (!gd_failed(&status)) {
		bytes = gd_input_peek(text->input, &size);
		text->whole = size < GD_INPUT_PEEK;
		const gd_magic *kind = gd_magic_find(bytes, size);
		status = kind && kind != &gd_magic_arff ? refuse_kind(text, bytes, size) : gd_ok();
	}
	if (!gd_failed(&status))
		status = gd_charset_recognise(charset, bytes, size, text->whole, &text->charset);
	if (!gd_failed(&status))
		status = gd_decoder_open(&text->charset, &text->decoder);
	if (!gd_failed(&status))
		status = take_sample(text, bytes, size);
	if (!gd_failed(&status))
		status = take_arff(text);
	if (gd_failed(&status))
		gd_table_text_close(text);
	else
		*opened = text;
	return status;
}

const char *gd_table_text_peek(const gd_table_text *text, size_t *size, bool *whole)
{
	*size = text->sample_size;
	*whole = text->whole;
	return text->sample;
}

/* Reads on behind what is left. */
static gd_status fill(gd_table_text *text, gd_sha256_pieces *hash, size_t *got)
{
	if (text->raw_used < text->raw_size)
		memmove(text->raw, text->raw + text->raw_used, text->raw_size - text->raw_used);
	text->raw_size -= text->raw_used;
	text->raw_used = 0;
	gd_status status = gd_input_read(text->input, text->raw + text->raw_size, RAW - text->raw_size, got);
	if (hash)
		gd_sha256_pieces_update(hash, text->raw + text->raw_size, *got);
	text->raw_size += *got;
	return status;
}

static gd_status decode(gd_table_text *text, char *bytes, size_t size, gd_sha256_pieces *hash, size_t *got)
{
	size_t taken = 0, more = 0;
	*got = 0;
	for (;;) {
		gd_status status = gd_decoder_step(text->decoder, text->raw + text->raw_used, text->raw_size - text->raw_used, &taken, bytes, size, got);
		text->raw_used += taken;
		if (gd_failed(&status))
			return name_error(text, &status);
		if (*got)
			return status;
		status = fill(text, hash, &more);
		if (gd_failed(&status))
			return status;
		if (!more && text->raw_used < text->raw_size) {
			status = gd_error(GD_BAD_DATA, "it ends inside a character of %s", text->charset.name);
			return name_error(text, &status);
		}
		if (!more)
			return gd_ok();
	}
}

static gd_status read_text(gd_table_text *text, char *bytes, size_t size, gd_sha256_pieces *hash, size_t *got)
{
	gd_status status = gd_ok();
	*got = 0;
	if (!text->begun && text->charset.mark) {
		size_t step = 0;
		while (text->raw_size < text->charset.mark && !gd_failed(&status)) {
			status = fill(text, hash, &step);
			if (!step)
				break;
		}
		text->raw_used = text->charset.mark;
	}
	text->begun = true;
	if (gd_failed(&status))
		return status;
	if (text->decoder)
		return decode(text, bytes, size, hash, got);
	*got = text->raw_size - text->raw_used;
	if (*got) {
		*got = *got < size ? *got : size;
		memcpy(bytes, text->raw + text->raw_used, *got);
		text->raw_used += *got;
		return status;
	}
	status = gd_input_read(text->input, bytes, size, got);
	if (hash)
		gd_sha256_pieces_update(hash, bytes, *got);
	return status;
}

gd_status gd_table_text_find_marks(gd_table_text *text, const gd_dialect_options *options, const gd_stand_in **stand_in)
{
	size_t taken;
	*stand_in = &text->stand_in;
	if (text->looked || text->arff.lines)
		return gd_ok();
	text->looked = true;
	gd_status status = gd_stand_in_find(options, text->sample, text->sample_size, text->whole, &text->stand_in);
	if (!gd_failed(&status) && gd_stand_in_is(&text->stand_in))
		text->sample_size = gd_stand_in_put(&text->stand_in, text->sample, text->sample_size, true, &taken);
	return status;
}

static gd_status read_header_first(gd_table_text *text, char *bytes, size_t size, gd_sha256_pieces *hash, size_t *got)
{
	const size_t left = text->arff.size - text->header_used;
	if (left) {
		*got = left < size ? left : size;
		memcpy(bytes, text->arff.header + text->header_used, *got);
		text->header_used += *got;
		return gd_ok();
	}
	for (;;) {
		gd_status status = read_text(text, bytes, size, hash, got);
		const size_t more = text->arff.skip - text->skipped, off = more < *got ? more : *got;
		if (!off)
			return status;
		text->skipped += off;
		*got -= off;
		memmove(bytes, bytes + off, *got);
		if (*got || gd_failed(&status))
			return status;
	}
}

gd_status gd_table_text_read(gd_table_text *text, char *bytes, size_t size, gd_sha256_pieces *hash, size_t *got)
{
	if (!gd_stand_in_is(&text->stand_in))
		return read_header_first(text, bytes, size, hash, got);
	for (;;) {
		const size_t held = text->held_size;
		size_t more, taken;
		memcpy(bytes, text->held, held);
		gd_status status = read_header_first(text, bytes + held, size - held, hash, &more);
		if (gd_failed(&status))
			return status;
		*got = gd_stand_in_put(&text->stand_in, bytes, held + more, !more, &taken);
		text->held_size = held + more - taken;
		memcpy(text->held, bytes + taken, text->held_size);
		if (*got || !more)
			return status;
	}
}

gd_status gd_table_text_rewind(gd_table_text *text)
{
	text->raw_size = text->raw_used = text->header_used = text->skipped = text->held_size = 0;
	text->begun = false;
	if (text->decoder)
		gd_decoder_reset(text->decoder);
	return gd_input_rewind(text->input);
}

gd_status gd_table_text_seek(gd_table_text *text, int64_t offset)
{
	text->raw_size = text->raw_used = 0;
	text->begun = true;
	return gd_input_seek(text->input, offset);
}

bool gd_table_text_is_divisible(const gd_table_text *text)
{
	return !text->decoder && !text->arff.header && !gd_stand_in_is(&text->stand_in) && !gd_input_is_once(text->input) && gd_input_packing(text->input) == GD_PACKING_NONE;
}

bool gd_table_text_is_once(const gd_table_text *text)
{
	return gd_input_is_once(text->input);
}

const gd_charset *gd_table_text_charset(const gd_table_text *text)
{
	return &text->charset;
}

int64_t gd_table_text_arff_lines(const gd_table_text *text)
{
	return text->arff.lines;
}

gd_packing gd_table_text_packing(const gd_table_text *text)
{
	return gd_input_packing(text->input);
}

void gd_table_text_close(gd_table_text *text)
{
	if (!text)
		return;
	gd_input_close(text->input);
	gd_decoder_close(text->decoder);
	free(text->arff.header);
	free(text->sample);
	free(text);
}
