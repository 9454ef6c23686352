#!/usr/bin/env bash
# evaluate and predict: the same numbers on any number of ranks, and from the raw table.
. "$(dirname "$0")/checks.bash"

"$GENRE_DIST" synth --rows 3000 --seed 11 -o drawn.csv 2>/dev/null || exit 2
grep -v '"' drawn.csv >songs.csv # cut and awk know no quotes
records=$(($(wc -l <songs.csv) - 1))
"$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || exit 2
for seed in 1 2; do
	ranks 2 train --preset study --data songs.h5 --run "run$seed" --hidden 32 --epochs 6 --seed "$seed" -q >/dev/null 2>&1 || exit 2
done

ranks 1 evaluate run1/model.h5 --data songs.h5 --json >one.json
for count in 2 3 8; do
	ranks "$count" evaluate run1/model.h5 --data songs.h5 --json >many.json
	equal "scores on $count ranks" "$(cat many.json)" "$(cat one.json)"
done
equal "rows" "$(json_number one.json rows)" $(((records * 3 + 9) / 10))
holds "accuracy above chance" "$(json_number one.json accuracy) > 0.3"
for field in accuracy_interval_95 balanced_accuracy f1_macro log_loss expected_calibration_error brier roc_auc average_precision classes confusion per_class; do
	grep -q "\"$field\"" one.json || fail "the JSON lacks $field"
done
if command -v python3 >/dev/null; then
	expect 0 '' python3 -c "
import json
o = json.load(open('one.json'))
k = len(o['classes'])
right = sum(o['confusion'][i][i] for i in range(k))
total = sum(map(sum, o['confusion']))
assert total == o['rows'] and abs(right / total - o['accuracy']) < 1e-12
assert [sum(r) for r in o['confusion']] == [c['support'] for c in o['per_class']]
lo, hi = o['accuracy_interval_95']; assert lo < o['accuracy'] < hi"
fi
expect 0 '' ranks 2 evaluate run1/model.h5 --data songs.h5
grep -q 'confusion matrix' out.txt || fail "no confusion matrix"
# Names that begin alike stand in full where the screen has room, and else differ in what is left of them.
heads() { # CLASSES: the matrix's head for that many
	awk -v classes="$1" 'BEGIN { srand(1); print "size,kind"; for (i = 0; i < 40 * classes; i++) printf "%.1f,recurrence-%02d\n", i % classes * 3 + rand(), i % classes }' >alike.csv
	"$GENRE_DIST" preprocess alike.csv --target kind --force >/dev/null 2>&1
	"$GENRE_DIST" train --preset study --data alike.h5 --run "alike$1" --hidden 8 --epochs 2 -q >/dev/null 2>&1
	expect 0 '' "$GENRE_DIST" evaluate "alike$1/model.h5" --data alike.h5
	sed -n '/^confusion matrix/{n;s/^ *//;s/  */ /g;p;q}' out.txt
}
heads 3 >heads.txt
equal "heads of three classes that begin alike" "$(cat heads.txt)" "recurrence-00 recurrence-01 recurrence-02"
heads 9 >heads.txt
equal "heads of nine classes that differ" "$(tr ' ' '\n' <heads.txt | sort -u | wc -l)" 9
holds "width of the matrix" "$(sed -n '/^confusion matrix/,$p' out.txt | wc -L) <= 110"
expect 0 '' ranks 2 evaluate run1/model.h5 run2/model.h5 --data songs.h5 --part validation --json
expect 0 '' ranks 2 evaluate run1/model.h5 --data songs.h5 --part train

