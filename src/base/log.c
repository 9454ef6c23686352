#include "gd/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static gd_log_level current_level = GD_LOG_NORMAL;
static bool silenced;

void gd_log_set_level(gd_log_level level)
{
	current_level = level;
}

gd_log_level gd_log_get_level(void)
{
	return current_level;
}

void gd_log_mute(bool muted)
{
	silenced = muted;
}

bool gd_log_muted(void)
{
	return silenced;
}

static void write_all(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDERR_FILENO, text, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return; /* there is nowhere left to complain */
		text += written;
		length -= (size_t)written;
	}
}

static void write_line(const char *prefix, const char *format, va_list arguments)
{
	int saved = errno;
	char room[2048], *line = room;
	size_t start = strlen(prefix);
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(room + start, sizeof room - start, format, arguments);
	size_t end = start + (length > 0 ? (size_t)length : 0);
	if (end + 1 > sizeof room) {
		line = malloc(end + 1);
		if (line) {
			vsnprintf(line + start, end + 1 - start, format, again);
		} else {
			line = room;
			end = sizeof room - 1;
		}
	}
	va_end(again);
	memcpy(line, prefix, start);
	/* Names of files and columns may hold anything, but a message is one line, and no command to a terminal. */
	for (size_t i = start; i < end; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == '\x7f')
			line[i] = '?';
	line[end] = '\n'; /* over the terminating zero: the line goes out in one write */
	write_all(line, end + 1);
	if (line != room)
		free(line);
	errno = saved;
}

void gd_log_note(const char *format, ...)
{
	if (silenced || current_level < GD_LOG_NORMAL)
		return;
	va_list arguments;
	va_start(arguments, format);
	write_line("genre-dist: ", format, arguments);
	va_end(arguments);
}

void gd_log_detail(const char *format, ...)
{
	if (silenced || current_level < GD_LOG_VERBOSE)
		return;
	va_list arguments;
	va_start(arguments, format);
	write_line("genre-dist: ", format, arguments);
	va_end(arguments);
}

void gd_log_warning(const char *format, ...)
{
	if (silenced)
		return;
	va_list arguments;
	va_start(arguments, format);
	write_line("genre-dist: warning: ", format, arguments);
	va_end(arguments);
}

void gd_log_error(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	write_line("genre-dist: ", format, arguments);
	va_end(arguments);
}

bool gd_log_terminal(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	if (no_color && no_color[0])
		return false;
	if (!terminal || !terminal[0] || strcmp(terminal, "dumb") == 0)
		return false;
	return isatty(STDERR_FILENO) == 1;
}
