#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_fixture.h"

const char *const unit_suite = "file";

static ino_t inode(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 ? info.st_ino : 0;
}

static void write_and_read(void)
{
	const char *directory = fresh_directory();
	char path[900];
	in_directory(path, directory, "model.h5");
	CHECK_OK(gd_file_write(path, "first", 5));
	CU_ASSERT(holds(path, "first"));
	CHECK_OK(gd_file_write(path, "the second", 10));
	CU_ASSERT(holds(path, "the second"));
	CHECK_OK(gd_file_write(path, "", 0));
	CU_ASSERT(holds(path, ""));
	CU_ASSERT_EQUAL(entries_of(directory), 1);
	size_t size, got;
	void *bytes;
	char *large = malloc(size = 3000001);
	for (size_t i = 0; i < size; i++)
		large[i] = (char)(i * 7919 >> 8);
	CHECK_OK(gd_file_write(path, large, size));
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &got));
	CU_ASSERT_EQUAL(got, size);
	CU_ASSERT_EQUAL(memcmp(bytes, large, size), 0);
	free(bytes);
	free(large);
	/* A bare name, without a directory. */
	char here[700];
	CU_ASSERT_PTR_NOT_NULL(getcwd(here, sizeof here));
	CU_ASSERT_EQUAL(chdir(directory), 0);
	CHECK_OK(gd_file_write("bare", "x", 1));
	CU_ASSERT(holds("bare", "x"));
	CU_ASSERT_EQUAL(chdir(here), 0);
	/* The permissions are those of any new file. */
	struct stat info;
	mode_t mask = umask(022);
	umask(mask);
	CU_ASSERT_EQUAL(stat(path, &info), 0);
	CU_ASSERT_EQUAL(info.st_mode & 0777, 0666 & ~mask);
	/* The longest name there can be. */
	char name[256];
	memset(name, 'n', 255);
	name[255] = '\0';
	in_directory(path, directory, name);
	CHECK_OK(gd_file_write(path, "long", 4));
	CU_ASSERT(holds(path, "long"));
	CU_ASSERT_EQUAL(entries_of(directory), 3);
}

