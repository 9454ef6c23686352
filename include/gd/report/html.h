/* Text into HTML and SVG, where names and paths are other people's. Local. */
#ifndef GD_HTML_H
#define GD_HTML_H

#include <stdio.h>

/* The text with what means something in HTML, XML or an attribute escaped; bytes that are no UTF-8 and control characters (but tab and line end) become '?'. */
void gd_html_text(FILE *out, const char *text);
/* The same, cut to `characters` with an ellipsis. */
void gd_html_excerpt(FILE *out, const char *text, int characters);
/* The same, with the ellipsis in the middle: what names have in common is often their beginning. */
void gd_html_shorten(FILE *out, const char *text, int characters);
/* printf, escaped; the result before escaping is cut at 4095 bytes. */
void gd_html_format(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
