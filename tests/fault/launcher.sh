#!/usr/bin/env bash
# A mpirun that deadlocks after its ranks have ended does not hold up a batch job; one that works is left alone, and one that is busy is waited for.
. "$(dirname "$0")/faults.bash"
. "$GD_SOURCE_DIRECTORY/jobs/slurm.bash"
SLURM_JOB_ID=1 launcher=mpirun program=none LAUNCHER_PATIENCE=0.5
mkdir bin
PATH=$PWD/bin:$PATH

# launched CODE TEXT: what run_ranks makes of a launcher with that text.
launched() {
	printf '#!/usr/bin/env bash\n%s\n' "$2" >bin/mpirun
	chmod +x bin/mpirun
	local code=0
	run_ranks train >out.txt 2>&1 || code=$?
	equal "exit code of '$2'" "$code" "$1"
}
# Its child ends when nobody is left to wait for it.
launched 137 'sleep 0.3 & exec sleep 100'
grep -q 'mpirun hangs' out.txt || fail "a hung mpirun: not a word"
launched 75 'sleep 3 & wait; exit 75'
launched 3 'exit 3'
! grep -q 'mpirun hangs' out.txt || fail "a mpirun that works is called hung"

# One that is too busy to hear of the end before its ranks are gone does not call the job failed: stopped for as long as they wait for it, and longer. Where it was stopped a little too early or
# too late, they wait in another place, or have ended.
PATH=${PATH#*:}
"$GENRE_DIST" synth --rows 500 --seed 3 -o songs.h5 -q || exit 2
for turn in 1 2 3 4; do
	mpirun -n 2 "$GENRE_DIST" train --preset study --data songs.h5 --run "busy-$turn" --epochs 1 -q >out.txt 2>err.txt &
	mpirun=$!
	for ((i = 0; i < 3000; i++)); do
		[[ ! -e busy-$turn/model.h5 ]] || break
		sleep 0.01
	done
	sleep 0.0$turn
	kill -STOP "$mpirun" 2>/dev/null && sleep 3
	kill -CONT "$mpirun" 2>/dev/null
	code=0
	wait "$mpirun" || code=$?
	equal "exit code under a mpirun that was stopped" "$code" 0 || cat err.txt
done

# Processes that are alone share no directory, which the first to end would remove while others make theirs.
if [[ $(mpirun --version) == *"(Open MPI) 4."* ]]; then
	expect 0 '' env TMPDIR=/proc/self "$GENRE_DIST" evaluate busy-1/model.h5 --data songs.h5
fi
finish
