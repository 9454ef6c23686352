#!/usr/bin/env bash
# Memory that is not to be had: tests/fault/memory.sh [SEED [COUNT [RANK]]], with the program's path in GENRE_DIST and the preloaded library's in GD_MEMORY.
#
# One of three ranks is refused one piece of memory, COUNT times (9) another one, chosen at random among all it asks for from the launch to the end (COUNT all: each of
# them). All ranks end with its message and exit code 1, or it is no matter and the bits are those of an undisturbed training; the run then goes on to the same bits.
. "$(dirname "$0")/faults.bash"
: "${GD_MEMORY:?the preloaded library}"
seed=${1:-1} count=${2:-9} fixed=${3:-}
RANDOM=$seed
songs 300
options=(--data songs.h5 --hidden 6 --batch-norm --dropout 0.1 --ema 0.9 --batch-size 64 --epochs 2 --watchdog 20 -q)
ranks 1 train --preset study "${options[@]}" --run whole >/dev/null 2>&1 || exit 2
model=$(weights_of whole/model.h5)

# pieces RANK: how many pieces it asks for.
pieces() {
	rm -rf victim
	mpirun -n 3 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK="$1" -x GD_MEMORY_LOG="$PWD/pieces.txt" "$GENRE_DIST" train --preset study "${options[@]}" --run victim >/dev/null 2>&1
	cat pieces.txt
}
for rank in 0 1 2; do asked[$rank]=$(pieces $rank); done
holds "pieces of memory" "${asked[0]} > 50 && ${asked[1]} > 50 && ${asked[2]} > 50"

refusals=0 ignored=0
[[ $count != all ]] || count=${asked[${fixed:-0}]} every=1
for ((i = 1; i <= count; i++)); do
	rank=${fixed:-$((RANDOM % 3))}
	at=${every:+$i} at=${at:-$((RANDOM % asked[$rank] + 1))}
	what="piece $at on rank $rank"
	checks=$((checks + 1)) code=0
	rm -rf victim
	timeout -k 5 60 mpirun -n 3 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK="$rank" -x GD_MEMORY_AT="$at" "$GENRE_DIST" train --preset study "${options[@]}" --run victim >out.txt 2>err.txt </dev/null || code=$?
	gone 10
	if ((code == 0)); then
		ignored=$((ignored + 1))
		equal "$what: bits" "$(weights_of victim/model.h5)" "$model"
		continue
	fi
	refusals=$((refusals + 1))
	((code == 1)) || fail "$what: exit code $code: $(grep -v '^-*$' err.txt | head -n 3)"
	(($(grep '^genre-dist: ' err.txt | grep -vc '^genre-dist: warning: ') == 1)) || fail "$what: not one line: $(grep genre-dist: err.txt)"
	grep -q 'memory' err.txt || fail "$what: not a word of memory: $(grep genre-dist: err.txt)"
	"$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume >/dev/null 2>err.txt || fail "$what: cannot go on: $(cat err.txt)"
	equal "$what: bits afterwards" "$(weights_of victim/model.h5)" "$model"
done
# The same of evaluate, where rows are packed by what a recipe says: every seventh piece of one rank.
awk 'BEGIN { print "size,place,kind"; for (i = 0; i < 600; i++) printf "%d,p%d,k%d\n", i * 7 % 31, i % 11, i % 3 }' >levels.csv
"$GENRE_DIST" preprocess levels.csv --target kind -q >/dev/null 2>&1 && ranks 1 train --preset study --data levels.h5 --hidden 4 --epochs 1 --run levels -q >/dev/null 2>&1 || exit 2
scores=$("$GENRE_DIST" evaluate levels/model.h5 --data levels.h5 --json)
refusing() { # VARIABLE=VALUE
	timeout -k 5 60 mpirun -n 3 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK=1 -x "$1" "$GENRE_DIST" evaluate levels/model.h5 --data levels.h5 --json -q >out.txt 2>err.txt </dev/null
}
refusing GD_MEMORY_LOG="$PWD/pieces.txt"
for ((at = 1; at <= $(cat pieces.txt); at += 7)); do
	checks=$((checks + 1)) code=0
	refusing GD_MEMORY_AT="$at" || code=$?
	if ((code == 0)); then
		equal "evaluate, piece $at: scores" "$(cat out.txt)" "$scores"
	else
		equal "evaluate, piece $at: exit code" "$code" 1
		grep -q '^genre-dist: .*memory' err.txt || fail "evaluate, piece $at: not a word of memory: $(grep genre-dist: err.txt)"
	fi
done
# And of predict, whose ranks are sent records: the last ones, among them that for what is sent, which is answered all the same.
predicting() { # VARIABLE=VALUE
	rm -f labels.csv
	timeout -k 5 60 mpirun -n 2 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK=1 -x "$1" "$GENRE_DIST" predict levels/model.h5 levels.csv -o labels.csv -q >out.txt 2>err.txt </dev/null
}
predicting GD_MEMORY_LOG="$PWD/pieces.txt"
last=$(cat pieces.txt) unheard=0
for ((at = last - 12; at <= last; at++)); do
	code=0
	predicting GD_MEMORY_AT="$at" || code=$?
	equal "predict, piece $at: exit code" "$code" 1
	unheard=$((unheard + $(grep -c '^genre-dist: out of memory for a piece of work' err.txt)))
done
holds "pieces of work for which there was no memory" "$unheard > 0"
# The same of preprocess where ranks look at classes and count copies, each by itself: all of them learn of it before they go on.
for function in gd_target_alike gd_preprocess_audit; do
	place=$(nm -S --defined-only "$GENRE_DIST" | awk -v name=$function '$4 == name { print $1, $2 }')
	refusing=(timeout -k 5 60 mpirun -n 3 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK=1 -x "GD_MEMORY_IN=$place")
	preprocess=("$GENRE_DIST" preprocess levels.csv --target kind -o refused.h5 -f -q)
	"${refusing[@]}" -x GD_MEMORY_LOG="$PWD/pieces.txt" "${preprocess[@]}" >/dev/null 2>&1 || fail "no dataset"
	count=$(cat pieces.txt)
	holds "pieces in $function" "${#place} > 0 && $count > 0"
	rm -f refused.h5
	for ((at = 1; at <= count; at += 1 + count / 12)); do
		refuse 1 'out of memory' "${refusing[@]}" -x GD_MEMORY_AT="$at" "${preprocess[@]}"
		[[ ! -e refused.h5 ]] || fail "$function, piece $at: a dataset all the same"
	done
	echo "$count pieces in $function"
done
# Of many trainings one group's fails before it begins, and is reported like any other; a group that just left would be waited for.
code=0
for ((at = 10; at < 80 && code != 124; at++)); do
	code=0
	rm -rf folds
	timeout -k 5 60 mpirun -n 3 -x LD_PRELOAD="$GD_MEMORY" -x GD_MEMORY_RANK=1 -x GD_MEMORY_AT="$at" "$GENRE_DIST" train --preset study --data levels.h5 --hidden 4 --epochs 1 --folds 3 --run folds -q >out.txt 2>err.txt </dev/null || code=$?
	grep -q "trial 'base-fold[123]' failed: out of memory" err.txt && break
done
equal "folds, piece $at: exit code" "$code" 1
grep -q '^genre-dist: 1 of 3 trials failed; the first: out of memory' err.txt || fail "folds: $(grep genre-dist: err.txt)"
echo "seed $seed: $(IFS=,; echo "${asked[*]}") pieces of memory on ranks 0, 1, 2; $refusals refusals ended the job, $ignored were no matter"
finish
