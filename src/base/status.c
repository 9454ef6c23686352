#include "gd/base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

gd_status gd_error(gd_code code, const char *format, ...)
{
	gd_status status;
	status.code = code;
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(status.message, sizeof status.message, format, arguments);
	va_end(arguments);
	if (length < 0)
		status.message[0] = '\0';
	else if ((size_t)length >= sizeof status.message)
		memcpy(status.message + sizeof status.message - 4, "...", 4);
	return status;
}

gd_status gd_out_of_memory(const char *what)
{
	return gd_error(GD_FAILED, "out of memory for %s", what);
}
