#!/usr/bin/env bash
# A bit that flips on one rank is found at the next comparison, and the rank is named; the last checkpoint is sound.
. "$(dirname "$0")/faults.bash"
: "${GD_FLIP:?the preloaded library}"
songs 400
options=(--data songs.h5 --hidden 8 --batch-size 32 --epochs 20 -q)
ranks 1 train --preset study "${options[@]}" --run whole >/dev/null 2>&1 || exit 2

# flipped RANKS RANK PATTERN [OPTION...]
flipped() {
	local count=$1 rank=$2 pattern=$3
	shift 3
	rm -rf victim
	refuse 1 "$pattern" mpirun -n "$count" -x LD_PRELOAD="$GD_FLIP" -x GD_FLIP_RANK="$rank" "$GENRE_DIST" train --preset study "${options[@]}" --run victim "$@"
	gone 10
	expect 0 '' ranks 3 train --preset study --run victim --resume -q --data songs.h5
	equal "bits after a flip on rank $rank of $count" "$(weights_of victim/model.h5)" "$(weights_of whole/model.h5)"
}
flipped 3 1 "weights of rank 1 differ from the other ranks' at step 2[0-9].*\(rank 1 on " --checkpoint-every 5
flipped 4 0 "weights of rank 0 differ from the other ranks'.*\(rank 0 on " --checkpoint-every 5
flipped 2 1 'weights of ranks 0 and 1 differ'
flipped 3 2 'weights of rank 2 differ.* at step 100' --checkpoint-every 0

# The same wrong bit on every rank: no comparison shows it, a replay does.
rm -rf victim
expect 0 '' mpirun -n 2 -x LD_PRELOAD="$GD_FLIP" -x GD_FLIP_RANK=-1 -x GD_FLIP_CALL=155 "$GENRE_DIST" train --preset study "${options[@]}" --run victim --checkpoint-every 60
refuse 1 'replay differs' ranks 3 verify victim -q
grep -q 'parameters .*values differ' out.txt || fail "verify does not say what differs"
expect 0 '' ranks 2 verify whole -q
# info --check knows what the bits of its training are.
refuse 1 '2 of 6 points of the check are wrong' mpirun -n 2 -x LD_PRELOAD="$GD_FLIP" -x GD_FLIP_RANK=-1 -x GD_FLIP_CALL=3 "$GENRE_DIST" info --check .
grep -Eq "^bits +WRONG: training 'wide' has hash [0-9a-f]{64}, not [0-9a-f]{64}" out.txt || fail "info --check does not say which bits are wrong"
echo "four flips on one rank of 2 to 4, one on all: found at the next comparison, and by verify"
finish
