#include "gd/base/process.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void read_line(const char *path, char *line, int room)
{
	*line = '\0';
	FILE *file = fopen(path, "r");
	if (!file)
		return;
	if (!fgets(line, room, file))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(file);
}

/* State letter and start of a process by /proc; 0 where that does not show it. */
static char read_state(int64_t number, uint64_t *started)
{
	char path[64], line[1024];
	snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", number);
	read_line(path, line, sizeof line);
	/* The second field is the program's name in parentheses, which may hold anything; the start is the 22nd. */
	const char *rest = strrchr(line, ')');
	char state;
	if (!rest || sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %" SCNu64, &state, started) != 2)
		return '\0';
	return state;
}

gd_process gd_process_self(void)
{
	gd_process self = {.number = getpid()};
	if (gethostname(self.host, sizeof self.host - 1))
		strcpy(self.host, "unknown");
	read_line("/proc/sys/kernel/random/boot_id", self.boot, sizeof self.boot);
	ssize_t length = readlink("/proc/self/ns/pid", self.name_space, sizeof self.name_space - 1);
	self.name_space[length > 0 ? length : 0] = '\0';
	if (!read_state(self.number, &self.started))
		self.started = 0;
	return self;
}

gd_process_state gd_process_look(const gd_process *process)
{
	gd_process self = gd_process_self();
	if (!*process->boot || strcmp(process->boot, self.boot) || strcmp(process->name_space, self.name_space) || process->number < 1)
		return GD_PROCESS_UNKNOWN;
	uint64_t started = 0;
	char state = read_state(process->number, &started);
	if (state)
		return state != 'Z' && state != 'X' && started == process->started ? GD_PROCESS_ALIVE : GD_PROCESS_DEAD;
	/* Either there is none, or /proc hides those of other users. */
	return kill((pid_t)process->number, 0) < 0 && errno == ESRCH ? GD_PROCESS_DEAD : GD_PROCESS_UNKNOWN;
}
