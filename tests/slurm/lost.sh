#!/usr/bin/env bash
# A launcher that loses its ranks and exits with 0 all the same, as Open MPI 5's mpirun does where a host is cut off: the job
# goes on, and is not done. SLURM and mpirun are played here.
. "$(dirname "$0")/../cli/checks.bash"
: "${GD_SOURCE_DIRECTORY:?the tree}"
mkdir played
cat >played/mpirun <<'END'
#!/usr/bin/env bash
shift 2
[[ -e lost ]] && exec "$@"
touch lost
"$@" &
until [[ -e runs/one/checkpoint.h5 ]]; do sleep 0.1; done
kill -KILL $!
exit 0
END
printf '#!/bin/sh\necho "$1" >>asked\nexit 1\n' >played/scontrol
printf '#!/bin/sh\nexit 1\n' >played/squeue
chmod +x played/*
ln -s "$GENRE_DIST" played/genre-dist
"$GENRE_DIST" synth --rows 600 --seed 5 -o songs.h5 -q || exit 2
# job OPTION...: one start of a job.
job() {
	PATH=$PWD/played:$PATH SLURM_JOB_ID=7 SLURM_JOB_NAME=lost SLURM_JOB_NODELIST=n1 SLURM_JOB_NUM_NODES=1 SLURM_NTASKS=1 \
		bash "$GD_SOURCE_DIRECTORY/jobs/train-mpirun.sbatch" --data songs.h5 --run runs/one --preset study --hidden 8 -q "$@"
}
expect 1 '' job --epochs 1000000
grep -q 'although the launcher says nothing' out.txt || fail "not a word of what was lost: $(cat out.txt)"
grep -q 'ended with exit code 1 at step [1-9]' out.txt || fail "the job takes it for an end: $(cat out.txt)"
equal "what SLURM was asked for" "$(cat asked)" requeue
expect 0 '' job --epochs 1000000 --max-steps 1
grep -q 'done at step [1-9]' out.txt || fail "the second start did not come to the end: $(cat out.txt)"
equal "what SLURM was asked for then" "$(cat asked)" requeue

# What is said of going on can be typed: the script with its folder; of one task of an array that task alone, with all that it was given.
mkdir fails
printf '#!/bin/sh\nexit 1\n' >fails/mpirun
chmod +x fails/mpirun
printf '%s\n' '--seed 3' '--seed 4 --hidden 8' >trials
# again SCRIPT PATTERN ARGUMENT...
again() {
	local script=$1 pattern=$2
	shift 2
	expect 1 '' env PATH="$PWD/fails:$PWD/played:$PATH" SLURM_JOB_ID=7 SLURM_JOB_NAME=none SLURM_JOB_NODELIST=n1 SLURM_JOB_NUM_NODES=1 SLURM_NTASKS=1 SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_JOB_ID=6 \
		LAUNCHER=mpirun bash "$GD_SOURCE_DIRECTORY/jobs/$script" "$@"
	grep -Eq "go on with: $pattern\$" out.txt || fail "$script: not '$pattern': $(cat out.txt)"
}
again train-mpirun.sbatch 'sbatch \[OPTION...\] /.*/jobs/train-mpirun.sbatch --run runs/none-7' --epochs 2
again train-mpirun.sbatch "sbatch \[OPTION...\] /.*/jobs/train-mpirun.sbatch --run my\\\\ run" --run 'my run'
again sweep.sbatch 'sbatch --array=1 \[OPTION...\] /.*/jobs/sweep.sbatch trials --epochs 2 --run runs/none-6' trials --epochs 2
again sweep.sbatch 'sbatch --array=1 \[OPTION...\] /.*/jobs/sweep.sbatch --run runs/sweep' --run runs/sweep
finish
