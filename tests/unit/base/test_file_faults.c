/* Files that cannot be written: where that is forbidden, where there is no room, where there is nothing. */
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_fixture.h"

const char *const unit_suite = "file faults";

static void missing_directory(void)
{
	char path[900], *temporary = NULL;
	in_directory(path, unit_directory(), "nowhere/model.h5");
	CU_ASSERT(says(gd_file_write(path, "x", 1), GD_FAILED, path, "cannot write"));
	CU_ASSERT(says(gd_file_write(path, "x", 1), GD_FAILED, path, "no such file or directory"));
	CU_ASSERT(says(gd_file_begin(path, &temporary), GD_FAILED, path, "no such file or directory"));
	CU_ASSERT_PTR_NULL(temporary);
	CU_ASSERT(says(gd_file_write(unit_directory(), "x", 1), GD_FAILED, unit_directory(), "is a directory"));
}

/* Root may write anywhere, so it steps down to a nobody for a moment. */
static void directory_of_others(void)
{
	const char *directory = fresh_directory();
	char path[900], previous[900];
	bool root = geteuid() == 0;
	in_directory(path, directory, "model.h5");
	in_directory(previous, directory, "model.previous.h5");
	CHECK_OK(gd_file_write(path, "old", 3));
	CU_ASSERT_EQUAL(chmod(unit_directory(), 0755), 0);
	CU_ASSERT_EQUAL(chmod(directory, 0555), 0);
	if (root && seteuid(65534) != 0) {
		printf("(skipped: cannot step down from root) ");
		return;
	}
	gd_status written = gd_file_write(path, "new", 3), replaced = gd_file_replace(path, previous, "new", 3);
	if (root)
		CU_ASSERT_EQUAL(seteuid(0), 0);
	CU_ASSERT(says(written, GD_FAILED, path, "permission denied"));
	CU_ASSERT(says(replaced, GD_FAILED, path, "permission denied"));
	CU_ASSERT_EQUAL(chmod(directory, 0777), 0);
	CU_ASSERT(holds(path, "old"));
	CU_ASSERT_EQUAL(entries_of(directory), 1);
	if (!root)
		return;
	/* Where links to the files of others are forbidden (fs.protected_hardlinks), a copy is made. */
	CU_ASSERT_EQUAL(seteuid(65534), 0);
	replaced = gd_file_replace(path, previous, "new", 3);
	CU_ASSERT_EQUAL(seteuid(0), 0);
	CHECK_OK(replaced);
	CU_ASSERT(holds(path, "new"));
	CU_ASSERT(holds(previous, "old"));
	CU_ASSERT_EQUAL(entries_of(directory), 2);
}

/* A limit on the size of files stops a write half-way: first short, then an error. */
static void limited_size(void)
{
	const char *directory = fresh_directory();
	char path[900], previous[900];
	static char content[100000];
	in_directory(path, directory, "checkpoint.h5");
	in_directory(previous, directory, "checkpoint.previous.h5");
	CHECK_OK(gd_file_replace(path, previous, "one", 3));
	CHECK_OK(gd_file_replace(path, previous, "two", 3));
	struct rlimit before, small;
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 40000;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	gd_status written = gd_file_write(path, content, sizeof content);
	gd_status replaced = gd_file_replace(path, previous, content, sizeof content);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, handler);
	CU_ASSERT(says(written, GD_FAILED, path, "file too large"));
	CU_ASSERT(says(replaced, GD_FAILED, path, "file too large"));
	CU_ASSERT(holds(path, "two"));
	CU_ASSERT(holds(previous, "one"));
	CU_ASSERT_EQUAL(entries_of(directory), 2);
}

static void full_disk(void)
{
	char disk[600], path[900], previous[900], elsewhere[900];
	static char content[50000];
	snprintf(disk, sizeof disk, "%s", fresh_directory());
	if (mount("tmpfs", disk, "tmpfs", 0, "size=64k") != 0) {
		printf("(skipped: cannot mount a tmpfs: %s) ", strerror(errno));
		return;
	}
	in_directory(path, disk, "checkpoint.h5");
	in_directory(previous, disk, "checkpoint.previous.h5");
	in_directory(elsewhere, unit_directory(), "elsewhere.h5");
	memset(content, 'c', sizeof content);
	CHECK_OK(gd_file_replace(path, previous, content, sizeof content));
	/* There is no room for a second one. */
	memset(content, 'd', sizeof content);
	CU_ASSERT(says(gd_file_replace(path, previous, content, sizeof content), GD_FAILED, path, "no space left on device"));
	CU_ASSERT(says(gd_file_write(path, content, sizeof content), GD_FAILED, path, "no space left on device"));
	memset(content, 'c', sizeof content);
	void *bytes;
	size_t size;
	CHECK_OK(gd_file_read(path, GD_BAD_DATA, &bytes, &size));
	CU_ASSERT(size == sizeof content && memcmp(bytes, content, size) == 0);
	free(bytes);
	CU_ASSERT_EQUAL(entries_of(disk), 1);
	/* Another file system cannot be linked to: a copy. */
	CHECK_OK(gd_file_replace(path, elsewhere, "small", 5));
	CU_ASSERT(holds(path, "small"));
	CHECK_OK(gd_file_read(elsewhere, GD_BAD_DATA, &bytes, &size));
	CU_ASSERT(size == sizeof content && memcmp(bytes, content, size) == 0);
	free(bytes);
	/* And a copy that finds no room leaves nothing behind. */
	memset(content, 'e', sizeof content);
	CHECK_OK(gd_file_write(previous, content, 30000));
	CHECK_OK(gd_file_write(elsewhere, content, sizeof content));
	CU_ASSERT(says(gd_file_replace(elsewhere, path, "x", 1), GD_FAILED, path, "no space left on device"));
	CU_ASSERT(holds(path, "small"));
	CU_ASSERT_EQUAL(entries_of(disk), 2);
	/* A disk that has become read-only. */
	CU_ASSERT_EQUAL(mount("tmpfs", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=64k"), 0);
	CU_ASSERT(says(gd_file_write(path, "x", 1), GD_FAILED, path, "read-only file system"));
	CHECK_OK(gd_directory_make(disk));
	CU_ASSERT_EQUAL(umount(disk), 0);
}

const unit_test unit_tests[] = {
	{"missing directory", missing_directory},
	{"directory of others", directory_of_others},
	{"limited file size", limited_size},
	{"full disk", full_disk},
	{NULL, NULL},
};
