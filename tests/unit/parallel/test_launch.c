#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/cores.h"
#include "gd/parallel/launch.h"
#include "unit.h"

const char *const unit_suite = "launch";

static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "SLURM_JOB_ID", "SLURM_STEP_ID",
	"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_TASKS_PER_NODE", "SLURM_NODEID", "SLURM_RESTART_COUNT", "SLURM_CLUSTER_NAME", "SLURM_JOB_END_TIME", "SLURM_TASK_PID", "PMI_FD", "PMI_PORT", "PMIX_NAMESPACE", "PMIX_SERVER_URI2", "PMIX_SERVER_TMPDIR", NULL};

/* Pairs of name and value, nothing else of a launcher's. */
static void launched(const char *const *pairs)
{
	for (int i = 0; names[i]; i++)
		unsetenv(names[i]);
	for (; *pairs; pairs += 2)
		setenv(pairs[0], pairs[1], 1);
}

#define LAUNCHED(...) launched((const char *const[]){__VA_ARGS__, NULL})

static void expect_usage(gd_status status, const char *words)
{
	CU_ASSERT_EQUAL(status.code, GD_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.message, words));
}

#define FINE(call) do { gd_status status_ = (call); CU_ASSERT_EQUAL(status_.code, GD_OK); } while (0)

static void nobody(void)
{
	LAUNCHED(NULL);
	CU_ASSERT_EQUAL(gd_launch_rank(), 0);
	CU_ASSERT_EQUAL(gd_launch_size(), 1);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 1, "Open MPI v4.1.4"));
	CU_ASSERT_STRING_EQUAL(gd_launch_job().number, "");
	CU_ASSERT_EQUAL(gd_launch_job().restart, 0);
}

static void mpirun(void)
{
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "PMIX_RANK", "5");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	CU_ASSERT_EQUAL(gd_launch_size(), 8);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 8, "Open MPI v4.1.4"));
	expect_usage(gd_launch_check_size(gd_launch_size(), 1, "Open MPI v4.1.4"), "8 processes were started");
	/* In a SLURM job mpirun's daemons are the step's tasks. */
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "SLURM_JOB_ID", "3", "SLURM_STEP_ID", "1", "SLURM_STEP_NUM_TASKS", "1", "SLURM_PROCID", "0");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	CU_ASSERT_EQUAL(gd_launch_size(), 8);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 8, "Open MPI v4.1.4"));
}

static void another_mpirun(void)
{
	LAUNCHED("PMI_RANK", "2", "PMI_SIZE", "4");
	CU_ASSERT_EQUAL(gd_launch_rank(), 2);
	FINE(gd_launch_check());
	expect_usage(gd_launch_check_size(gd_launch_size(), 1, "Open MPI v4.1.4"), "Open MPI v4.1.4's mpirun");
}

static void srun(void)
{
	/* The batch script itself is no step. */
	LAUNCHED("SLURM_JOB_ID", "3", "SLURM_PROCID", "0");
	CU_ASSERT_EQUAL(gd_launch_size(), 1);
	FINE(gd_launch_check());
	LAUNCHED("SLURM_JOB_ID", "3", "SLURM_STEP_ID", "0", "SLURM_STEP_NUM_TASKS", "8", "SLURM_PROCID", "5", "PMIX_RANK", "5");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	CU_ASSERT_EQUAL(gd_launch_size(), 8);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 8, "Open MPI v4.1.4"));
	expect_usage(gd_launch_check_size(gd_launch_size(), 1, "Open MPI v4.1.4"), "srun --mpi=pmix");
	LAUNCHED("SLURM_JOB_ID", "3", "SLURM_STEP_ID", "0", "SLURM_STEP_NUM_TASKS", "8", "SLURM_PROCID", "5");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	expect_usage(gd_launch_check(), "8 tasks without PMIx");
	LAUNCHED("SLURM_JOB_ID", "3", "SLURM_STEP_ID", "0", "SLURM_STEP_NUM_TASKS", "1", "SLURM_PROCID", "0");
	expect_usage(gd_launch_check(), "srun --mpi=pmix");
	setenv("SLURM_STEP_NUM_TASKS", "many", 1);
	CU_ASSERT_EQUAL(gd_launch_size(), 1);
}

