#include "gd/base/unfinished.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 16 };
static _Atomic(char *) standing[MOST];
static atomic_int owner; /* a child between fork and exec has the handler, and no files */

static void leave(int number)
{
	for (int i = 0; i < MOST && getpid() == owner; i++) {
		const char *path = standing[i];
		if (path)
			unlink(path);
	}
	signal(number, SIG_DFL);
	raise(number);
}

/* Whoever takes signals for something else, or ignores them, goes on doing so. */
static void take_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction before, action = {.sa_handler = leave};
	sigemptyset(&action.sa_mask);
	owner = getpid();
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (!sigaction(signals[i], NULL, &before) && !(before.sa_flags & SA_SIGINFO) && before.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
}

void gd_unfinished_add(const char *path)
{
	char *copy = strdup(path);
	take_signals();
	for (int i = 0; i < MOST && copy; i++) {
		char *none = NULL;
		if (atomic_compare_exchange_strong(&standing[i], &none, copy))
			return;
	}
	free(copy);
}

void gd_unfinished_remove(const char *path)
{
	for (int i = 0; i < MOST; i++) {
		char *known = standing[i];
		if (known && !strcmp(known, path) && atomic_compare_exchange_strong(&standing[i], &known, NULL)) {
			free(known);
			return;
		}
	}
}
