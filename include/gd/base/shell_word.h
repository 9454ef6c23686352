/* Words for a POSIX shell, so that a command that is printed can be typed. Local. */
#ifndef GD_SHELL_WORD_H
#define GD_SHELL_WORD_H

enum { GD_SHELL_WORD_ROOM = 4 * 4096 + 5 };

/* The word as it is, or in single quotes where anything in it might mean something: into text [GD_SHELL_WORD_ROOM]; returns text, or the word as it is. */
const char *gd_shell_word(const char *word, char *text);
/* The same of a path where an option might stand: ./ is in front of one that begins with a dash. */
const char *gd_shell_path(const char *path, char *text);

#endif
