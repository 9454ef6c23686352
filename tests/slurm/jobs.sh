#!/usr/bin/env bash
# The shipped job scripts on a SLURM cluster of two nodes with four tasks each, made for this test on this machine.
here=$(dirname "$(realpath "$0")")
. "$here/cluster.bash"
# Root steps down: a cluster of an ordinary user's needs nothing of root's.
step_down=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp)
if ((EUID == 0)) && "${step_down[@]}" bash -c '[[ -x $GENRE_DIST && -r $GD_SOURCE_DIRECTORY/jobs/slurm.bash && -w ${TMPDIR:-/tmp} ]] && unshare -r -m -u true' 2>/dev/null; then
	exec "${step_down[@]}" bash "$(realpath "$0")"
fi
reason=$(cluster_missing)
if [[ $reason ]]; then
	echo "skipped: $reason"
	exit 77
fi
. "$here/../cli/checks.bash"
trap 'cluster_stop; rm -rf "$directory"' EXIT
trap 'exit 1' TERM INT
. "$GD_SOURCE_DIRECTORY/jobs/environment.sh"

cluster_start "$directory/cluster" 2 4 || { fail "the cluster does not start"; tail -n 5 "$directory"/cluster/log/*; finish; }

# A user's directory.
mkdir -p site/data site/build
ln -s "$GENRE_DIST" site/build/genre-dist
cp -r "$GD_SOURCE_DIRECTORY/jobs" site/
cd site || exit 2
echo "as $(id -un)"
build/genre-dist synth --rows 4000 --seed 5 -o data/spotify.h5 >/dev/null 2>&1 || exit 2
network=(--preset study --hidden 16 --batch-size 512)
two=(-N 2 --ntasks=8)
mpirun -n 1 build/genre-dist train "${network[@]}" --epochs 10 --run alone -q >/dev/null || exit 2
alone=$(weights_of alone/model.h5)

# until SECONDS WHAT COMMAND...: waits for a command's success.
until_so() {
	local seconds=$1 what=$2 try
	shift 2
	checks=$((checks + 1))
	for try in $(seq $((seconds * 5))); do
		"$@" && return
		sleep 0.2
	done
	fail "$what: not within $seconds s"
	return 1
}
field() {
	scontrol -o show job "$1" | grep -Eo " $2=[^ ]*" | head -n 1 | cut -d= -f2
}
logged() {
	grep -Eq -- "$2" "$1"
}
# check_log LOG PATTERN
check_log() {
	checks=$((checks + 1))
	logged "$@" || { fail "no '$2' in $1"; sed 's/^/    /' "$1" >&2; }
}
state_is() {
	[[ $(field "$1" JobState) == "$2" ]]
}
ended() {
	[[ $(field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]
}
step_in() {
	h5dump -a /progress/step "$1/checkpoint.h5" 2>/dev/null | sed -n 's/.*(0): \([0-9]*\).*/\1/p'
}
# has_passed RUN STEP
has_passed() {
	local step
	step=$(step_in "$1")
	((${step:-0} > $2))
}
restarted() {
	(($(field "$1" Restarts) >= $2))
}
running_again() {
	restarted "$@" && state_is "$1" RUNNING
}
# What an uninterrupted training on one rank has at the last step of run $1.
reference() {
	mpirun -n 1 build/genre-dist train "${network[@]}" --epochs 1000000 --checkpoint-every 0 --max-steps "$(step_in "$1")" --run "reference-$(basename "$1")" -q >/dev/null
	weights_of "reference-$(basename "$1")/checkpoint.h5"
}

echo "== srun on two nodes, mpirun on two nodes"
expect 0 '' sbatch -W "${two[@]}" jobs/train.sbatch "${network[@]}" --epochs 10 --run runs/srun
log=$(ls -t genre-dist-*.log | head -n 1)
check_log "$log" 'srun, 8 tasks on 2 nodes'
check_log "$log" 'hosts: n1: 4 ranks .*; n2: 4 ranks'
check_log "$log" 'the batch job leaves [0-9]+ s'
check_log "$log" 'done at step'
equal "weights by srun" "$(weights_of runs/srun/model.h5)" "$alone"
expect 0 '' sbatch -W "${two[@]}" -J mine jobs/train-mpirun.sbatch "${network[@]}" --epochs 10
log=$(ls -t mine-*.log | head -n 1)
check_log "$log" 'hosts: n1: 4 ranks .*; n2: 4 ranks'
equal "weights by mpirun" "$(weights_of "runs/${log%.log}/model.h5")" "$alone"
expect 0 '' sbatch -W -N 1 --ntasks=3 -J one jobs/train.sbatch "${network[@]}" --epochs 10 --run runs/one
equal "weights on one node" "$(weights_of runs/one/model.h5)" "$alone"

