#!/usr/bin/env bash
# A training that reads a window of its rows at a time: the same bits on any number of ranks and over resumes, less memory, and what is refused.
. "$(dirname "$0")/checks.bash"
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm

"$GENRE_DIST" synth --rows 3001 --seed 5 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
options=(--preset study --data songs.h5 -q --hidden 24,16 --epochs 2 --batch-size 100 --dropout 0.3 --ema 0.9 --calibrate)
reference=()

# trained RUN RANKS OPTION...
trained() {
	local run=$1 count=$2
	shift 2
	ranks "$count" train --run "$run" "$@" >/dev/null 2>err.txt || fail "$run on $count ranks: $(cat err.txt)"
}

# Both halves of a run's result: what is used, and what is gone on from.
bits_of() {
	echo "$(weights_of "$1/model.h5") $(weights_of "$1/checkpoint.h5") $(h5dump -d /history/validation_loss "$1/checkpoint.h5" | grep -m 1 '(0)')"
}

trained whole 1 "${options[@]}"
for window in 100 450 1000; do
	trained "$window-1" 1 "${options[@]}" --window "$window"
	reference[window]=$(bits_of "$window-1")
	[[ ${reference[window]} != "$(bits_of whole)" ]] || fail "a window of $window rows changes nothing"
	for count in 3 8; do
		trained "$window-$count" "$count" "${options[@]}" --window "$window"
		equal "window of $window on $count ranks" "$(bits_of "$window-$count")" "${reference[window]}"
	done
done
[[ ${reference[100]} != "${reference[450]}" && ${reference[450]} != "${reference[1000]}" ]] || fail "windows have one order"
# Whole batches are what counts; and all rows are all rows.
trained rounded 2 "${options[@]}" --window 499
equal "a window that is rounded" "$(bits_of rounded)" "${reference[450]}"
for window in all 0 none 1000000; do
	rm -rf every
	trained every 2 "${options[@]}" --window "$window"
	equal "a window of $window" "$(bits_of every)" "$(bits_of whole)"
done

# Resumes: within a window, at its end, at the epoch's; on other numbers of ranks.
steps=$(h5dump -a /progress/step whole/checkpoint.h5 | sed -n 's/.*(0): \([0-9]*\).*/\1/p')
holds "steps of the whole run" "$steps > 30"
for step in 1 4 $((steps / 2)) $((steps - 3)); do
	rm -rf resumed
	trained resumed $((step % 3 + 1)) "${options[@]}" --window 450 --max-steps "$step"
	trained resumed $((step % 4 + 1)) --resume -q --max-steps $((step + 2))
	trained resumed $((step % 2 + 2)) --resume -q
	equal "resumed at step $step" "$(bits_of resumed)" "${reference[450]}"
done
refuse 2 "'--window 1000' would change the run in 'resumed', which has '450'" "$GENRE_DIST" train --run resumed --resume -q --window 1000
expect 0 'nothing to do' "$GENRE_DIST" train --run resumed --resume --window 450
# A run of before there were windows has all its rows.
refuse 2 "'--window 1000' would change the run in 'whole', which has 'all'" "$GENRE_DIST" train --run whole --resume -q --window 1000
# A signal at some step.
"$GENRE_DIST" train --run told "${options[@]}" --window 450 --epochs 2000 >/dev/null 2>&1 &
victim=$!
for ((i = 0; i < 200; i++)); do
	grep -Eq '^step *=? *[1-9]' told/status.txt 2>/dev/null && break
	sleep 0.05
done
kill -TERM "$victim"
wait "$victim"
equal "code after SIGTERM" $? 75
step=$(h5dump -a /progress/step told/checkpoint.h5 | sed -n 's/.*(0): \([0-9]*\).*/\1/p')
trained told 2 --resume -q --max-steps $((step + 11))
trained straight 3 "${options[@]}" --window 450 --epochs 2000 --max-steps $((step + 11))
equal "after SIGTERM" "$(bits_of told)" "$(bits_of straight)"

# What replays and what holds rows out.
expect 0 '' ranks 2 verify 450-3 -q
for count in 1 3; do
	trained "fold-$count" "$count" "${options[@]}" --folds 3 --fold 2 --window 500
done
equal "a fold" "$(bits_of fold-3)" "$(bits_of fold-1)"
trained fold-whole 1 "${options[@]}" --folds 3 --fold 2
[[ $(bits_of fold-whole) != "$(bits_of fold-1)" ]] || fail "a fold has no window"

# As other tools may have written the file.
h5repack -l CONTI songs.h5 plain.h5 && trained plain 3 "${options[@]}" --data plain.h5 --window 450
equal "without chunks" "$(weights_of plain/model.h5)" "$(weights_of 450-1/model.h5)"
refuse 2 "--window 99 is less than --batch-size 100" ranks 2 train "${options[@]}" --run refused --window 99
refuse 2 "a whole number .*, or all" "$GENRE_DIST" train "${options[@]}" --run refused --window many
[[ ! -e refused ]] || fail "a refusal left a run directory"

finish