static void batch_job(void)
{
	char end[32];
	LAUNCHED("SLURM_JOB_ID", "77", "SLURM_CLUSTER_NAME", "mini", "SLURM_RESTART_COUNT", "2");
	CU_ASSERT_STRING_EQUAL(gd_launch_job().number, "77");
	CU_ASSERT_STRING_EQUAL(gd_launch_job().cluster, "mini");
	CU_ASSERT_EQUAL(gd_launch_job().restart, 2);
	CU_ASSERT_EQUAL(gd_launch_seconds_left(), 0);
	const struct {
		int left;
		double least, most;
	} cases[] = {{3600, 3530, 3541}, {100, 80, 91}, {2, 1, 1.9}, {-500, 1, 1}};
	for (int i = 0; i < 4; i++) {
		snprintf(end, sizeof end, "%lld", (long long)time(NULL) + cases[i].left);
		setenv("SLURM_JOB_END_TIME", end, 1);
		double left = gd_launch_seconds_left();
		CU_ASSERT(left >= cases[i].least && left <= cases[i].most);
	}
	setenv("SLURM_JOB_END_TIME", "soon", 1);
	CU_ASSERT_EQUAL(gd_launch_seconds_left(), 0);
}

static void local_size(void)
{
	LAUNCHED(NULL);
	CU_ASSERT_EQUAL(gd_launch_local_size(), 0);
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "OMPI_COMM_WORLD_LOCAL_SIZE", "3");
	CU_ASSERT_EQUAL(gd_launch_local_size(), 3);
	LAUNCHED("PMI_RANK", "2", "PMI_SIZE", "4", "MPI_LOCALNRANKS", "2");
	CU_ASSERT_EQUAL(gd_launch_local_size(), 2);
	const struct {
		const char *list, *node;
		int tasks;
	} cases[] = {{"4", "0", 4}, {"4(x2)", "1", 4}, {"4(x2)", "2", 0}, {"4(x2),3", "2", 3}, {"12,4(x2),3", "0", 12}, {"12,4(x2),3", "3", 3}, {"many", "0", 0}, {"1,?", "1", 0}, {"4(x2", "2", 0}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		LAUNCHED("SLURM_STEP_ID", "0", "PMIX_RANK", "1", "SLURM_STEP_TASKS_PER_NODE", cases[i].list, "SLURM_NODEID", cases[i].node);
		CU_ASSERT_EQUAL(gd_launch_local_size(), cases[i].tasks);
	}
	/* Under mpirun these are of its daemons. */
	LAUNCHED("OMPI_COMM_WORLD_RANK", "0", "SLURM_STEP_ID", "0", "SLURM_STEP_TASKS_PER_NODE", "1(x2)", "SLURM_NODEID", "0");
	CU_ASSERT_EQUAL(gd_launch_local_size(), 0);
}

static void launchers(void)
{
	LAUNCHED(NULL);
	CU_ASSERT_EQUAL(gd_launch_launcher(), GD_LAUNCHER_NONE);
	LAUNCHED("OMPI_COMM_WORLD_RANK", "0", "OMPI_COMM_WORLD_SIZE", "2", "PMIX_RANK", "0", "SLURM_STEP_ID", "0");
	CU_ASSERT_EQUAL(gd_launch_launcher(), GD_LAUNCHER_OPEN_MPI);
	LAUNCHED("PMI_RANK", "0", "PMI_SIZE", "2", "MPI_LOCALNRANKS", "2");
	CU_ASSERT_EQUAL(gd_launch_launcher(), GD_LAUNCHER_HYDRA);
	LAUNCHED("SLURM_STEP_ID", "0", "SLURM_PROCID", "0", "PMIX_RANK", "0");
	CU_ASSERT_EQUAL(gd_launch_launcher(), GD_LAUNCHER_SRUN);
	LAUNCHED("PMIX_RANK", "0");
	CU_ASSERT_EQUAL(gd_launch_launcher(), GD_LAUNCHER_OTHER);
	for (int i = 0; i < GD_LAUNCHERS; i++)
		CU_ASSERT_PTR_NOT_NULL(gd_launcher_names[i]);
}

static const char yield[] = "OMPI_MCA_mpi_yield_when_idle", copy[] = "OMPI_MCA_btl_vader_single_copy_mechanism", copy_of_5[] = "OMPI_MCA_smsc";

static void oversubscribed(void)
{
	char ranks[16];
	int cores = gd_cores_available();
	for (int more = 0; more < 2; more++) {
		snprintf(ranks, sizeof ranks, "%d", cores + more);
		LAUNCHED("OMPI_COMM_WORLD_RANK", "0", "OMPI_COMM_WORLD_LOCAL_SIZE", ranks);
		unsetenv(yield);
		gd_launch_apply_settings();
		CU_ASSERT_EQUAL(getenv(yield) != NULL, more);
		/* What the user has chosen stays. */
		setenv(yield, "0", 1);
		gd_launch_apply_settings();
		CU_ASSERT_STRING_EQUAL(getenv(yield), "0");
	}
	unsetenv(yield);
}