echo "== a crash while MPI starts"
mkdir -p crashing/build
printf '%s\n' '#!/usr/bin/env bash' 'if [[ $1 == train || $1 == baseline ]] && [[ ${PMIX_RANK-} == 0 && ! -e crashed-$1 ]]; then' '	touch "crashed-$1"' '	kill -SEGV $$' 'fi' \
	"exec $PWD/build/genre-dist \"\$@\"" >crashing/build/genre-dist
chmod +x crashing/build/genre-dist
cp -r jobs crashing/
cd crashing || exit 2
expect 0 '' env SLURM_WAIT=3 sbatch -W "${two[@]}" -J crash jobs/train.sbatch --data ../data/spotify.h5 "${network[@]}" --epochs 10 --run runs/crash
check_log "$(echo crash-*.log)" 'killed by signal 11 as they started'
equal "weights after a crash" "$(weights_of runs/crash/model.h5)" "$alone"
cd .. || exit 2

echo "== an array"
printf '# trials\n\n%s\n%s\n' "--seed 7 --hidden '8'" "${network[*]} --epochs 10" >trials.txt
expect 2 '' sbatch -W --array=0-2 --ntasks=2 -J tried jobs/sweep.sbatch trials.txt --epochs 10
cat tried-*_2.log >third.txt 2>/dev/null
check_log third.txt "'trials.txt' has no trial 2"
equal "weights of a trial" "$(weights_of runs/tried-*/1/model.h5)" "$alone"
[[ -s $(echo runs/tried-*/0/model.h5) ]] || fail "the first trial has no model"

echo "== refusals"
expect 2 '' sbatch -W -N 2 --ntasks=4 -o apart.log --wrap 'srun --mpi=none build/genre-dist train --run runs/apart'
check_log apart.log '4 tasks without PMIx'
equal "lines of a refusal" "$(grep -c '^genre-dist: ' apart.log)" 1
expect 2 '' sbatch -W --ntasks=2 -J wrong jobs/train.sbatch --no-such-option
check_log "$(echo wrong-*.log)" 'which another start would not change'

echo "== a life: the limit twice, a killed rank, a crashed node"
# Without an end until its configuration says so; SLURM signals 50 s before the limit of a minute.
printf 'epochs = 1000000\ncheckpoint-every = 200\n' >life.ini
life=$(sbatch --parsable "${two[@]}" --time=1 --signal=B:USR1@50 -J life jobs/train.sbatch "${network[@]}" --config life.ini --run runs/life)
log=life-$life.log
until_so 90 "the first requeue" restarted "$life" 1
until_so 90 "the second requeue" restarted "$life" 2
scontrol update jobid="$life" timelimit=60
check_log "$log" 'signalled: stopping with a checkpoint'
equal "starts that ended with 75" "$(grep -c 'ended with exit code 75' "$log")" 2
until_so 60 "the third start" running_again "$life" 2
second=$(step_in runs/life)
until_so 60 "steps after two requeues" has_passed runs/life "$second"
victim=
for process in $(node_processes n2); do
	tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null | grep -q '^PMIX_RANK=5$' && [[ $(readlink "/proc/$process/exe") == *genre-dist ]] && victim=$process
done
[[ $victim ]] || fail "rank 5 is not found"
kill -9 "$victim"
until_so 60 "the requeue after a killed rank" restarted "$life" 3
check_log "$log" 'ended with exit code (1|14|137) at step' # 14: Open MPI 5
until_so 60 "the fourth start" running_again "$life" 3
third=$(step_in runs/life)
until_so 60 "steps after a killed rank" has_passed runs/life "$third"
cluster_crash n2
until_so 60 "the requeue after a crashed node" restarted "$life" 4
[[ -s runs/life/lock ]] || fail "the crash left no lock behind, so nothing is shown about it"
printf 'max-steps = %d\n' $(($(step_in runs/life) + 500)) >>life.ini
cluster_revive n2
until_so 90 "the end" ended "$life"
state_is "$life" COMPLETED || fail "the job ended as $(field "$life" JobState)"
equal "restarts" "$(field "$life" Restarts)" 4
equal "starts in the log" "$(grep -c 'tasks on 2 nodes' "$log")" 5
equal "weights after a life" "$(weights_of runs/life/checkpoint.h5)" "$(reference runs/life)"
[[ ! -e runs/life/lock ]] || fail "a lock is left behind"

