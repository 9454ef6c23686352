/* Numbers with a decimal comma. Local. */
#ifndef GD_DECIMAL_H
#define GD_DECIMAL_H

/*
 * Turns one number in `text`, whatever unit stands around it, to the point: "1.234,5 kg" becomes "1,234.5 kg". Groups between points or blanks have three digits. What is no such
 * number, a date for one, stays as it is.
 */
void gd_decimal_turn(char *text);

#endif
