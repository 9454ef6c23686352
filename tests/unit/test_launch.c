#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gd/launch.h"
#include "unit.h"

const char *const unit_suite = "launch";

static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "SLURM_JOB_ID", "SLURM_STEP_ID",
	"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_RESTART_COUNT", "SLURM_CLUSTER_NAME", "SLURM_JOB_END_TIME", NULL};

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
	FINE(gd_launch_check_size(gd_launch_size(), 1));
	CU_ASSERT_STRING_EQUAL(gd_launch_job().number, "");
	CU_ASSERT_EQUAL(gd_launch_job().restart, 0);
}

static void mpirun(void)
{
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "PMIX_RANK", "5");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	CU_ASSERT_EQUAL(gd_launch_size(), 8);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 8));
	expect_usage(gd_launch_check_size(gd_launch_size(), 1), "8 processes were started");
	/* In a SLURM job mpirun's daemons are the step's tasks. */
	LAUNCHED("OMPI_COMM_WORLD_RANK", "5", "OMPI_COMM_WORLD_SIZE", "8", "SLURM_JOB_ID", "3", "SLURM_STEP_ID", "1", "SLURM_STEP_NUM_TASKS", "1", "SLURM_PROCID", "0");
	CU_ASSERT_EQUAL(gd_launch_rank(), 5);
	CU_ASSERT_EQUAL(gd_launch_size(), 8);
	FINE(gd_launch_check());
	FINE(gd_launch_check_size(gd_launch_size(), 8));
}

static void another_mpirun(void)
{
	LAUNCHED("PMI_RANK", "2", "PMI_SIZE", "4");
	CU_ASSERT_EQUAL(gd_launch_rank(), 2);
	FINE(gd_launch_check());
	expect_usage(gd_launch_check_size(gd_launch_size(), 1), "mpirun");
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
	FINE(gd_launch_check_size(gd_launch_size(), 8));
	expect_usage(gd_launch_check_size(gd_launch_size(), 1), "srun --mpi=pmix");
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

const unit_test unit_tests[] = {
	{"no launcher", nobody},
	{"mpirun", mpirun},
	{"another library's mpirun", another_mpirun},
	{"srun", srun},
	{"batch job", batch_job},
	{NULL, NULL},
};
