/* Text to values, strictly: the whole text, no locale, no silent overflow. Local. */
#ifndef GD_PARSE_H
#define GD_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Leading and trailing blanks (spaces, tabs) are allowed; anything else beside the decimal number is not, hexadecimal
 * included. `nan`, `inf` and `infinity` in either case are read as such: whether they are welcome is the caller's
 * matter. A number too large for the type is refused, one too small for a double is the nearest (0). On refusal
 * `*value` is as before. */
bool gd_parse_double(const char *text, double *value);
/* The same of a text of which the length is known, and of which GD_PARSE_NEAR bytes may be read whatever it is: short numbers take less time. */
enum { GD_PARSE_NEAR = 9 };
bool gd_parse_near(const char *text, size_t length, double *value);
/* The same with `mark` ('.' or ',') between whole and fraction. */
bool gd_parse_decimal(const char *text, char mark, double *value);
bool gd_parse_int64(const char *text, int64_t *value);
/* Bytes: a number without sign, then perhaps K, M, G or T (of 1024, 1024^2, ...), in either case. */
bool gd_parse_size(const char *text, int64_t *bytes);

/* Well-formed UTF-8 (no surrogates, no overlong forms); else the offset of the first bad byte in `*bad`. */
bool gd_utf8_valid(const void *bytes, size_t length, size_t *bad);

/* Smallest number of edits between two words (insert, delete, replace, swap neighbours; no part edited twice): for
 * "did you mean". At most 64 bytes of each count. */
int gd_edit_distance(const char *a, const char *b);

#endif
