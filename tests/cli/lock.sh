#!/usr/bin/env bash
# Two jobs and one run directory; and what the launcher says about the job.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 2000 --seed 3 -o songs.h5 >/dev/null 2>&1 || exit 2
small=(--data songs.h5 --hidden 16 --batch-size 256)
endless=("${small[@]}" --epochs 1000000 --checkpoint-every 50 -q)

# start RUN [OPTION...]: a training in the background that has written a checkpoint.
start() {
	mpirun -n 2 "$GENRE_DIST" train --preset study "${endless[@]}" --run "$@" >background.out 2>background.err &
	launcher=$!
	for _ in $(seq 200); do
		[[ -s $1/checkpoint.h5 && -s $1/lock ]] && return
		sleep 0.1
	done
	fail "the training in $1 did not start"
}
owner() {
	sed -n 's/^process = //p' "$1/lock"
}

start one
who="is in use by process $(owner one) on $(hostname) since 20[-0-9]+T[0-9:]+Z"
refuse 2 "'one' $who" ranks 1 train --preset study "${small[@]}" --run one --resume
refuse 2 "'one' $who" ranks 2 train --preset study "${small[@]}" --run one
kill -9 "$(owner one)" 2>/dev/null
wait "$launcher" && fail "the launcher of a killed rank ended with 0"
[[ -s one/lock ]] || fail "a killed job's lock is gone"
expect 0 '' ranks 3 train --preset study --run one --resume --max-steps 1 -q
[[ ! -e one/lock ]] || fail "a lock is left behind"
expect 75 '' ranks 1 train --preset study --run one --resume --time-limit 1 -q
[[ ! -e one/lock ]] || fail "a lock is left behind by a stopped job"

# Two at a time on a directory that is not there yet.
ranks 1 train --preset study "${small[@]}" --run both --epochs 2 -q >/dev/null 2>first.err &
first=$!
ranks 1 train --preset study "${small[@]}" --run both --epochs 2 -q >/dev/null 2>second.err &
second=$!
wait "$first"
codes=$?
wait "$second"
codes+=$?
checks=$((checks + 1))
[[ $codes == 02 || $codes == 20 ]] || fail "two jobs in one new directory end with $codes, not with 0 and 2"

# Another host's lock: refused while it is fresh, with what it says.
cat >foreign <<END
host = n7
process = 12
since = 2026-01-31T12:00:00Z
boot = other
name_space = 0
started = 0
cluster = mini
job = 42
restart = 3
token = 0
END
cp foreign one/lock
refuse 2 'in use by process 12 on n7 since 2026-01-31T12:00:00Z \(SLURM job 42\).*lapses after 60 s' ranks 1 train --preset study --run one --resume
expect 0 '' env SLURM_JOB_ID=42 SLURM_CLUSTER_NAME=mini SLURM_RESTART_COUNT=4 mpirun -n 1 "$GENRE_DIST" train --preset study --run one --resume --max-steps 1 -q

# Taken over while it stood still: it ends and leaves the directory alone.
start two
mv foreign two/lock
code=0
wait "$launcher" || code=$?
equal "exit code of a job that lost its directory" "$code" 1
grep -q 'taken over by process 12 on n7' background.err || fail "who took the directory over is not said"
grep -q n7 two/lock || fail "the other job's lock is gone"

# N jobs of one rank instead of one of N.
refuse 2 '4 processes were started' env PMI_PORT=localhost:1 PMI_RANK=0 PMI_SIZE=4 "$GENRE_DIST" train --preset study "${small[@]}" --run apart
expect 2 '' env PMI_PORT=localhost:1 PMI_RANK=1 PMI_SIZE=4 "$GENRE_DIST" train --preset study "${small[@]}" --run apart
equal "words of the other ranks" "$(grep -c genre-dist: err.txt)" 0
refuse 2 '8 tasks without PMIx.*srun --mpi=pmix' env SLURM_TASK_PID=$$ SLURM_JOB_ID=1 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=0 "$GENRE_DIST" train --preset study "${small[@]}" --run apart
expect 0 '' env SLURM_TASK_PID=$$ SLURM_JOB_ID=1 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 "$GENRE_DIST" info
[[ ! -e apart ]] || fail "a refused job made its run directory"

# The batch job's end.
expect 75 'the batch job leaves [0-9.]+ s' env SLURM_JOB_END_TIME=$(($(date +%s) + 4)) mpirun -n 2 "$GENRE_DIST" train --preset study "${small[@]}" --epochs 1000000 --run ending
expect 75 '' env SLURM_JOB_END_TIME=$(($(date +%s) + 400)) mpirun -n 2 "$GENRE_DIST" train --preset study "${small[@]}" --epochs 1000000 --run ending2 --time-limit 1 -q
expect 0 '' env SLURM_JOB_END_TIME=1 mpirun -n 1 "$GENRE_DIST" train --preset study "${small[@]}" --epochs 3 --run ending3 --time-limit off -q

finish
