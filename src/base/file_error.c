#include "gd/base/file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

gd_status gd_file_error(gd_code code, const char *verb, const char *path, int number)
{
	char reason[128];
	snprintf(reason, sizeof reason, "%s", strerror(number));
	if (isupper((unsigned char)reason[0]) && !isupper((unsigned char)reason[1]))
		reason[0] = (char)tolower((unsigned char)reason[0]);
	return gd_error(code, "cannot %s '%s': %s", verb, path, reason);
}
