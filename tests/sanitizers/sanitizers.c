/*
 * Linked into every program of a sanitizer build (with -rdynamic), so that a leak report speaks of this project alone
 * and no environment variable needs to be set for it.
 */

/*
 * Open MPI unloads its plug-ins at the end. A leak's stack trace into an unloaded library has no names, which nothing
 * could suppress, so they stay.
 */
int dlclose(void *handle);
int dlclose(void *handle)
{
	(void)handle;
	return 0;
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	/* Open MPI is built without frame pointers: the fast unwinder would lose the frames that the list below names. */
	return "fast_unwind_on_malloc=0:detect_stack_use_after_return=1:strict_string_checks=1";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

/* What Open MPI 4.1 and 5.0 keep until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:ompi_op_base_op_select\n"
	       "leak:ompi_comm_init_mpi3\n"
	       "leak:mca_op_avx.so\n"
	       "leak:libopen-rte.so\n"
	       "leak:libopen-pal.so\n"
	       "leak:libpmix.so\n"
	       "leak:libmca_common_ompio.so\n"
	       "leak:mca_io_romio\n";
}