echo "== scancel"
for launcher in train train-mpirun; do
	run=runs/cancelled-$launcher
	# The one second that mpirun gives its ranks in the tests is short for two nodes on a busy machine; a job's own are twenty.
	job=$(OMPI_MCA_odls_base_sigkill_timeout=5 sbatch --parsable "${two[@]}" -J cancelled jobs/$launcher.sbatch "${network[@]}" --epochs 1000000 --checkpoint-every 200 --run "$run")
	until_so 60 "a checkpoint" has_passed "$run" 0
	scancel "$job"
	until_so 40 "the end of a cancelled job" ended "$job"
	state_is "$job" CANCELLED || fail "a cancelled job ended as $(field "$job" JobState)"
	until_so 30 "the end of its ranks" cluster_wait 2
	check_log "cancelled-$job.log" 'the job is being ended'
	# mpirun no longer passes on what its ranks say; but a rank that was killed before it had finished leaves its lock.
	[[ $launcher != train ]] || check_log "cancelled-$job.log" 'stopped at step [0-9]+ .* with a checkpoint'
	# Open MPI 5's mpirun cannot be told to wait for them (jobs/README.md).
	[[ ! -e $run/lock || ($launcher == train-mpirun && $(mpirun --version) != *"(Open MPI) 4."*) ]] || fail "the ranks of a cancelled job were killed before they had finished ($launcher)"
	equal "weights of a cancelled job ($launcher)" "$(weights_of "$run/checkpoint.h5")" "$(reference "$run")"
	sleep 2
	equal "restarts of a cancelled job" "$(field "$job" Restarts)" 0
done

echo "== the study"
build/genre-dist synth --rows 400 --seed 5 -o data/few.csv -q || exit 2
# Its first ranks crash as they start.
cd crashing || exit 2
expect 0 '' env SLURM_WAIT=3 sbatch -W -N 2 --ntasks=3 jobs/study.sbatch ../data/few.csv
log=$(echo "$PWD"/study-*.log)
cd .. || exit 2
check_log "$log" 'killed by signal 11 as they started'
equal "rows of its tables" "$(grep -Ec '^(1|2|5) hidden,.* / .* / .* / |^batch norm.* / .* / .* / ' "$log")" 6
check_log "$log" '^ours, as meant +[0-9.]+ +[0-9.]+$'
check_log "$log" 'The whole took'
tac "$log" | sed '/starting them again/,$d' | grep -Eq 'rror|Warning|not what training alone' && { fail "the study complains"; sed 's/^/    /' "$log" >&2; }

echo "== preemption"
printf 'epochs = 1000000\ncheckpoint-every = 200\n' >preempted.ini
job=$(sbatch --parsable "${two[@]}" -J preempted jobs/train.sbatch "${network[@]}" --config preempted.ini --run runs/preempted)
until_so 60 "a checkpoint" has_passed runs/preempted 0
sbatch -p urgent "${two[@]}" -o urgent.log --wrap 'until [ -e urgent.end ]; do sleep 0.2; done' >/dev/null
until_so 60 "the requeue of a preempted job" restarted "$job" 1
check_log "preempted-$job.log" 'stopped at step [0-9]+ .* with a checkpoint'
printf 'max-steps = %d\n' $(($(step_in runs/preempted) + 500)) >>preempted.ini
touch urgent.end
until_so 90 "the end of a preempted job" ended "$job"
state_is "$job" COMPLETED || fail "the preempted job ended as $(field "$job" JobState)"
equal "weights after preemption" "$(weights_of runs/preempted/checkpoint.h5)" "$(reference runs/preempted)"

cd ..
((wrong == 0)) || tail -n 20 cluster/log/slurmctld
finish
