#!/usr/bin/env bash
# verify replays a run's steps; info tells how a run is getting on, while it trains and afterwards.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 1000 --seed 3 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
small=(--data songs.h5 --hidden 16,8 --batch-size 128 --batch-norm --dropout 0.2 --ema 0.9 -q)

expect 0 '' ranks 2 train --preset study "${small[@]}" --run first --epochs 4 --checkpoint-every 3
for count in 1 3; do
	expect 0 '' ranks "$count" verify first
	grep -q 'from step [0-9]* (checkpoint.previous.h5) to step' out.txt || fail "verify on $count ranks does not say what it replayed"
	equal "lines that say equal, $count ranks" "$(grep -c ' equal (' out.txt)" 6
done
expect 0 '' ranks 2 verify first --from start
grep -q 'from step 0 (the start)' out.txt || fail "verify --from start does not start there"
expect 0 '' ranks 2 train --preset study "${small[@]}" --run short --epochs 2 --max-steps 7 --checkpoint-every 0
expect 0 '' "$GENRE_DIST" verify short
grep -q 'replayed 7 steps' out.txt || fail "verify without a previous checkpoint"
! grep -q arithmetic err.txt || fail "verify warns of a version of the arithmetic that is this one's: $(cat err.txt)"
equal "version of the arithmetic" "$(h5dump -a /progress/arithmetic short/checkpoint.h5 | grep -Eo '\(0\): [0-9]+')" "(0): 2"
cp -r short older
"$GD_FIRST_ARITHMETIC" older/checkpoint.h5 || fail "cannot edit a checkpoint"
expect 0 'by version 1 of the arithmetic, this program has version 2: the bits cannot agree' "$GENRE_DIST" verify older
expect 0 "by version 1 of the arithmetic, this is version 2" ranks 2 train --preset study --run older --resume --max-steps 9
expect 0 '' ranks 2 train --preset study --run older --resume --max-steps 10
! grep -q 'of the arithmetic' err.txt || fail "the warning of another version comes again"
cp songs.h5 elsewhere.h5
expect 0 '' "$GENRE_DIST" verify first --data elsewhere.h5
"$GENRE_DIST" preprocess songs.csv -o other.h5 --seed 9 >/dev/null 2>&1
refuse 2 'not the dataset' ranks 2 verify first --data other.h5
expect 0 '' ranks 2 train --preset study "${small[@]}" --run fast --epochs 2 --reduction fast --checkpoint-every 3
refuse 2 "depend on the number of ranks: replay 'fast' on 2" ranks 3 verify fast
expect 0 '' ranks 2 verify fast
refuse 3 'absent' "$GENRE_DIST" verify absent
refuse 2 'run directory' ranks 2 verify

# A run that was killed before its first checkpoint still knows its options.
mkdir bare
cp first/config.ini bare/
refuse 2 "batch-size 64.*has '128'" ranks 2 train --preset study --run bare --resume --batch-size 64
expect 0 'starting from the beginning' ranks 3 train --preset study --run bare --resume
equal "bits from config.ini alone" "$(weights_of bare/model.h5)" "$(weights_of first/model.h5)"
# A temporary file of a killed process goes, other files stay.
touch first/checkpoint.h5.123-4.tmp first/notes.tmp
expect 0 '' ranks 1 train --preset study --run first --resume
[[ ! -e first/checkpoint.h5.123-4.tmp && -e first/notes.tmp ]] || fail "leftovers: $(ls first)"
# A finished run whose model was removed writes it again.
rm first/model.h5
expect 0 '' ranks 3 train --preset study --run first --resume
equal "a model that was removed" "$(weights_of first/model.h5)" "$(weights_of bare/model.h5)"
# A damaged best state does not become the model.
expect 0 '' ranks 1 train --preset study "${small[@]}" --run lost --epochs 3 --max-steps 12
printf x | dd of=lost/best.h5 bs=1 seek=3000 conv=notrunc 2>/dev/null
expect 0 'last state instead of the best' ranks 1 train --preset study --run lost --resume -q --max-steps 13
expect 0 '' "$GENRE_DIST" info lost/model.h5

expect 0 '' "$GENRE_DIST" info first
grep -Eq '^epoch +([0-9]+) of \1$' out.txt || fail "the epoch of a finished run: $(grep ^epoch out.txt)"
grep -q '^use  *genre-dist predict first/model.h5' out.txt || fail "info of a finished run names another state than its model"
grep -Eq '^state +finished' out.txt && grep -Eq '^last checkpoint +step' out.txt || fail "info of a finished run"
"$GENRE_DIST" train --preset study "${small[@]}" --run live --epochs 1000000 >/dev/null 2>&1 &
trainer=$!
for _ in $(seq 100); do
	[[ -e live/checkpoint.previous.h5 ]] && break
	sleep 0.1
done
sleep 1.2
expect 0 '' "$GENRE_DIST" info live
for word in 'state +training \(process' 'epoch +[0-9]+ of 1000000' 'step +[0-9]+ of' 'loss +[0-9.]+' 'speed +[0-9.e+]+ samples/s' 'time left' 'last checkpoint +step'; do
	grep -Eq "^$word" out.txt || fail "info of a running run lacks '$word'"
done
kill -KILL $trainer
wait $trainer 2>/dev/null
expect 0 '' "$GENRE_DIST" info live
grep -q 'interrupted' out.txt || fail "info of a killed run: $(grep ^state out.txt)"
finish
