#!/usr/bin/env bash
# The same seed gives the same bits on any number of ranks, whatever is switched on, and after a resume on another number.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 3001 --seed 5 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2

# same NAME OPTION...: the weights on every number of ranks against one rank's.
same() {
	local name=$1 count reference
	shift
	ranks 1 train --preset study --data songs.h5 --run "$name-1" -q "$@" >/dev/null 2>err.txt || fail "$name on 1 rank: $(cat err.txt)"
	reference=$(weights_of "$name-1/model.h5")
	for count in 2 3 4 5 7 8; do
		ranks "$count" train --preset study --data songs.h5 --run "$name-$count" -q "$@" >/dev/null 2>err.txt || fail "$name on $count ranks: $(cat err.txt)"
		equal "$name on $count ranks" "$(weights_of "$name-$count/model.h5")" "$reference"
		equal "$name on $count ranks, whole state" "$(weights_of "$name-$count/checkpoint.h5")" "$(weights_of "$name-1/checkpoint.h5")"
	done
}

same plain --hidden 24,16 --epochs 2 --batch-size 500 --optimizer sgd --dropout 0
same everything --hidden 24,16 --epochs 2 --batch-size 700 --optimizer adamw --weight-decay 0.1 --decay weights --batch-norm --dropout 0.3 --input-dropout 0.1 \
	--clip-norm 0.1 --label-smoothing 0.1 --class-weights balanced --schedule one-cycle --warmup-epochs 0.5 --ema 0.9 --activation silu
same momentum --hidden 20 --epochs 2 --batch-size 1024 --optimizer sgd --momentum 0.9 --nesterov --activation sigmoid --schedule cosine --learning-rate 0.1
same softmax --hidden none --epochs 3 --batch-size 333 --clip-norm 0.05
same members --members 7 --hidden 24,16 --epochs 2 --batch-size 700 --optimizer adamw --batch-norm --dropout 0.3 --clip-norm 0.1 --class-weights balanced --ema 0.9
# Blocks: fewer than ranks; a last batch (1 row) shorter than the ranks; a batch norm over it is skipped.
same few_blocks --hidden 16 --epochs 1 --batch-size 130 --activation tanh
same short_last --hidden 16 --epochs 2 --batch-size 315 --activation gelu
same one_batch --hidden 16 --epochs 3 --batch-size 100000 --batch-norm

# A gradient that travels in buckets, with ranks that have no block.
same buckets --hidden 400,340 --epochs 1 --batch-size 600 --clip-norm 0.1

# More ranks than rows.
head -n 7 songs.csv >tiny.csv
awk -F, 'NR > 1' songs.csv >/dev/null
"$GENRE_DIST" preprocess tiny.csv --validation-fraction 0 --test-fraction 0.3 >/dev/null 2>&1
if [[ -e tiny.h5 ]]; then
	ranks 1 train --preset study --data tiny.h5 --run tiny-1 -q --epochs 4 --hidden 8 --batch-size 3 >/dev/null 2>err.txt || fail "tiny: $(cat err.txt)"
	for count in 3 8; do
		ranks "$count" train --preset study --data tiny.h5 --run "tiny-$count" -q --epochs 4 --hidden 8 --batch-size 3 >/dev/null 2>err.txt || fail "tiny on $count: $(cat err.txt)"
		equal "more ranks than rows, $count" "$(weights_of "tiny-$count/model.h5")" "$(weights_of tiny-1/model.h5)"
	done
else
	fail "no dataset of a few rows"
fi

# Resume: stopped after any step, continued on another number of ranks, twice.
options=(--data songs.h5 -q --hidden 24,16 --epochs 3 --batch-size 400 --batch-norm --dropout 0.3 --clip-norm 0.2 --ema 0.9 --optimizer adam)
ranks 3 train --preset study --run whole "${options[@]}" >/dev/null 2>&1 || fail "the uninterrupted run"
steps=$(h5dump -a /progress/step whole/checkpoint.h5 | sed -n 's/.*(0): \([0-9]*\).*/\1/p')
holds "steps of the whole run" "$steps > 10"
for step in 1 $((steps / 3 - 1)) $((steps / 3)) $((steps / 3 + 1)) $((steps / 2)) $((steps - 1)); do
	run=resumed-$step
	ranks $((step % 4 + 1)) train --preset study --run "$run" "${options[@]}" --max-steps "$step" >/dev/null 2>err.txt || fail "stop at $step: $(cat err.txt)"
	ranks $((step % 7 + 2)) train --preset study --run "$run" --resume -q --max-steps $((step + 2)) >/dev/null 2>err.txt || fail "resume at $step: $(cat err.txt)"
	ranks $((step % 3 + 1)) train --preset study --run "$run" --resume -q >/dev/null 2>err.txt || fail "second resume at $step: $(cat err.txt)"
	equal "resumed at step $step" "$(weights_of "$run/checkpoint.h5")" "$(weights_of whole/checkpoint.h5)"
	equal "resumed at step $step, model" "$(weights_of "$run/model.h5")" "$(weights_of whole/model.h5)"
	for group in model optimizer ema history/validation_loss history/train_loss; do
		h5diff "$run/checkpoint.h5" whole/checkpoint.h5 "/$group" "/$group" >/dev/null || fail "resumed at step $step: /$group differs"
	done
done

options=(--data songs.h5 -q --members 3 --hidden 15 --epochs 2 --batch-size 400 --dropout 0.3 --ema 0.9)
ranks 2 train --run members-whole "${options[@]}" >/dev/null 2>&1 || fail "members, uninterrupted"
ranks 1 train --run members-resumed "${options[@]}" --max-steps 3 >/dev/null 2>err.txt || fail "members, stopped: $(cat err.txt)"
ranks 3 train --run members-resumed --resume -q >/dev/null 2>err.txt || fail "members, resumed: $(cat err.txt)"
equal "members, resumed" "$(weights_of members-resumed/checkpoint.h5)" "$(weights_of members-whole/checkpoint.h5)"

# More epochs than before: the same bits as if they had been asked for at once.
ranks 2 train --preset study --data songs.h5 --run longer -q --hidden 16 --epochs 1 --batch-size 512 >/dev/null 2>&1
ranks 3 train --preset study --run longer --resume -q --epochs 3 >/dev/null 2>&1 || fail "more epochs"
ranks 1 train --preset study --data songs.h5 --run at_once -q --hidden 16 --epochs 3 --batch-size 512 >/dev/null 2>&1
equal "more epochs" "$(weights_of longer/checkpoint.h5)" "$(weights_of at_once/checkpoint.h5)"
finish