static void what_cannot_be_read(void)
{
	void *bytes = &bytes;
	size_t size = 7;
	CU_ASSERT(says(gd_file_read(unit_path("absent.ini"), GD_USAGE, &bytes, &size), GD_USAGE, unit_path("absent.ini"), "no such file or directory"));
	CU_ASSERT_PTR_NULL(bytes);
	CU_ASSERT_EQUAL(size, 0);
	CU_ASSERT(says(gd_file_read(unit_path("absent.h5"), GD_BAD_DATA, &bytes, &size), GD_BAD_DATA, unit_path("absent.h5"), "cannot read '"));
	CU_ASSERT(says(gd_file_read(unit_directory(), GD_BAD_DATA, &bytes, &size), GD_BAD_DATA, unit_directory(), "is a directory"));
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

/* A pipe has no size, gives its bytes in small pieces, and its reader is interrupted all the while. */
static void pipe_and_interrupts(void)
{
	const char *path = unit_path("pipe");
	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
	pid_t child = fork();
	if (child == 0) {
		usleep(20000);
		int file = open(path, O_WRONLY);
		for (int i = 0; i < 50; i++) {
			char piece[4000];
			memset(piece, 'a' + i % 26, sizeof piece);
			if (write(file, piece, sizeof piece) != (ssize_t)sizeof piece)
				_exit(1);
			usleep(1000);
		}
		_exit(0);
	}
	struct sigaction action = {.sa_handler = on_alarm}, before;
	struct itimerval timer = {{0, 500}, {0, 500}}, off = {{0, 0}, {0, 0}};
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	void *bytes;
	size_t size;
	gd_status status = gd_file_read(path, GD_BAD_DATA, &bytes, &size);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	int result = -1;
	waitpid(child, &result, 0);
	CU_ASSERT_EQUAL(result, 0);
	CU_ASSERT(alarms > 0);
	CU_ASSERT_FALSE(gd_failed(&status));
	CU_ASSERT_EQUAL(size, 200000);
	bool same = size == 200000;
	for (size_t i = 0; same && i < size; i++)
		same = ((char *)bytes)[i] == (char)('a' + i / 4000 % 26);
	CU_ASSERT(same);
	free(bytes);
	/* What is no file is not replaced by one. */
	CU_ASSERT(says(gd_file_write(path, "x", 1), GD_FAILED, path, "not a regular file"));
	CU_ASSERT(says(gd_file_write("/dev/null", "x", 1), GD_FAILED, "/dev/null", "not a regular file"));
}

static void replace_keeps_previous(void)
{
	const char *directory = fresh_directory();
	char path[900], previous[900];
	in_directory(path, directory, "checkpoint.h5");
	in_directory(previous, directory, "checkpoint.previous.h5");
	CHECK_OK(gd_file_replace(path, previous, "one", 3));
	CU_ASSERT(holds(path, "one"));
	CU_ASSERT_FALSE(gd_file_exists(previous));
	ino_t one = inode(path);
	CHECK_OK(gd_file_replace(path, previous, "two", 3));
	CU_ASSERT(holds(path, "two"));
	CU_ASSERT(holds(previous, "one"));
	CU_ASSERT_EQUAL(inode(previous), one);
	CHECK_OK(gd_file_replace(path, previous, "three", 5));
	CU_ASSERT(holds(path, "three"));
	CU_ASSERT(holds(previous, "two"));
	/* As a crash between the two renames leaves them: both names of one file. */
	CU_ASSERT_EQUAL(unlink(previous), 0);
	CU_ASSERT_EQUAL(link(path, previous), 0);
	CHECK_OK(gd_file_replace(path, previous, "four", 4));
	CU_ASSERT(holds(path, "four"));
	CU_ASSERT(holds(previous, "three"));
	CU_ASSERT_EQUAL(entries_of(directory), 2);
	/* A previous that cannot be had leaves everything as it was. */
	CU_ASSERT_EQUAL(unlink(previous), 0);
	CHECK_OK(gd_directory_make(previous));
	CU_ASSERT(says(gd_file_replace(path, previous, "five", 4), GD_FAILED, previous, "is a directory"));
	CU_ASSERT(holds(path, "four"));
	CU_ASSERT_EQUAL(entries_of(directory), 2);
}

/* A reader that looks all the time sees one whole file or another, never none and never a part. */
static void always_one_whole_file(void)
{
	enum { SIZE = 30000, TIMES = 60 };
	const char *directory = fresh_directory();
	char path[900], previous[900];
	static char content[SIZE];
	in_directory(path, directory, "checkpoint.h5");
	in_directory(previous, directory, "checkpoint.previous.h5");
	memset(content, 'A', SIZE);
	CHECK_OK(gd_file_replace(path, previous, content, SIZE));
	CHECK_OK(gd_file_replace(path, previous, content, SIZE));
	int ends[2];
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[1]);
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		char stop;
		while (read(ends[0], &stop, 1) < 0)
			for (int which = 0; which < 2; which++) {
				void *bytes;
				size_t size;
				gd_status status = gd_file_read(which ? previous : path, GD_BAD_DATA, &bytes, &size);
				if (gd_failed(&status) || size != SIZE || memcmp(bytes, (char *)bytes + 1, SIZE - 1) != 0)
					_exit(1);
				free(bytes);
			}
		_exit(0);
	}
	close(ends[0]);
	for (int i = 0; i < TIMES; i++) {
		memset(content, 'A' + i % 26, SIZE);
		CHECK_OK(gd_file_replace(path, previous, content, SIZE));
	}
	close(ends[1]);
	int result = -1;
	waitpid(child, &result, 0);
	CU_ASSERT_EQUAL(result, 0);
}

