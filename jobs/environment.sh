# shellcheck shell=bash
# Settings of Open MPI (4 by OMPI_MCA_ alone, of 5 the launcher by PRTE_MCA_; each passes over the other's) and BLIS for one machine; sourced by the scripts and read by tests/CMakeLists.txt, so that
# there is one place for them. What the caller has set wins.

# Open MPI refuses to start as root, which is who one is in a container, unless both are set.
export OMPI_ALLOW_RUN_AS_ROOT=${OMPI_ALLOW_RUN_AS_ROOT:-1}
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-1}
# Eight ranks may share two cores.
export OMPI_MCA_rmaps_base_oversubscribe=${OMPI_MCA_rmaps_base_oversubscribe:-1}
export PRTE_MCA_rmaps_default_mapping_policy=${PRTE_MCA_rmaps_default_mapping_policy:-:oversubscribe}
# Two jobs at a time would both bind their ranks to the first cores.
export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-none}
export PRTE_MCA_hwloc_default_binding_policy=${PRTE_MCA_hwloc_default_binding_policy:-none}
# Copying from another process's memory is forbidden in many containers: a warning a message, then a slower path.
export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
export OMPI_MCA_smsc=${OMPI_MCA_smsc:-^cma}
# Nothing but shared memory and TCP: to look at other networks takes longer than to start (of Debian's libraries, libpsm2 alone .15 s).
export OMPI_MCA_pml=${OMPI_MCA_pml:-ob1}
# Open MPI 5 tries to pair IPv6 addresses of one host, and prints a line for each pair of ranks that it cannot.
export OMPI_MCA_btl_tcp_disable_family=${OMPI_MCA_btl_tcp_disable_family:-6}
# A rank computes on one thread; ranks are what there is more of.
export BLIS_NUM_THREADS=${BLIS_NUM_THREADS:-1}
# At SIGTERM mpirun kills its ranks after this many seconds; by default after one, in which a checkpoint may not stand. A job that fails, at a mistyped option too, ends up to twice as
# many later. More than a million parameters may need more: README.md beside this file.
export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-2}
