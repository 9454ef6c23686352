#!/usr/bin/env bash
# A mpirun that deadlocks after its ranks have ended does not hold up a batch job; one that works is left alone.
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
finish
