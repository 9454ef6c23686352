#!/usr/bin/env bash
# An optimizer in slices gives the same files as a whole one, and a run may change between the two and the numbers of ranks.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 1501 --seed 5 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2

# same_files RUN REFERENCE: weights and optimizer state of every file, from slices or not.
same_files() {
	local file group
	for file in model checkpoint best; do
		equal "$1/$file.h5" "$(weights_of "$1/$file.h5")" "$(weights_of "$2/$file.h5")"
		for group in model optimizer; do
			h5diff "$1/$file.h5" "$2/$file.h5" "/$group" "/$group" >/dev/null || fail "/$group of $1/$file.h5 differs from $2's"
		done
	done
}

# sliced NAME OPTION...: on every number of ranks, the last of which has an empty slice, against one rank without.
sliced() {
	local name=$1 count
	shift
	ranks 1 train --preset study --data songs.h5 --run "$name" -q "$@" >/dev/null 2>err.txt || fail "$name: $(cat err.txt)"
	for count in 1 2 3 8; do
		ranks "$count" train --preset study --data songs.h5 --run "$name-$count" -q --shard-optimizer "$@" >/dev/null 2>err.txt || fail "$name on $count ranks: $(cat err.txt)"
		same_files "$name-$count" "$name"
	done
}

sliced adam --hidden 100,150 --epochs 2 --batch-size 300 --clip-norm 0.1 --ema 0.9 --batch-norm
sliced momentum --hidden 150,100 --epochs 1 --batch-size 512 --optimizer sgd --momentum 0.9
# One slice, which one rank of all has.
sliced small --hidden 8 --epochs 2 --batch-size 300 --optimizer adamw --weight-decay 0.1

# Cut anew by a resume on other ranks, given up, and taken up again; another epoch; whatever it was, the run can be verified.
options=(--data songs.h5 -q --hidden 100,150 --epochs 3 --batch-size 250 --dropout 0.2)
ranks 3 train --preset study --run changing "${options[@]}" --max-steps 4 --shard-optimizer >/dev/null 2>err.txt || fail "start in slices: $(cat err.txt)"
ranks 2 train --preset study --run changing --resume -q --max-steps 7 >/dev/null 2>err.txt || fail "other slices: $(cat err.txt)"
ranks 3 train --preset study --run changing --resume -q --max-steps 9 --no-shard-optimizer >/dev/null 2>err.txt || fail "whole: $(cat err.txt)"
ranks 8 train --preset study --run changing --resume -q --shard-optimizer >/dev/null 2>err.txt || fail "in slices again: $(cat err.txt)"
ranks 1 train --preset study --run whole "${options[@]}" >/dev/null 2>err.txt || fail "whole from the start: $(cat err.txt)"
same_files changing whole
expect 0 '' ranks 3 verify changing

# Float32 sums have no such promise, but they work.
expect 0 '' ranks 3 train --preset study --data songs.h5 --run fast -q --hidden 100,150 --epochs 1 --reduction fast --shard-optimizer
finish