static void one_process(void)
{
	const char *isolated = "OMPI_MCA_ess_singleton_isolated", *transport = "OMPI_MCA_pml", *directory = "OMPI_MCA_orte_create_session_dirs";
	LAUNCHED("OMPI_COMM_WORLD_RANK", "0", "OMPI_COMM_WORLD_SIZE", "1");
	unsetenv(isolated);
	unsetenv(transport);
	unsetenv(directory);
	gd_launch_apply_settings();
	CU_ASSERT(!getenv(isolated) && !getenv(transport) && !getenv(directory));
	LAUNCHED(NULL);
	gd_launch_apply_settings();
	CU_ASSERT(getenv(isolated) && getenv(transport) && getenv(directory));
	setenv(transport, "cm", 1);
	gd_launch_apply_settings();
	CU_ASSERT_STRING_EQUAL(getenv(transport), "cm");
	unsetenv(isolated);
	unsetenv(transport);
	unsetenv(directory);
}

/* As a container's default profile does. */
static bool refuse_copies(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void copies_refused(void)
{
	int status = -1;
	bool here = gd_launch_copy_refused();
	LAUNCHED(NULL);
	unsetenv(copy);
	gd_launch_apply_settings();
	CU_ASSERT_EQUAL(getenv(copy) != NULL, here);
	pid_t child = fork();
	if (child == 0) {
		if (!refuse_copies())
			_exit(77);
		unsetenv(copy);
		unsetenv(copy_of_5);
		gd_launch_apply_settings();
		bool set = getenv(copy) && !strcmp(getenv(copy), "none") && getenv(copy_of_5) && !strcmp(getenv(copy_of_5), "^cma");
		setenv(copy, "cma", 1);
		gd_launch_apply_settings();
		_exit(gd_launch_copy_refused() && set && !strcmp(getenv(copy), "cma") ? 0 : 1);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77));
	unsetenv(copy);
}

/* Whether the process is rank 0 of 1 after what is left over was forgotten. */
static bool is_alone(void)
{
	gd_launch_forget_leftovers();
	return gd_launch_rank() == 0 && gd_launch_size() == 1 && !getenv("SLURM_STEP_ID") && !getenv("PMIX_NAMESPACE");
}

static void leftovers(void)
{
	char text[32];
	int pair[2];
	setenv("GD_TEST_KEPT", "1", 1);
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "PMIX_RANK", "5", "PMIX_NAMESPACE", "gone");
	CU_ASSERT(is_alone());
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "PMIX_RANK", "5", "PMIX_NAMESPACE", "gone", "PMIX_SERVER_URI2", "gone", "PMIX_SERVER_TMPDIR", "/nonexistent/gone");
	CU_ASSERT(is_alone());
	LAUNCHED("PMI_RANK", "1", "PMI_SIZE", "4");
	CU_ASSERT(is_alone());
	LAUNCHED("PMI_RANK", "1", "PMI_SIZE", "4", "PMI_FD", "999");
	CU_ASSERT(is_alone());
	LAUNCHED("SLURM_JOB_ID", "9", "SLURM_STEP_ID", "0", "SLURM_PROCID", "2", "SLURM_STEP_NUM_TASKS", "4");
	CU_ASSERT(is_alone());
	CU_ASSERT_STRING_EQUAL(gd_launch_job().number, "9");

	/* Those of a launcher that is there stay. */
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "PMIX_NAMESPACE", "there", "PMIX_SERVER_URI2", "there", "PMIX_SERVER_TMPDIR", unit_directory());
	gd_launch_forget_leftovers();
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	unsetenv("PMIX_NAMESPACE");
	CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	snprintf(text, sizeof text, "%d", pair[0]);
	LAUNCHED("PMI_RANK", "1", "PMI_SIZE", "4", "PMI_FD", text);
	gd_launch_forget_leftovers();
	CU_ASSERT_EQUAL(gd_launch_size(), 4);
	close(pair[0]);
	close(pair[1]);
	snprintf(text, sizeof text, "%d", (int)getpid());
	LAUNCHED("SLURM_STEP_ID", "0", "SLURM_PROCID", "2", "SLURM_STEP_NUM_TASKS", "4", "SLURM_TASK_PID", text);
	gd_launch_forget_leftovers();
	CU_ASSERT_EQUAL(gd_launch_rank(), 2);
	CU_ASSERT_STRING_EQUAL(getenv("GD_TEST_KEPT"), "1");
}

const unit_test unit_tests[] = {
	{"what a launcher left behind", leftovers},
	{"no launcher", nobody},
	{"mpirun", mpirun},
	{"another library's mpirun", another_mpirun},
	{"srun", srun},
	{"batch job", batch_job},
	{"ranks of a host", local_size},
	{"more ranks than cores", oversubscribed},
	{"one process by itself", one_process},
	{"copies refused by the kernel", copies_refused},
	{"who started this", launchers},
	{NULL, NULL},
};
