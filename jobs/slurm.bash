# shellcheck shell=bash
# What the batch scripts share: one training that outlives time limits and lost nodes. Sourced by train.sbatch and its
# kin, which set `program`; see README.md beside this file.
#
#   train_and_requeue RUN [TRAIN OPTION...]

say() {
	echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) job $SLURM_JOB_ID start $((${SLURM_RESTART_COUNT:-0} + 1)): $*"
}

# export_unset NAME VALUE: what the user has set wins.
export_unset() {
	export "$1=${!1:-$2}"
}

# Settings of Open MPI that are better in a batch job; what the user has set wins.
prepare_environment() {
	# train stops in time by itself when it knows the job's end, which only newer versions of SLURM put there by themselves.
	local end
	end=$(squeue -h -j "$SLURM_JOB_ID" -o %e 2>/dev/null) && end=$(date -d "$end" +%s 2>/dev/null) && export SLURM_JOB_END_TIME=$end
	# Neither srun nor mpirun over several nodes knows when ranks share cores; waiting ranks must give way then.
	local tasks=${SLURM_TASKS_PER_NODE-1}
	tasks=${tasks%%[(,]*}
	if ((tasks > $(nproc))); then
		export OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
	fi
	# mpirun's daemons: a host that is cut off ends the job after 30 + 3 * 10 seconds, instead of never or eight minutes.
	# Open MPI 4 reads OMPI_MCA_, the launcher of Open MPI 5 PRTE_MCA_.
	local kind
	for kind in OMPI PRTE; do
		export_unset ${kind}_MCA_oob_tcp_keepalive_time 30
		export_unset ${kind}_MCA_oob_tcp_keepalive_intvl 10
		export_unset ${kind}_MCA_oob_tcp_keepalive_probes 3
	done
	# What environment.sh sets for one machine has Open MPI 5's mpirun fill the first node with all ranks, and leaves a cluster's network out.
	[[ ${PRTE_MCA_rmaps_default_mapping_policy-} != :oversubscribe ]] || unset PRTE_MCA_rmaps_default_mapping_policy
	[[ ${OMPI_MCA_pml-} != ob1 ]] || unset OMPI_MCA_pml
	# After scancel mpirun gives its ranks a second; a checkpoint may need more.
	export_unset OMPI_MCA_odls_base_sigkill_timeout 20
	# srun: a rank that dies before MPI knows it leaves the others waiting for it; they end half a minute after it.
	export SLURM_WAIT=${SLURM_WAIT:-30}
	export BLIS_NUM_THREADS=${BLIS_NUM_THREADS:-1}
}

# The last step in run directory $1's checkpoint; 0 without one.
step_of() {
	local step=
	for file in "$1"/checkpoint.h5 "$1"/checkpoint.previous.h5; do
		[[ -e $file ]] && step=$("$program" info "$file" 2>/dev/null | sed -n 's/^epoch .*, step \([0-9]*\) .*/\1/p' | head -n 1)
		[[ $step ]] && break
	done
	echo "${step:-0}"
}

# mpirun (Open MPI 4.1, PMIx 4.2) may deadlock in its own end where a rank dies while MPI starts: all that it started is dead then, and stays unburied.
end_hung_launcher() {
	local pid=$1 seen=0
	while sleep "${LAUNCHER_PATIENCE:-20}" </dev/null >/dev/null 2>&1 && kill -0 "$pid" 2>/dev/null; do
		[[ $(ps -o stat= --ppid "$pid" | cut -c1 | sort -u) == Z ]] && seen=$((seen + 1)) || seen=0
		if ((seen == 3)); then
			say "mpirun hangs although its ranks have ended: killing it"
			kill -KILL "$pid"
		fi
	done
}

# Runs the ranks; signals that reach this script are passed on. The exit code is theirs.
run_ranks() {
	local pid code signalled guard
	case ${launcher:-srun} in
	srun) srun --mpi=pmix "$program" "$@" & ;;
	mpirun) mpirun -n "${SLURM_NTASKS:-1}" "$program" "$@" & ;;
	*)
		say "there is no launcher '$launcher': srun or mpirun" >&2
		return 2
		;;
	esac
	pid=$!
	[[ ${launcher:-srun} != mpirun ]] || { end_hung_launcher "$pid" & guard=$!; }
	# The first comes from --signal, some time before the limit; the others from scancel and the limit itself.
	trap 'signalled=1; stopping=1; say "signalled: stopping with a checkpoint"; kill -USR1 "$pid" 2>/dev/null' USR1
	trap 'signalled=1; stopping=1; ending=1; say "the job is being ended"; kill -USR1 "$pid" 2>/dev/null' TERM
	# A signal ends wait, but not the ranks; and it may come at the very end.
	while :; do
		signalled=
		wait "$pid"
		code=$?
		[[ $signalled ]] || break
	done
	trap - USR1 TERM
	[[ ! $guard ]] || kill "$guard" 2>/dev/null
	return "$code"
}

