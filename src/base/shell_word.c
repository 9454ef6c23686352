#include "gd/base/shell_word.h"

#include <string.h>

const char *gd_shell_word(const char *word, char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./,:=+@%-";
	char *end = text;
	if ((*word && word[strspn(word, plain)] == '\0') || strlen(word) > 4096)
		return word;
	*end++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			end = stpcpy(end, "'\\''");
		else
			*end++ = *word;
	}
	strcpy(end, "'");
	return text;
}

const char *gd_shell_path(const char *path, char *text)
{
	if (*path != '-' || strlen(path) > 4096)
		return gd_shell_word(path, text);
	const char *word = gd_shell_word(path, text + 2);
	memmove(text + 2, word, strlen(word) + 1);
	memcpy(text, "./", 2);
	return text;
}
