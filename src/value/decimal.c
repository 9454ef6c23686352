#include "gd/value/decimal.h"

#include "gd/value/quantity.h"

#include <stdbool.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void gd_decimal_turn(char *text)
{
	char *at = text + strcspn(text, "0123456789,");
	/* A fraction alone has no digit before its comma. */
	char *first = at, *comma = NULL;
	while (is_digit(*at))
		at++;
	size_t mark;
	if (at > first && at - first <= 3 && *first != '0')
		while ((mark = *at == '.' ? 1 : gd_quantity_gap(at)) && is_digit(at[mark]) && is_digit(at[mark + 1]) && is_digit(at[mark + 2]) && !is_digit(at[mark + 3]))
			at += mark + 3;
	if (*at == ',' && is_digit(at[1])) {
		comma = at++;
		while (is_digit(*at))
			at++;
	}
	/* A second number, or a longer chain of marks, is something else. */
	const char *rest = at;
	if ((*rest == 'e' || *rest == 'E') && (is_digit(rest[1]) || ((rest[1] == '-' || rest[1] == '+') && is_digit(rest[2]))))
		rest += 2 + strspn(rest + 2, "0123456789");
	if (*rest == '.' || *rest == ',' || rest[strcspn(rest, "0123456789")])
		return;
	for (char *c = first; c < at; c++)
		if (*c == '.')
			*c = ',';
	if (comma)
		*comma = '.';
}
