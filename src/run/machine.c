#include "gd/run/machine.h"

#include <H5public.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gd/base/build.h"
#include "gd/base/log.h"
#include "gd/kernel/blis_product.h"
#include "gd/kernel/self_check.h"
#include "gd/parallel/mpi_error.h"
#include "gd/run/machine_rate.h"

const char *gd_machine_mpi(void)
{
	static char text[96];
	char version[MPI_MAX_LIBRARY_VERSION_STRING];
	int length = 0;
	if (!*text && MPI_Get_library_version(version, &length) == MPI_SUCCESS) {
		/* "Open MPI v4.1.4, package: Debian OpenMPI, ident: ..." */
		version[strcspn(version, ",\n")] = '\0';
		snprintf(text, sizeof text, "%.90s", version);
	}
	return text;
}

const char *gd_machine_hdf5(void)
{
	static char text[64];
	unsigned major, minor, release;
	if (!*text && H5get_libversion(&major, &minor, &release) >= 0)
		snprintf(text, sizeof text, "HDF5 %u.%u.%u (parallel)", major, minor, release);
	return text;
}

const char *gd_machine_blis(void)
{
	static char text[64];
	if (!*text)
		snprintf(text, sizeof text, "BLIS %s", gd_blis_version());
	return text;
}

const char *gd_machine_host(void)
{
	static char host[256];
	if (!*host && gethostname(host, sizeof host - 1))
		strcpy(host, "unknown");
	return host;
}

const char *gd_machine_cpu(void)
{
	static char model[128];
	char line[512];
	if (*model)
		return model;
	strcpy(model, "unknown CPU");
	FILE *info = fopen("/proc/cpuinfo", "r");
	while (info && fgets(line, sizeof line, info)) {
		char *value = strncmp(line, "model name", 10) ? NULL : strchr(line, ':');
		if (!value)
			continue;
		value += 1 + strspn(value + 1, " \t");
		value[strcspn(value, "\n")] = '\0';
		snprintf(model, sizeof model, "%.*s", (int)sizeof model - 1, value);
		break;
	}
	if (info)
		fclose(info);
	return model;
}

int gd_machine_cores(void)
{
	cpu_set_t set;
	if (!sched_getaffinity(0, sizeof set, &set))
		return CPU_COUNT(&set);
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (int)online : 1;
}

void gd_machine_print_version(FILE *out)
{
	fprintf(out, "genre-dist %s, commit %s, %s build by %s\n%s\n%s\n%s\nengine: %s\n", gd_version, gd_commit, gd_build_type, gd_compiler,
		gd_machine_mpi(), gd_machine_hdf5(), gd_machine_blis(), gd_machine_engine());
}

/* What a rank tells of itself. */
typedef struct rank_facts {
	char host[64];
	cpu_set_t cores;
	uint64_t self_check;
} rank_facts;

/* "0-3,8": the cores of a set. */
static void list_cores(const cpu_set_t *cores, char *text, size_t room)
{
	size_t used = 0;
	*text = '\0';
	for (int first = 0; first < CPU_SETSIZE && used < room; first++) {
		if (!CPU_ISSET(first, cores))
			continue;
		int last = first;
		while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cores))
			last++;
		used += (size_t)snprintf(text + used, room - used, last > first ? "%s%d-%d" : "%s%d", used ? "," : "", first, last);
		first = last;
	}
}

/* Ranks of one host that share cores with more ranks than there are cores make everybody wait. */
static void warn_of_oversubscription(const char *host, int ranks, const cpu_set_t *cores)
{
	if (ranks > CPU_COUNT(cores))
		gd_log_warning("host %s has %d ranks on %d core%s: they take turns, and fewer ranks may be as fast", host, ranks, CPU_COUNT(cores), CPU_COUNT(cores) > 1 ? "s" : "");
}