# predict on the raw table agrees with evaluate on the test rows.
expect 0 "wrote 'one.csv'" ranks 1 predict run1/model.h5 songs.csv -o one.csv
expect 0 '' ranks 3 predict run1/model.h5 songs.csv -o three.csv
equal "predictions on 3 ranks" "$(cksum <three.csv)" "$(cksum <one.csv)"
equal "header" "$(head -n 1 one.csv | cut -d, -f1-3)" "row,predicted,probability_pop"
equal "one line a record" "$(wc -l <one.csv)" $((records + 1))
expect 0 '' ranks 2 predict run1/model.h5 run2/model.h5 songs.csv
equal "stdout holds the predictions alone" "$(wc -l <out.txt)" $((records + 1))
# What is mixed up is told what was meant.
refuse 2 "'songs.csv' is no model; models come first" ranks 2 predict songs.csv run1/model.h5
refuse 3 "'run1': it is a directory, expected a checkpoint; its model is 'run1/model.h5'" ranks 2 predict run1 songs.csv
refuse 3 "'run1': it is a directory, expected a checkpoint" "$GENRE_DIST" evaluate run1 --data songs.h5
refuse 3 "cannot read 'data/spotify.h5': no such file or directory; --data FILE.h5 names another" ranks 2 evaluate run1/model.h5
refuse 3 "no such file or directory; --data FILE.h5 names another" "$GENRE_DIST" baseline knn
h5dump -d /test/source_row -y -w 1 songs.h5 | grep -E '^ *[0-9]+,?$' | tr -d ' ,' >rows.txt
genre=$(head -n 1 songs.csv | tr ',' '\n' | grep -n '^playlist_genre$' | cut -d: -f1)
right=$(awk -F, -v genre="$genre" 'FILENAME == "rows.txt" { test[$1] = 1; next }
	FILENAME == "one.csv" { predicted[$1] = $2; next }
	FNR > 1 && (FNR - 1) in test && predicted[FNR - 1] == $genre { right++ } END { print right / length(test) }' rows.txt one.csv songs.csv)
holds "predict agrees with evaluate" "($right - $(json_number one.json accuracy)) ^ 2 < 1e-9"

# A column that is not needed may be lacking, one that is may not; a value may be lacking.
target=$(head -n 1 songs.csv | tr ',' '\n' | grep -n '^playlist_genre$' | cut -d: -f1)
cut -d, -f"$target" --complement songs.csv >unlabelled.csv
expect 0 '' ranks 2 predict run1/model.h5 unlabelled.csv -o unlabelled.out
equal "the target is not needed" "$(cksum <unlabelled.out)" "$(cksum <one.csv)"
tempo=$(head -n 1 songs.csv | tr ',' '\n' | grep -n '^tempo$' | cut -d: -f1)
cut -d, -f"$tempo" --complement songs.csv >slow.csv
refuse 3 "tempo" ranks 3 predict run1/model.h5 slow.csv
equal "a refused table's predictions" "$(cat out.txt)" ""
awk -F, -v OFS=, -v t="$tempo" 'NR == 4 || NR == 2000 { $t = "" } 1' songs.csv >holes.csv
expect 0 'warning: 2 records lack' ranks 2 predict run1/model.h5 holes.csv -o holes.out
equal "empty cells" "$(sed -n 4p holes.out)" "3,,,,,,,"
awk -F, -v OFS=, -v t="$tempo" 'NR == 1500 { $t = "fast" } 1' songs.csv >wrong.csv
expect 0 "1 of [0-9]+ records has no number or date in column 'tempo', which counts as missing" ranks 3 predict run1/model.h5 wrong.csv -o fast.out
equal "a text for a number, where the schema says drop" "$(grep -c '^1499,,,' fast.out)" 1
sed '1500s/,[^,]*$//' songs.csv >wrong.csv
expect 0 "1 of [0-9]+ records has another number of fields than the header, in line 1500" ranks 3 predict run1/model.h5 wrong.csv -o wrong.out
equal "a record of another length, where the schema says drop" "$(grep -c '^1499,,,' wrong.out)" 1
equal "a prediction for each record but that one" "$(grep -vc ',,,' wrong.out)" "$(($(wc -l <wrong.csv) - 1))"
refuse 3 "line 1500.*expected 23 fields" "$GENRE_DIST" preprocess wrong.csv -o wrong.h5
[[ ! -e wrong.h5 ]] || fail "a failed preprocess leaves an output"

refuse 3 "absent.h5" ranks 2 evaluate absent.h5 --data songs.h5
refuse 3 "dataset" ranks 2 evaluate songs.h5 --data songs.h5
refuse 2 "needs a model" ranks 2 evaluate --data songs.h5
refuse 2 "--decimal says how a table is written, and no table is given" "$GENRE_DIST" evaluate run1/model.h5 --data songs.h5 --decimal ,
refuse 2 "needs a model and a CSV" ranks 2 predict run1/model.h5
# A class whose name holds a line break stays on its line.
awk 'BEGIN { print "x,k"; for (i = 0; i < 60; i++) printf "%g,%s\n", i % 7, i % 2 ? "\"b\nz\"" : "c" }' >breaks.csv
"$GENRE_DIST" preprocess breaks.csv --target k -q || fail "no dataset of names with line breaks"
expect 0 '' ranks 1 train --preset study --data breaks.h5 --run breaks --hidden none --epochs 0 -q
expect 0 '' ranks 1 evaluate breaks/model.h5 --data breaks.h5
equal "lines of class 'b z'" "$(grep -c '^b z ' out.txt)" 2

# A dataset among the models, and a run in the place of its model.
refuse 3 "'songs.h5' is a dataset, which is named by --data songs.h5" ranks 2 evaluate run1/model.h5 songs.h5
refuse 3 "'songs.h5' is a dataset, which is named by --data songs.h5" ranks 2 evaluate songs.h5 run1/model.h5
mkdir empty
refuse 3 "'empty': it is a directory, expected a checkpoint; .* model.h5 among them" "$GENRE_DIST" predict empty songs.csv

# What is read is not written over, by whatever name.
ln -s songs.csv link.csv
for output in songs.csv link.csv run1/model.h5; do
	refuse 2 "'$output' is both input and output" ranks 2 predict run1/model.h5 songs.csv -o "$output"
done
equal "the table after that" "$(head -c 9 songs.csv)" "track_id,"
# A result that could not be written is a failure.
if [[ -w /dev/full ]]; then
	for command in "evaluate run1/model.h5 --data songs.h5 --json" "info songs.h5" --help; do
		refuse 1 "cannot write to 'stdout': no space left" bash -c "\"\$GENRE_DIST\" $command >/dev/full"
	done
fi
"$GENRE_DIST" preprocess songs.csv -o other.h5 --seed 9 >/dev/null 2>&1
refuse 3 "another preprocessing" ranks 2 evaluate run1/model.h5 --data other.h5
dd if=/dev/zero of=run2/model.h5 bs=1 seek=4000 count=8 conv=notrunc 2>/dev/null
refuse 3 "run2/model.h5" ranks 2 evaluate run2/model.h5 --data songs.h5
finish
