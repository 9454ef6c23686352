#!/bin/bash
# usage: watchdog.sh MPIEXEC STALL WAIT: runs STALL on 3 ranks, of which the last stops answering, with a watchdog of 2 s.
# Passes if the job ends by itself, within a bound, with exit code 1, and the two that wait have said who and where they are; or, where the first has failed and waits alone, with its message and code.
set -u
mpiexec=$1 stall=$2 wait=$3
output=$(mktemp) || exit 2
trap 'rm -f "$output"' EXIT

failed=0
fail() {
	echo "watchdog.sh: $*"
	failed=1
}

start=$SECONDS
timeout --kill-after=5 30 "$mpiexec" -n 3 "$stall" "$wait" >"$output" 2>&1
code=$?
seconds=$((SECONDS - start))

# MPICH's launcher may instead tell the signal by which it ended the rank that does not answer.
hydra=$("$mpiexec" --version 2>&1 | grep -c HYDRA)
expected=1
[ "$wait" != failed ] || expected=3
[ "$code" -eq $expected ] || { [ "$code" -eq 9 ] && [ "$hydra" -gt 0 ]; } || fail "expected exit code $expected, found $code"
[ "$seconds" -ge 2 ] && [ "$seconds" -le 20 ] || fail "expected the end after 2 to 20 s, found $seconds s"
if [ "$wait" = failed ]; then
	[ "$(grep -c "^genre-dist: " "$output")" -eq 1 ] && grep -q "^genre-dist: no rows (rank 0 on " "$output" || fail "not the message of the failure alone"
	[ "$failed" -eq 0 ] || cat "$output"
	exit "$failed"
fi
for rank in 0 1; do
	grep -q "^genre-dist: rank $rank on '[^']\+' has waited [23] s for other ranks in phase '$wait'" "$output" || fail "rank $rank says nothing"
done
! grep -q "^genre-dist: rank 2 " "$output" || fail "the rank that does not answer speaks"
[ "$failed" -eq 0 ] || cat "$output"
exit "$failed"
