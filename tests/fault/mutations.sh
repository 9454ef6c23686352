#!/usr/bin/env bash
# Damaged files on the command line: refused with exit code 3 and one line, passed over by --resume, or used for what they were.
. "$(dirname "$0")/faults.bash"
: "${GD_MUTATE:?the program that damages files}"
seed=${1:-1} count=${2:-12}
songs 300
options=(--data songs.h5 --hidden 6 --batch-size 64 --epochs 3 -q)
"$GENRE_DIST" train --preset study "${options[@]}" --run whole --checkpoint-every 2 >/dev/null 2>&1 || exit 2
model=$(weights_of whole/model.h5)
"$GENRE_DIST" evaluate whole/model.h5 --data songs.h5 --json >scores.json 2>/dev/null || exit 2
"$GENRE_DIST" predict whole/model.h5 songs.csv -o labels.csv >/dev/null 2>&1 || exit 2
cp -r whole run
cp whole/model.h5 model.h5

# sound_or_refused WHAT COMMAND...: exit code 0, or 3 with one line; whether it was 0.
sound_or_refused() {
	local what=$1 code=0
	shift
	checks=$((checks + 1))
	timeout 30 "$@" >out.txt 2>err.txt </dev/null || code=$?
	((code == 0 || code == 3)) || fail "$what: exit code $code: $* $(head -n 3 err.txt)"
	((code == 0)) || (($(grep -c '^genre-dist: cannot read' err.txt) == 1)) || fail "$what: $(cat err.txt)"
	((code == 0))
}

for ((i = 0; i < count; i++)); do
	damage=$("$GD_MUTATE" $((seed + 2 * i)) model.h5 bad.h5)
	if sound_or_refused "model, $damage" "$GENRE_DIST" evaluate bad.h5 --data songs.h5 --json; then
		equal "scores of a model, $damage" "$(<out.txt)" "$(<scores.json)"
	fi
	if sound_or_refused "model, $damage" "$GENRE_DIST" predict bad.h5 songs.csv -o found.csv; then
		cmp -s found.csv labels.csv || fail "predictions of a model, $damage"
	fi
	sound_or_refused "model, $damage" "$GENRE_DIST" info bad.h5
	damage=$("$GD_MUTATE" $((seed + 2 * i + 1)) songs.h5 bad.h5)
	if sound_or_refused "dataset, $damage" "$GENRE_DIST" evaluate model.h5 --data bad.h5 --json; then
		equal "scores on a dataset, $damage" "$(<out.txt)" "$(<scores.json)"
	fi
	if sound_or_refused "dataset, $damage" "$GENRE_DIST" train --preset study "${options[@]}" --data bad.h5 --run other; then
		equal "model from a dataset, $damage" "$(weights_of other/model.h5)" "$model"
	fi
	rm -rf other
	# Every third time the one before it is damaged as well.
	rm -rf run
	cp -r whole run
	damage=$("$GD_MUTATE" $((seed + 2 * i)) whole/checkpoint.h5 run/checkpoint.h5)
	((i % 3)) || "$GD_MUTATE" $((seed + 2 * i + 1)) whole/checkpoint.previous.h5 run/checkpoint.previous.h5 >/dev/null
	expect 0 '' "$GENRE_DIST" train --preset study --run run --resume -q
	equal "resumed, $damage" "$(weights_of run/checkpoint.h5)" "$(weights_of whole/checkpoint.h5)"
done
echo "seed $seed: $((3 * count + (count + 2) / 3)) damaged files"
finish