# again ARGUMENT...: how to submit this script with them, from this directory.
again() {
	printf 'sbatch [OPTION...] %q' "$(realpath -s --relative-base=. "$(dirname "${BASH_SOURCE[0]}")/$script")"
	(($#)) && printf ' %q' "$@"
}

# Puts this job back into the queue; does not return if that went well.
requeue() {
	# A job that is being cancelled must stay so.
	if [[ ${ending-} && $(squeue -h -j "$SLURM_JOB_ID" -o %T 2>/dev/null) != RUNNING ]]; then
		say "the job was ended from outside, so it is not requeued; go on with: $resume"
	elif scontrol requeue "$SLURM_JOB_ID" || [[ $(squeue -h -j "$SLURM_JOB_ID" -o %T 2>/dev/null) =~ ^(PENDING|COMPLETING|REQUEUE) ]]; then
		# SLURM ends this script in a moment; it may have done as it was asked before it could answer.
		sleep 60
	else
		say "this cluster does not requeue the job; go on with: $resume"
	fi
}

train_and_requeue() {
	local run=$1 code before after try
	shift
	prepare_environment
	: "${resume:=$(again --run "$run")}"
	before=$(step_of "$run")
	say "${launcher:-srun}, ${SLURM_NTASKS:-1} tasks on ${SLURM_JOB_NUM_NODES:-1} nodes ($SLURM_JOB_NODELIST), $(nproc) cores here; run directory $run, step $before"
	for try in 1 2 3; do
		code=0
		SECONDS=0
		run_ranks train "$@" --run "$run" --resume || code=$?
		after=$(step_of "$run")
		# Open MPI 5's mpirun exits with 0 after a host was cut off; ranks that end by themselves leave no lock.
		if ((code == 0)) && [[ -e $run/lock ]]; then
			say "ranks were lost, although the launcher says nothing of it by its exit code"
			code=1
		fi
		# MPI may crash in its own start (Open MPI 4.1 under PMIx, once in some hundred: a rank's first message overtakes another's MPI_Init).
		((code > 128 && after == before && SECONDS < 60 && try < 3)) && [[ ! ${stopping-} ]] || break
		say "the ranks were killed by signal $((code - 128)) as they started: starting them again"
	done
	case $code in
	0) say "done at step $after" ;;
	2 | 3 | 4) say "ended with exit code $code, which another start would not change" ;;
	*)
		say "ended with exit code $code at step $after"
		if ((after > before)); then
			requeue
		else
			say "no step was gained since step $before, so the job is not requeued; go on with: $resume"
		fi
		;;
	esac
	exit "$code"
}

# The value of option --$1 in the arguments after it; the last one counts.
option_value() {
	local name=$1 value=
	shift
	while (($#)); do
		case $1 in
		--"$name") value=${2-} ;;
		--"$name"=*) value=${1#*=} ;;
		esac
		shift
	done
	echo "$value"
}
