#include "gd/parallel/mpi_settings.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

/* The word of an enumeration's value, where it has one. */
static void name_value(MPI_T_enum words, int value, char *text, size_t room)
{
	char word[64];
	int length = sizeof word, count = 0, item;
	snprintf(text, room, "%d", value);
	if (words == MPI_T_ENUM_NULL || MPI_T_enum_get_info(words, &count, word, &length) != MPI_SUCCESS)
		return;
	for (int i = 0; i < count; i++) {
		length = sizeof word;
		if (MPI_T_enum_get_item(words, i, &item, word, &length) == MPI_SUCCESS && item == value)
			snprintf(text, room, "%s", word);
	}
}

static bool read_variable(int index, char *text, size_t room)
{
	enum { LARGEST = 4096 }; /* Open MPI says 2048 for any text */
	char value[LARGEST] = {0};
	int verbosity, binding, scope, count, number;
	MPI_Datatype type;
	MPI_T_enum words;
	MPI_T_cvar_handle handle;
	if (MPI_T_cvar_get_info(index, NULL, NULL, &verbosity, &type, &words, NULL, NULL, &binding, &scope) != MPI_SUCCESS || binding != MPI_T_BIND_NO_OBJECT)
		return false;
	if (MPI_T_cvar_handle_alloc(index, NULL, &handle, &count) != MPI_SUCCESS)
		return false;
	bool known = count < LARGEST && MPI_T_cvar_read(handle, value) == MPI_SUCCESS;
	MPI_T_cvar_handle_free(&handle);
	if (type == MPI_CHAR) {
		snprintf(text, room, "%s", value);
	} else if (type == MPI_C_BOOL) {
		snprintf(text, room, "%d", value[0] != 0);
	} else if (type == MPI_INT) {
		memcpy(&number, value, sizeof number);
		name_value(words, number, text, room);
	} else {
		known = false;
	}
	return known;
}

bool gd_mpi_setting(const char *name, char *text, size_t room)
{
	int provided, index;
	if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS)
		return false;
	bool known = MPI_T_cvar_get_index(name, &index) == MPI_SUCCESS && read_variable(index, text, room);
	MPI_T_finalize();
	return known;
}

bool gd_mpi_copies(char *text, size_t room, const char **without)
{
	static const char *const mechanisms[] = {"cma", "knem", "xpmem"};
	char name[32], ignored[64];
	*without = "OMPI_MCA_btl_vader_single_copy_mechanism=none";
	if (gd_mpi_setting("btl_vader_single_copy_mechanism", text, room))
		return true;
	*without = "OMPI_MCA_smsc=^cma";
	if (!gd_mpi_setting("smsc", ignored, sizeof ignored))
		return false;
	/* Components that were not chosen are closed, and their settings gone. */
	snprintf(text, room, "none");
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		snprintf(name, sizeof name, "smsc_%s_priority", mechanisms[i]);
		if (gd_mpi_setting(name, ignored, sizeof ignored))
			snprintf(text, room, "%s", mechanisms[i]);
	}
	return true;
}

bool gd_mpi_yields(char *text, size_t room)
{
	/* mpirun says that it oversubscribes in a variable of its own. */
	if (gd_mpi_setting("mpi_oversubscribe", text, room) && text[0] == '1')
		return true;
	return gd_mpi_setting("mpi_yield_when_idle", text, room);
}
