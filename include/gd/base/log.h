/* Talk to people: stderr, one rank. Results go to stdout elsewhere. Local. */
#ifndef GD_LOG_H
#define GD_LOG_H

#include <stdbool.h>

typedef enum gd_log_level { GD_LOG_QUIET, GD_LOG_NORMAL, GD_LOG_VERBOSE } gd_log_level;

void gd_log_set_level(gd_log_level level);
gd_log_level gd_log_get_level(void);

/* Silences this process: every rank but one. Errors printed by gd_log_error still appear. */
void gd_log_mute(bool muted);
bool gd_log_muted(void);

/* `genre-dist: <message>`, unless quiet or muted. */
void gd_log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, only with --verbose. */
void gd_log_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* `genre-dist: warning: <message>`, unless muted. */
void gd_log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* `genre-dist: <message>`, always: one write(2), so that lines of several processes do not mix. */
void gd_log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether stderr is a terminal that wants a bar and colour (NO_COLOR and TERM=dumb say no). */
bool gd_log_terminal(void);

#endif