static void streaming(void)
{
	const char *directory = fresh_directory();
	char path[900], *temporary = NULL, *other = NULL, pid[32];
	in_directory(path, directory, "songs.h5");
	CHECK_OK(gd_file_write(path, "old", 3));
	CHECK_OK(gd_file_begin(path, &temporary));
	CHECK_OK(gd_file_begin(path, &other));
	CU_ASSERT_STRING_NOT_EQUAL(temporary, other);
	CU_ASSERT_EQUAL(strncmp(temporary, directory, strlen(directory)), 0);
	snprintf(pid, sizeof pid, ".%ld-", (long)getpid());
	CU_ASSERT_PTR_NOT_NULL(strstr(temporary, pid));
	FILE *file = fopen(temporary, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("streamed", file);
	fclose(file);
	CU_ASSERT(holds(path, "old"));
	gd_file_discard(other);
	CHECK_OK(gd_file_publish(temporary, path));
	CU_ASSERT(holds(path, "streamed"));
	CU_ASSERT_EQUAL(entries_of(directory), 1);
	CU_ASSERT(says(gd_file_publish(other, path), GD_FAILED, path, "no such file"));
	CU_ASSERT(holds(path, "streamed"));
	free(temporary);
	free(other);
	/* A leftover of a killed process with this very number is stepped over. */
	char *first = NULL, *second = NULL;
	CHECK_OK(gd_file_begin(path, &first));
	unsigned number = (unsigned)strtoul(strrchr(first, '-') + 1, NULL, 10);
	char stale[1000];
	snprintf(stale, sizeof stale, "%s.%ld-%u.tmp", path, (long)getpid(), number + 1);
	file = fopen(stale, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fclose(file);
	CHECK_OK(gd_file_begin(path, &second));
	CU_ASSERT_STRING_NOT_EQUAL(second, stale);
	gd_file_discard(first);
	gd_file_discard(second);
	free(first);
	free(second);
}

/* The file that a link leads to is replaced; the link stays. */
static void symbolic_links(void)
{
	const char *directory = fresh_directory();
	char inner[900], target[1000], link_path[900], previous[900], *temporary = NULL;
	struct stat info;
	in_directory(inner, directory, "scratch");
	in_directory(link_path, directory, "songs.h5");
	in_directory(previous, directory, "songs.previous.h5");
	CHECK_OK(gd_directory_make(inner));
	snprintf(target, sizeof target, "%s/real.h5", inner);
	CU_ASSERT_EQUAL(symlink("scratch/real.h5", link_path), 0);
	CU_ASSERT(says(gd_file_write(link_path, "lost", 4), GD_FAILED, link_path, "no such file"));
	CHECK_OK(gd_file_write(target, "one", 3));
	CU_ASSERT(gd_file_same(link_path, target));
	CU_ASSERT_FALSE(gd_file_same(link_path, inner));
	CU_ASSERT_FALSE(gd_file_same(previous, previous));
	CHECK_OK(gd_file_write(link_path, "two", 3));
	CU_ASSERT(holds(target, "two"));
	CHECK_OK(gd_file_begin(link_path, &temporary));
	CU_ASSERT_EQUAL(entries_of(inner), 2);
	CHECK_OK(gd_file_publish(temporary, link_path));
	CU_ASSERT(holds(target, ""));
	free(temporary);
	CHECK_OK(gd_file_replace(link_path, previous, "three", 5));
	CU_ASSERT(holds(target, "three"));
	CU_ASSERT(holds(previous, ""));
	CU_ASSERT(lstat(link_path, &info) == 0 && S_ISLNK(info.st_mode));
	CU_ASSERT_EQUAL(entries_of(inner), 1);
	/* A link to what is no file is refused like that itself. */
	CU_ASSERT_EQUAL(unlink(link_path), 0);
	CU_ASSERT_EQUAL(symlink("/dev/null", link_path), 0);
	CU_ASSERT(says(gd_file_write(link_path, "lost", 4), GD_FAILED, link_path, "not a regular file"));
	CU_ASSERT(lstat(link_path, &info) == 0 && S_ISLNK(info.st_mode));
}

static void directories(void)
{
	char path[900];
	in_directory(path, unit_directory(), "runs/a//b/c/");
	CHECK_OK(gd_directory_make(path));
	CHECK_OK(gd_directory_make(path));
	CU_ASSERT(gd_file_exists(unit_path("runs/a/b/c")));
	CHECK_OK(gd_directory_make("/"));
	CHECK_OK(gd_directory_make("."));
	CHECK_OK(gd_file_write(unit_path("runs/file"), "x", 1));
	CU_ASSERT(says(gd_directory_make(unit_path("runs/file")), GD_FAILED, unit_path("runs/file"), "not a directory"));
	CU_ASSERT(says(gd_directory_make(unit_path("runs/file/below")), GD_FAILED, unit_path("runs/file"), "not a directory"));
	CU_ASSERT(says(gd_directory_make(""), GD_FAILED, "''", "no such file or directory"));
	CU_ASSERT_FALSE(gd_file_exists(unit_path("runs/absent")));
}

static void times(void)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"}, {951827696, "2000-02-29T12:34:56Z"}, {1769860800, "2026-01-31T12:00:00Z"}, {-1, "1969-12-31T23:59:59Z"},
		{253402300799, "9999-12-31T23:59:59Z"}, {INT64_MAX, "9999-12-31T23:59:59Z"}, {INT64_MIN, "0000-01-01T00:00:00Z"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[21];
		gd_time_iso(cases[i].seconds, text);
		CU_ASSERT_STRING_EQUAL(text, cases[i].text);
	}
}

const unit_test unit_tests[] = {
	{"what is written is read", write_and_read},
	{"what cannot be read", what_cannot_be_read},
	{"pipes and interrupts", pipe_and_interrupts},
	{"replacing keeps the previous file", replace_keeps_previous},
	{"there is always one whole file", always_one_whole_file},
	{"streaming writers", streaming},
	{"symbolic links", symbolic_links},
	{"directories", directories},
	{"times", times},
	{NULL, NULL},
};