static void describe_hosts(const rank_facts *facts, int size, char *text, size_t room)
{
	size_t used = 0;
	*text = '\0';
	for (int r = 0; r < size; r++) {
		int first = 0, ranks = 0;
		while (strcmp(facts[first].host, facts[r].host))
			first++;
		if (first < r)
			continue;
		cpu_set_t cores;
		int bindings = 0;
		char list[256];
		CPU_ZERO(&cores);
		for (int other = r; other < size; other++)
			if (!strcmp(facts[other].host, facts[r].host)) {
				CPU_OR(&cores, &cores, &facts[other].cores);
				bindings += CPU_COUNT(&facts[other].cores);
				ranks++;
			}
		list_cores(&cores, list, sizeof list);
		/* Bound apart, no rank has a core of another's. */
		int wrote = snprintf(text + used, room - used, "%s%s: %d rank%s %s %s", used ? "; " : "", facts[r].host, ranks, ranks > 1 ? "s" : "",
			bindings > CPU_COUNT(&cores) ? "sharing cores" : ranks > 1 ? "on cores of their own" : "on cores", list);
		if (wrote > 0 && (size_t)wrote < room - used)
			used += (size_t)wrote;
		warn_of_oversubscription(facts[r].host, ranks, &cores);
	}
}

/* Every rank's facts on rank 0, [size], released with free(). */
static gd_status gather_facts(gd_communicator *communicator, uint64_t self_check, rank_facts **all)
{
	rank_facts mine = {.self_check = self_check};
	snprintf(mine.host, sizeof mine.host, "%.63s", gd_machine_host());
	if (sched_getaffinity(0, sizeof mine.cores, &mine.cores))
		CPU_SET(0, &mine.cores);
	*all = communicator->rank == 0 ? malloc((size_t)communicator->size * sizeof **all) : NULL;
	gd_status status = communicator->rank || *all ? gd_ok() : gd_out_of_memory("the ranks' descriptions");
	status = gd_agree(communicator, &status);
	if (gd_failed(&status))
		return status;
	communicator->phase = "the ranks' introduction";
	MPI_Request request;
	int code = MPI_Igather(&mine, (int)sizeof mine, MPI_BYTE, *all, (int)sizeof mine, MPI_BYTE, 0, communicator->mpi, &request);
	return code == MPI_SUCCESS ? gd_wait(communicator, &request) : gd_mpi_error(code, "gather the ranks' hosts");
}

/* Whose value is not rank 0's; 0: nobody's. */
static int find_unlike(const rank_facts *facts, int size)
{
	for (int r = 1; r < size; r++)
		if (facts[r].self_check != facts[0].self_check)
			return r;
	return 0;
}

/* Collective. Ranks that compute other bits would train other models: nobody goes on. */
static gd_status refuse_unlike(gd_communicator *communicator, const rank_facts *facts)
{
	char difference[256] = "";
	int unlike = communicator->rank == 0 ? find_unlike(facts, communicator->size) : 0;
	if (unlike)
		snprintf(difference, sizeof difference, "rank 0 on %s gives %016" PRIx64 ", rank %d on %s gives %016" PRIx64, facts[0].host, facts[0].self_check, unlike,
			facts[unlike].host, facts[unlike].self_check);
	gd_status status = gd_broadcast(communicator, difference, sizeof difference);
	if (gd_failed(&status) || !*difference)
		return status;
	return gd_error(GD_FAILED, "ranks do not compute the same bits: in the self-check %s; leave out the host whose value 'genre-dist info' gives nowhere else", difference);
}

gd_status gd_machine_compare(gd_communicator *communicator, uint64_t self_check, char *text, size_t room)
{
	rank_facts *all = NULL;
	*text = '\0';
	gd_status status = gather_facts(communicator, self_check, &all);
	if (!gd_failed(&status) && communicator->rank == 0)
		describe_hosts(all, communicator->size, text, room);
	if (!gd_failed(&status))
		status = refuse_unlike(communicator, all);
	free(all);
	return status;
}

gd_status gd_machine_survey(gd_communicator *communicator, char *text, size_t room)
{
	return gd_machine_compare(communicator, gd_self_check(), text, room);
}

gd_status gd_machine_print_ranks(gd_communicator *communicator, FILE *out)
{
	rank_facts *all = NULL;
	char text[1024];
	gd_status status = gather_facts(communicator, gd_self_check(), &all);
	if (!gd_failed(&status) && communicator->rank == 0) {
		for (int r = 0; r < communicator->size; r++) {
			list_cores(&all[r].cores, text, sizeof text);
			fprintf(out, "rank %d on %s, cores %s, self-check %016" PRIx64 "\n", r, all[r].host, text, all[r].self_check);
		}
		describe_hosts(all, communicator->size, text, sizeof text);
		fprintf(out, "%s\n", text);
	}
	free(all);
	return status;
}
