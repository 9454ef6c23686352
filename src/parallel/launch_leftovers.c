/* Variables of a launcher that is not there: exported by somebody, or inherited from a job that is over. */
#include "gd/parallel/launch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gd/base/parse.h"

extern char **environ;

static bool begins(const char *entry, const char *prefix)
{
	return !strncmp(entry, prefix, strlen(prefix));
}

static bool have_any(const char *prefix)
{
	bool any = false;
	for (char **entry = environ; *entry && !any; entry++)
		any = begins(*entry, prefix);
	return any;
}

/* Open MPI's mpirun and srun --mpi=pmix alike: a server's address, and its directory, which goes with it. */
static bool have_pmix_server(void)
{
	const char *directory = getenv("PMIX_SERVER_TMPDIR");
	struct stat info;
	return getenv("PMIX_NAMESPACE") && have_any("PMIX_SERVER_URI") && (!directory || !stat(directory, &info));
}

/* An open socket to the process manager, or the port to open one. */
static bool have_pmi_server(void)
{
	const char *text = getenv("PMI_FD");
	int64_t descriptor;
	struct stat info;
	if (getenv("PMI_PORT"))
		return true;
	return text && gd_parse_int64(text, &descriptor) && descriptor >= 0 && descriptor < 1 << 20 && !fstat((int)descriptor, &info) && S_ISSOCK(info.st_mode);
}

/* The step's task, which this process is or descends from, still runs. */
static bool have_slurm_task(void)
{
	const char *text = getenv("SLURM_TASK_PID");
	int64_t process;
	return text && gd_parse_int64(text, &process) && process > 0 && (!kill((pid_t)process, 0) || errno != ESRCH);
}

static void forget(const char *const *prefixes)
{
	for (char **entry = environ; *entry;) {
		char name[128];
		size_t length = strcspn(*entry, "=");
		bool gone = false;
		for (int i = 0; prefixes[i] && !gone; i++)
			gone = begins(*entry, prefixes[i]) && length < sizeof name;
		if (!gone) {
			entry++;
			continue;
		}
		memcpy(name, *entry, length);
		name[length] = '\0';
		unsetenv(name);
		/* The entries behind it moved up, here or to a new place. */
		entry = environ;
	}
}

void gd_launch_forget_leftovers(void)
{
	if ((getenv("OMPI_COMM_WORLD_RANK") || getenv("PMIX_RANK")) && !have_pmix_server())
		forget((const char *const[]){"OMPI_COMM_WORLD_", "OMPI_MCA_orte_", "OMPI_MCA_ess", "PMIX_RANK", "PMIX_NAMESPACE", "PMIX_SERVER_", NULL});
	if (getenv("PMI_RANK") && !have_pmi_server() && !have_pmix_server())
		forget((const char *const[]){"PMI_RANK", "PMI_SIZE", "PMI_FD", NULL});
	if (getenv("SLURM_STEP_ID") && !have_slurm_task() && !have_pmix_server() && !have_pmi_server())
		forget((const char *const[]){"SLURM_STEP", "SLURM_PROCID", "SLURM_LOCALID", NULL});
}
