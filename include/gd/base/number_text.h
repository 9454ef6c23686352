/* Numbers as text, as printf writes them in the C locale, but without its cost. Local. */
#ifndef GD_NUMBER_TEXT_H
#define GD_NUMBER_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum { GD_NUMBER_TEXT_ROOM = 32 };

/* As "%.9g", with which a float reads back as it was. The text's length; there is no zero behind it. */
size_t gd_number_text_float(float value, char text[GD_NUMBER_TEXT_ROOM]);
/* The shortest of "%.15g", "%.16g" and "%.17g" that reads back as it was; nothing of NaN, "inf" or "-inf". The text's length; there is no zero behind it. */
size_t gd_number_text_double(double value, char text[GD_NUMBER_TEXT_ROOM]);
/* For a table's cell: as "%.*f", with a zero behind it; of large ones "%.4g", of NaN "-". Returns `text`. */
const char *gd_number_text_cell(double value, int decimals, char text[GD_NUMBER_TEXT_ROOM]);
/* As "%lld", of no negative number. */
size_t gd_number_text_count(int64_t value, char text[GD_NUMBER_TEXT_ROOM]);

#endif
