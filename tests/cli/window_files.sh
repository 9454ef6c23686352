#!/usr/bin/env bash
# Windows over rows that do not lie in the file one behind the other: compressed ones, and folds that keep groups together. The same bits on any number of ranks and over resumes.
. "$(dirname "$0")/checks.bash"
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm

"$GENRE_DIST" synth --rows 3001 --seed 5 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
"$GENRE_DIST" preprocess songs.csv -o grouped.h5 --split grouped --group track_artist >/dev/null 2>&1 || exit 2
h5repack -f SHUF -f GZIP=1 -f FLET songs.h5 packed.h5 || exit 2
h5repack -f GZIP=1 grouped.h5 both.h5 || exit 2
options=(--preset study -q --hidden 24,16 --epochs 2 --batch-size 100 --dropout 0.3)
windows=(100 450 1000)
declare -A reference

# trained RUN RANKS OPTION...
trained() {
	local run=$1 count=$2
	shift 2
	rm -rf "$run"
	ranks "$count" train --run "$run" "${options[@]}" "$@" >/dev/null 2>err.txt || fail "$run on $count ranks: $(cat err.txt)"
}

# Both halves of a run's result: what is used, and what is gone on from.
bits_of() {
	echo "$(weights_of "$1/model.h5") $(weights_of "$1/checkpoint.h5") $(h5dump -d /history/validation_loss "$1/checkpoint.h5" | grep -m 1 '(0)')"
}

# alike NAME WINDOW "RANKS..." OPTION...: on these numbers of ranks, and stopped twice in the middle of epochs, the bits are those of the reference of NAME.
alike() {
	local name=$1 window=$2 counts=$3 count
	shift 3
	for count in $counts; do
		trained run "$count" "$@" --window "$window"
		equal "$* in windows of $window on $count ranks" "$(bits_of run)" "${reference[$name-$window]}"
	done
}
resumes() {
	local name=$1 window=$2
	shift 2
	trained run 3 "$@" --window "$window" --max-steps 7
	ranks 1 train --run run --resume -q --max-steps 23 >/dev/null 2>&1
	ranks 2 train --run run --resume -q >/dev/null 2>err.txt || fail "no resume: $(cat err.txt)"
	equal "$* in windows of $window, resumed" "$(bits_of run)" "${reference[$name-$window]}"
}

# Compressed: the bits of the file as it was.
for window in "${windows[@]}"; do
	trained run 1 --data songs.h5 --window "$window"
	reference[packed-$window]=$(bits_of run)
	alike packed "$window" "1 3 8" --data packed.h5
done
resumes packed 450 --data packed.h5

# Groups in one fold: the order is that of the rows that are left, in windows or not.
fold=(--folds 3 --fold 2)
trained run 1 --data grouped.h5 "${fold[@]}"
whole=$(bits_of run)
for window in "${windows[@]}"; do
	trained run 1 --data grouped.h5 "${fold[@]}" --window "$window"
	reference[grouped-$window]=$(bits_of run)
	alike grouped "$window" "3 8" --data grouped.h5 "${fold[@]}"
done
equal "orders" "$(printf '%s\n' "$whole" "${reference[grouped-100]}" "${reference[grouped-450]}" "${reference[grouped-1000]}" | sort -u | wc -l)" 4
trained run 2 --data grouped.h5 "${fold[@]}" --window 1000000
equal "a window of all rows" "$(bits_of run)" "$whole"
resumes grouped 450 --data grouped.h5 "${fold[@]}"
expect 0 '' ranks 2 verify run -q
trained run 3 --data both.h5 "${fold[@]}" --window 450
equal "a fold of a compressed file" "$(bits_of run)" "${reference[grouped-450]}"

# What trains many: the fold above is one of cross-validation's, a sweep's and a search's folds.
expect 0 '' ranks 3 train "${options[@]}" --data grouped.h5 --window 450 --folds 3 --run crossed
equal "a fold of cross-validation" "$(bits_of crossed/base-fold2)" "${reference[grouped-450]}"
printf '[base]\nfolds = 3\npreset = study\nhidden = 24,16\nepochs = 2\nbatch-size = 100\ndata = grouped.h5\nwindow = 450\n[vary]\ndropout = 0.3 0.1\n' >sweep.ini
expect 0 '' ranks 2 sweep sweep.ini --run swept -q
equal "a fold of a sweep" "$(for model in swept/*fold2/checkpoint.h5; do weights_of "$model"; done | grep -c "$(weights_of crossed/base-fold2/checkpoint.h5)")" 1
printf 'window = 450\nbatch-size = 100\nepochs = 2\npreset = study\n' >tuned.ini
expect 0 '' ranks 2 tune -q --data grouped.h5 --config tuned.ini --trials 2 --run tuned
finish
