#include "gd/run/run_status.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/parse.h"
#include "gd/base/process.h"
#include "gd/run/run_directory.h"
#include "gd/run/run_lock.h"

static const char file_name[] = "status.txt";
enum { SILENT_SECONDS = 30 };

typedef enum field_type { FIELD_INTEGER, FIELD_REAL, FIELD_FLAG } field_type;
#define AT(field) offsetof(gd_run_status, field)
static const struct {
	const char *name;
	field_type type;
	size_t offset;
} fields[] = {
	{"written", FIELD_INTEGER, AT(written)},
	{"ranks", FIELD_INTEGER, AT(ranks)},
	{"epoch", FIELD_INTEGER, AT(epoch)},
	{"epochs", FIELD_INTEGER, AT(epochs)},
	{"step", FIELD_INTEGER, AT(step)},
	{"steps", FIELD_INTEGER, AT(steps)},
	{"loss", FIELD_REAL, AT(loss)},
	{"accuracy", FIELD_REAL, AT(accuracy)},
	{"samples_per_second", FIELD_REAL, AT(samples_per_second)},
	{"seconds_left", FIELD_REAL, AT(seconds_left)},
	{"checkpoint_step", FIELD_INTEGER, AT(checkpoint_step)},
	{"checkpoint_written", FIELD_INTEGER, AT(checkpoint_written)},
	{"checkpoint_failed", FIELD_FLAG, AT(checkpoint_failed)},
};
#undef AT
enum { FIELDS = sizeof fields / sizeof fields[0] };

static void path_of(const char *directory, char path[GD_PATH_ROOM])
{
	snprintf(path, GD_PATH_ROOM, "%.4000s/%s", directory, file_name);
}

void gd_run_status_write(const char *directory, const gd_run_status *status)
{
	char path[GD_PATH_ROOM], temporary[GD_PATH_ROOM + 32];
	path_of(directory, path);
	snprintf(temporary, sizeof temporary, "%s.%ld-0.tmp", path, (long)getpid());
	FILE *out = fopen(temporary, "we");
	if (!out)
		return;
	fprintf(out, "state = %s\n", status->state);
	for (int i = 0; i < FIELDS; i++) {
		const void *value = (const char *)status + fields[i].offset;
		if (fields[i].type == FIELD_INTEGER)
			fprintf(out, "%s = %" PRId64 "\n", fields[i].name, *(const int64_t *)value);
		else if (fields[i].type == FIELD_REAL)
			fprintf(out, "%s = %.6g\n", fields[i].name, *(const double *)value);
		else
			fprintf(out, "%s = %s\n", fields[i].name, *(const bool *)value ? "yes" : "no");
	}
	bool whole = !ferror(out);
	if (fclose(out) || !whole || rename(temporary, path))
		unlink(temporary);
}

/* One line, its end cut off. */
static bool take_line(gd_run_status *status, char *line)
{
	char *value = strstr(line, " = ");
	if (!value)
		return false;
	*value = '\0';
	value += 3;
	if (!strcmp(line, "state")) {
		snprintf(status->state, sizeof status->state, "%s", value);
		return true;
	}
	for (int i = 0; i < FIELDS; i++) {
		void *place = (char *)status + fields[i].offset;
		if (strcmp(line, fields[i].name))
			continue;
		if (fields[i].type == FIELD_INTEGER)
			return gd_parse_int64(value, place);
		if (fields[i].type == FIELD_REAL)
			return gd_parse_double(value, place);
		*(bool *)place = !strcmp(value, "yes");
		return true;
	}
	return true; /* of a newer version */
}

bool gd_run_status_read(const char *directory, gd_run_status *status)
{
	char path[GD_PATH_ROOM], line[256];
	int lines = 0;
	bool sound = true;
	path_of(directory, path);
	*status = (gd_run_status){.checkpoint_step = -1};
	FILE *in = fopen(path, "re");
	if (!in)
		return false;
	for (; sound && fgets(line, sizeof line, in); lines++) {
		line[strcspn(line, "\n")] = '\0';
		sound = take_line(status, line);
	}
	fclose(in);
	return sound && lines > FIELDS && status->state[0];
}

/* "1 h 02 min", "3 min 20 s", "12 s" */
static const char *duration(double seconds, char text[32])
{
	long whole = seconds < 0 ? 0 : seconds > 1e9 ? 1000000000 : (long)seconds;
	if (whole >= 3600)
		snprintf(text, 32, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
	else if (whole >= 60)
		snprintf(text, 32, "%ld min %02ld s", whole / 60, whole % 60);
	else
		snprintf(text, 32, "%ld s", whole);
	return text;
}

static void print_state(FILE *out, const char *directory, const gd_run_status *s)
{
	gd_lock_owner owner;
	char text[32];
	int64_t silent = (int64_t)time(NULL) - s->written;
	if (strcmp(s->state, "training")) {
		fprintf(out, "%s", s->state);
		return;
	}
	bool locked = gd_run_lock_read(directory, &owner);
	gd_process_state life = locked ? gd_process_look(&owner.process) : GD_PROCESS_DEAD;
	if (life == GD_PROCESS_DEAD)
		fprintf(out, "interrupted: its process is gone; go on with train --resume");
	else
		fprintf(out, "training (process %" PRId64 " on %s)", owner.process.number, owner.process.host);
	if (life != GD_PROCESS_DEAD && silent > SILENT_SECONDS)
		fprintf(out, ", without news for %s", duration((double)silent, text));
}

void gd_run_status_print(FILE *out, const char *directory, const gd_run_status *s)
{
	char text[32];
	fprintf(out, "state            ");
	print_state(out, directory, s);
	fprintf(out, "\nepoch            %" PRId64 " of %" PRId64 "\nstep             %" PRId64 " of %" PRId64 "\n", s->epoch, s->epochs, s->step, s->steps);
	fprintf(out, "loss             %.4f (%s), accuracy %.4f\n", s->loss, strcmp(s->state, "finished") ? "this epoch so far" : "last epoch", s->accuracy);
	fprintf(out, "speed            %.4g samples/s on %" PRId64 " rank%s\n", s->samples_per_second, s->ranks, s->ranks > 1 ? "s" : "");
	if (!strcmp(s->state, "training"))
		fprintf(out, "time left        %s\n", s->seconds_left < 0 ? "not known yet" : duration(s->seconds_left, text));
	if (s->checkpoint_step < 0) {
		fprintf(out, "last checkpoint  none by this process yet");
	} else {
		char iso[21];
		gd_time_iso(s->checkpoint_written, iso);
		fprintf(out, "last checkpoint  step %" PRId64 ", %s", s->checkpoint_step, iso);
	}
	fprintf(out, "%s\n", s->checkpoint_failed ? "; the last try to write one failed" : "");
}
