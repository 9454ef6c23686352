#include "gd/parallel/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/cores.h"
#include "gd/base/output.h"
#include "gd/base/parse.h"

static bool number_of(const char *name, int64_t *number)
{
	const char *text = getenv(name);
	return text && gd_parse_int64(text, number);
}

/* The first of these variables that holds a number. */
static int first_number(const char *const *names, int otherwise)
{
	int64_t number;
	for (; *names; names++)
		if (number_of(*names, &number))
			return (int)number;
	return otherwise;
}

/* Started by srun itself: below mpirun, SLURM's variables speak of mpirun's daemons. */
static bool in_slurm_step(void)
{
	return getenv("SLURM_STEP_ID") && !getenv("OMPI_COMM_WORLD_RANK");
}

int gd_launch_rank(void)
{
	return first_number((const char *const[]){"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", in_slurm_step() ? "SLURM_PROCID" : NULL, NULL}, 0);
}

int gd_launch_size(void)
{
	return first_number((const char *const[]){"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", in_slurm_step() ? "SLURM_STEP_NUM_TASKS" : NULL, NULL}, 1);
}

/* "4(x2),3": 4 tasks on each of the first two nodes, 3 on the third. */
static int tasks_of_node(const char *list, int64_t node)
{
	for (int tasks, repeat, length; *list; list += length + (list[length] == ',')) {
		length = 0; /* as it stays where the bracket is open */
		if (sscanf(list, "%d(x%d)%n", &tasks, &repeat, &length) != 2) {
			repeat = 1;
			if (sscanf(list, "%d%n", &tasks, &length) != 1)
				return 0;
		}
		if ((node -= repeat) < 0)
			return tasks;
		if (list[length] && list[length] != ',')
			return 0;
	}
	return 0;
}

int gd_launch_local_size(void)
{
	int64_t node;
	const char *tasks = in_slurm_step() ? getenv("SLURM_STEP_TASKS_PER_NODE") : NULL;
	int known = first_number((const char *const[]){"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", NULL}, 0);
	return known || !tasks || !number_of("SLURM_NODEID", &node) ? known : tasks_of_node(tasks, node);
}

bool gd_launch_copy_refused(void)
{
	char from = 'x', to = 0;
	struct iovec source = {&from, 1}, target = {&to, 1};
	return process_vm_readv(getpid(), &target, 1, &source, 1, 0) != 1;
}

typedef struct setting {
	const char *name, *value;
} setting;

/* Open MPI 4's word and Open MPI 5's; what a version does not know it passes over. */
static const setting without_copies[] = {{"OMPI_MCA_btl_vader_single_copy_mechanism", "none"}, {"OMPI_MCA_smsc", "^cma"}, {0}};
/*
 * No daemon beside it, for which Open MPI 4 would wait a tenth of a second, and no look at networks: the library of one of them takes two tenths to time the processor's clock. No directory under
 * /tmp, which all such processes would share and the first to end remove, with those in it that others are about to make.
 */
static const setting of_one_process[] = {{"OMPI_MCA_ess_singleton_isolated", "1"}, {"OMPI_MCA_pml", "ob1"}, {"OMPI_MCA_orte_create_session_dirs", "0"}, {0}};

/* What the user has chosen stays. */
static void choose(const setting *settings)
{
	for (; settings->name; settings++)
		setenv(settings->name, settings->value, 0);
}

void gd_launch_apply_settings(void)
{
	/* PRRTE, which is Open MPI 5's mpirun, names its jobs so. */
	const char *space = getenv("PMIX_NAMESPACE");
	gd_output_set_relayed(space && !strncmp(space, "prte", 4));
	if (gd_launch_local_size() > gd_cores_available())
		setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
	if (gd_launch_launcher() == GD_LAUNCHER_NONE)
		choose(of_one_process);
	if (gd_launch_copy_refused())
		choose(without_copies);
}

gd_launcher gd_launch_launcher(void)
{
	const bool sized = getenv("PMI_SIZE") || getenv("PMIX_RANK");
	if (in_slurm_step())
		return GD_LAUNCHER_SRUN;
	if (getenv("OMPI_COMM_WORLD_SIZE"))
		return GD_LAUNCHER_OPEN_MPI;
	if (getenv("MPI_LOCALNRANKS") && sized)
		return GD_LAUNCHER_HYDRA;
	return sized ? GD_LAUNCHER_OTHER : GD_LAUNCHER_NONE;
}

const char *const gd_launcher_names[GD_LAUNCHERS] = {
	[GD_LAUNCHER_NONE] = "none: one process",
	[GD_LAUNCHER_OPEN_MPI] = "mpirun of Open MPI",
	[GD_LAUNCHER_HYDRA] = "mpiexec of MPICH (Hydra) or of its kin",
	[GD_LAUNCHER_SRUN] = "srun of SLURM",
	[GD_LAUNCHER_OTHER] = "one that speaks PMI or PMIx",
};

gd_status gd_launch_check(void)
{
	if (!in_slurm_step() || getenv("PMIX_RANK") || getenv("PMI_RANK"))
		return gd_ok();
	int tasks = gd_launch_size();
	if (tasks == 1)
		return gd_error(GD_USAGE, "srun started this task without PMIx, which MPI needs; type 'srun --mpi=pmix genre-dist ...', or 'mpirun genre-dist ...' within the job");
	return gd_error(GD_USAGE, "srun started %d tasks without PMIx, so they cannot become one job of %d ranks; type 'srun --mpi=pmix genre-dist ...', "
		"or 'mpirun genre-dist ...' within the job", tasks, tasks);
}

gd_status gd_launch_check_size(int launched, int ranks, const char *library)
{
	if (launched == ranks)
		return gd_ok();
	return gd_error(GD_USAGE, "%d processes were started, but each is a job of %d rank%s of its own: the launcher is not that of this program's MPI library; "
		"start it with %s's mpirun ('mpirun --version' says whose it is)%s", launched, ranks, ranks > 1 ? "s" : "", library,
		getenv("SLURM_JOB_ID") ? " or with 'srun --mpi=pmix'" : "");
}

static const char *text_of(const char *name)
{
	const char *text = getenv(name);
	return text ? text : "";
}

gd_job gd_launch_job(void)
{
	gd_job job = {.cluster = text_of("SLURM_CLUSTER_NAME"), .number = text_of("SLURM_JOB_ID")};
	if (!number_of("SLURM_RESTART_COUNT", &job.restart))
		job.restart = 0;
	return job;
}

double gd_launch_seconds_left(void)
{
	int64_t end;
	struct timespec now;
	if (!number_of("SLURM_JOB_END_TIME", &end) || end <= 0)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	double left = (double)(end - (int64_t)now.tv_sec) - 1e-9 * (double)now.tv_nsec;
	left -= left < 600 ? 0.1 * left : 60;
	return left > 1 ? left : 1;
}
