/* From a file's character set to UTF-8. Local. Source: the Unicode Standard, sections 3.9 and 23.8 (byte-order marks); conversion by iconv (POSIX). */
#ifndef GD_CHARSET_H
#define GD_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/status.h"

enum { GD_CHARSET_NAME = 32 };

typedef struct gd_charset {
	char name[GD_CHARSET_NAME]; /* as iconv knows it; "UTF-8" needs no conversion */
	size_t mark;                /* bytes of a byte-order mark */
	bool guessed;               /* UTF-8 because nothing speaks against it yet: a field that is not is taken for Windows-1252 */
	bool foreign;               /* Windows-1252 because it is no UTF-8, but its bytes are unlike what Western languages have */
} gd_charset;

/*
 * From a file's first bytes [size] (`whole`: that is all of it) and the user's word (NULL or "auto": none). A byte-order mark, or zeros in every other byte, tell UTF-16;
 * what is no UTF-8 is Windows-1252, which contains Latin-1. GD_USAGE for a name that iconv does not know.
 */
GD_CHECKED gd_status gd_charset_recognise(const char *wanted, const char *bytes, size_t size, bool whole, gd_charset *charset);

typedef struct gd_decoder gd_decoder;

/* Opens a conversion; `*decoder` is NULL where none is needed. */
GD_CHECKED gd_status gd_decoder_open(const gd_charset *charset, gd_decoder **decoder);
/*
 * Converts from [from_size] into to [to_size], and says how much of each; what is left of `from` is the beginning of a character. GD_BAD_DATA, with the reason alone, for
 * bytes that are no character; those that Windows-1252 leaves undefined become the control characters of that number.
 */
GD_CHECKED gd_status gd_decoder_step(gd_decoder *decoder, const char *from, size_t from_size, size_t *taken, char *to, size_t to_size, size_t *put);
/* Forgets what came before. */
void gd_decoder_reset(gd_decoder *decoder);
/* May be NULL. */
void gd_decoder_close(gd_decoder *decoder);

/* Windows-1252 text [size] as UTF-8, at most three bytes each and a zero behind, in `to`; returns its length. */
size_t gd_charset_western(const char *text, size_t size, char *to);

#endif
