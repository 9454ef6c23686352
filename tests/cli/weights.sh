#!/usr/bin/env bash
# Weights of records: in a dataset, in the loss, in the scores.
. "$(dirname "$0")/shared.bash"

# One array of a dataset, hashed.
array_of() {
	h5dump -d "$2" "$1" 2>/dev/null | awk '/ATTRIBUTE/ { exit } /^ *\(/' | cksum
}
train() {
	local data=$1 run=$2
	shift 2
	expect 0 '' "$GENRE_DIST" train --preset study --data "$data" --run "$run" --hidden 8 --epochs 3 --batch-size 100 --checkpoint-every 0 -q "$@"
}

# ---- datasets: 700 records, a weight from 0 to 4 and a quarter of them, weights of 1 ------------------------------
awk 'BEGIN {
	srand(4)
	print "a,b,colour,importance,one,kind"
	for (i = 1; i <= 700; i++) {
		k = int(rand() * 3); c = rand() < .5 ? k : int(rand() * 3)
		printf "%.3f,%.3f,%s,%s,1,%s\n", k + rand() * 2, rand() - k * (rand() > .3), substr("redbluegrey", 1 + 3 * c + (c == 2), 3 + (c > 0)), int(rand() * 5) + (i % 4 == 0) * .25, substr("xyz", k + 1, 1)
	}
}' >records.csv
alike "a dataset with weights" 3 records.csv --target kind --drop one --weight importance
for part in train validation test; do
	equal "$part: weights on three ranks" "$(array_of many.h5 $part/weights)" "$(array_of one.h5 $part/weights)"
	equal "$part: features on three ranks" "$(array_of many.h5 $part/features)" "$(array_of one.h5 $part/features)"
done
equal "a weight is the record's" "$(h5dump -d train/weights -s 5 -c 1 one.h5 | sed -n 's/.*(5): //p')" \
	"$(awk -F, -v n="$(h5dump -d train/source_row -s 5 -c 1 one.h5 | sed -n 's/.*(5): //p')" 'NR == n + 1 { print $4 }' records.csv)"
mv one.h5 weighted.h5
# The column is no feature, and the content is that of the rows without it.
expect 0 '' "$GENRE_DIST" preprocess records.csv --target kind --drop one,importance -o plain.h5
equal "content without weights" "$(content_of weighted.h5)" "$(content_of plain.h5)"
equal "no weights without --weight" "$(h5ls plain.h5/train | grep -c weights)" 0
# What was decided, given back.
expect 0 '' "$GENRE_DIST" preprocess records.csv --target kind --drop one --weight importance --write-schema s.ini -f -o again.h5
grep -q '^weight = importance' s.ini || fail "the schema does not name the weight: $(cat s.ini)"
expect 0 '' "$GENRE_DIST" preprocess records.csv --schema s.ini -f -o again.h5
equal "weights by a schema" "$(array_of again.h5 train/weights)" "$(array_of weighted.h5 train/weights)"

sed '5s/[^,]*,\([^,]*,[^,]*\)$/-1,\1/' records.csv >negative.csv
same_refusal "a negative weight" 3 3 negative.csv --target kind --weight importance
grep -q "line 5: expected a weight.* in column 'importance', found '-1'" err.txt || fail "no line of a negative weight: $(cat err.txt)"
sed '9s/[^,]*,\([^,]*,[^,]*\)$/much,\1/' records.csv >text.csv
refuse 3 "line 9: expected a weight.*found 'much'" "$GENRE_DIST" preprocess text.csv --target kind --weight importance -o bad.h5
sed '9s/[^,]*,\([^,]*,[^,]*\)$/1e39,\1/' records.csv >large.csv
refuse 3 "line 9: expected a weight" "$GENRE_DIST" preprocess large.csv --target kind --weight importance -o bad.h5
sed '9s/[^,]*,\([^,]*,[^,]*\)$/,\1/' records.csv >gap.csv
expect 0 "1 of 700 records lacks a value and was dropped" "$GENRE_DIST" preprocess gap.csv --target kind --weight importance -f -o gap.h5
refuse 3 "no value in column 'importance'" "$GENRE_DIST" preprocess gap.csv --target kind --weight importance --missing error -f -o bad.h5
sed 's/,1,\([xyz]\)$/,0,\1/' records.csv >nothing.csv
refuse 3 "gives no training record a weight above 0" "$GENRE_DIST" preprocess nothing.csv --target kind --weight one -f -o bad.h5
refuse 2 "name the same column" "$GENRE_DIST" preprocess records.csv --target kind --weight kind -f -o bad.h5
refuse 3 "no column 'importances'; did you mean 'importance'" "$GENRE_DIST" preprocess records.csv --target kind --weight importances -f -o bad.h5

# ---- training: weights of 1 are none; the same on any number of ranks --------------------------------------------
expect 0 '' "$GENRE_DIST" preprocess records.csv --target kind --drop importance --weight one -o ones.h5
train ones.h5 ones
train plain.h5 none
equal "weights of 1" "$(weights_of ones/model.h5)" "$(weights_of none/model.h5)"
train weighted.h5 alone --class-weights balanced
expect 0 '' ranks 3 train --preset study --data weighted.h5 --run together --hidden 8 --epochs 3 --batch-size 100 --checkpoint-every 0 -q --class-weights balanced
equal "three ranks" "$(weights_of together/model.h5)" "$(weights_of alone/model.h5)"
h5diff together/metrics.h5 alone/metrics.h5 epochs/validation_loss || fail "validation on three ranks"
[[ $(weights_of alone/model.h5) != $(weights_of none/model.h5) ]] || fail "weights change nothing"
train weighted.h5 folds --folds 3
train weighted.h5 single --batch-size 1 --max-steps 200

# A record of weight 3 is three of weight 1: one step after the other on all of them, columns that copies leave as they are.
awk 'BEGIN {
	print "a,b,c,w,kind,part" >"thrice.csv"; print "a,b,c,kind,part" >"copies.csv"
	for (i = 0; i < 64; i++) {
		row = (i % 2 ? 1.5 : -1.5) "," (int(i / 2) % 2 ? 2 : -2) "," (int(i / 4) % 2 ? .25 : -.25)
		kind = substr("xyz", 1 + (i * 7 + int(i / 5)) % 3, 1); heavy = i % 16 < 8
		print row "," (heavy ? 3 : 1) "," kind ",train" >"thrice.csv"
		for (n = 0; n < (heavy ? 3 : 1); n++)
			print row "," kind ",train" >"copies.csv"
	}
}'
expect 0 '' "$GENRE_DIST" preprocess thrice.csv --target kind --numeric a,b,c --split column --split-column part --weight w
expect 0 '' "$GENRE_DIST" preprocess copies.csv --target kind --numeric a,b,c --split column --split-column part
equal "means" "$(array_of thrice.h5 preprocessing/standard_deviation)" "$(array_of copies.h5 preprocessing/standard_deviation)"
for name in thrice copies; do
	expect 0 '' "$GENRE_DIST" train --preset study --data $name.h5 --run $name --hidden 6 --dropout 0 --optimizer sgd --learning-rate 0.5 --epochs 20 --batch-size 1000 -q
done
for array in dense_0/weight dense_0/bias dense_1/weight dense_1/bias; do
	expect 0 '' h5diff -d 1e-5 thrice/model.h5 copies/model.h5 "model/$array" "model/$array"
done
expect 1 '' h5diff -d 1e-5 thrice/model.h5 ones/model.h5 model/dense_1/bias model/dense_1/bias

# ---- scores -------------------------------------------------------------------------------------------------------
expect 0 '' "$GENRE_DIST" evaluate ones/model.h5 --data ones.h5 --json
sed 's/"weight": [0-9]*, //' out.txt >ones.json
expect 0 '' "$GENRE_DIST" evaluate none/model.h5 --data plain.h5 --json
equal "scores by weights of 1" "$(cat ones.json)" "$(cat out.txt)"
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 --data weighted.h5 --json --importance
mv out.txt alone.json
expect 0 '' ranks 3 evaluate alone/model.h5 --data weighted.h5 --json --importance
equal "scores on three ranks" "$(cat out.txt)" "$(cat alone.json)"
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 --data weighted.h5
grep -Eq '^rows [0-9]+ of weight [0-9.]+  accuracy' out.txt || fail "no weight in the table of scores: $(head -1 out.txt)"
# Of a table: records that weigh 0 are not there, those that weigh 3 are there three times.
awk -F, 'NR == 1 || $4 == int($4)' records.csv >whole.csv
awk -F, -v OFS=, 'NR == 1 { print; next } { n = $4; $4 = 1; for (i = 0; i < n; i++) print }' whole.csv >counted.csv
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 whole.csv --json
mv out.txt whole.json
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 counted.csv --json
for score in accuracy balanced_accuracy f1_macro log_loss brier expected_calibration_error roc_auc average_precision weight; do
	holds "$score of whole weights" "($(json_number whole.json $score) - $(json_number out.txt $score)) ^ 2 < 1e-20"
done
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 whole.csv --json --importance
mv out.txt importance.json
expect 0 '' ranks 3 evaluate alone/model.h5 whole.csv --json --importance
equal "a table's scores and importance on three ranks" "$(cat out.txt)" "$(cat importance.json)"
awk -F, 'NR == 1 || $4 > 0' whole.csv >positive.csv
expect 0 '' "$GENRE_DIST" evaluate alone/model.h5 positive.csv --json
equal "records that weigh nothing" "$(cat out.txt)" "$(cat whole.json)"
cut -d, -f1-3,6 whole.csv >bare.csv
expect 0 "no column 'importance', by which the model's records were weighted: each record counts 1" "$GENRE_DIST" evaluate alone/model.h5 bare.csv --json --importance
[[ $(sed 's/.*"importance"//' out.txt) != "$(sed 's/.*"importance"//' importance.json)" ]] || fail "weights play no part in the importance of columns"
holds "the weights' part in the scores" "$(json_number whole.json log_loss) != $(json_number out.txt log_loss)"
expect 0 "1 of 700 records has no weight.*'-1' in line 5.*not scored" "$GENRE_DIST" evaluate alone/model.h5 negative.csv --json
expect 0 '' "$GENRE_DIST" predict alone/model.h5 bare.csv -o -

# A dataset without weights has the same features: a model trained by weights is scored on it, each row counting 1; no run goes on with it.
for count in 1 2; do
	expect 0 "warning: 'plain.h5' has no weights .*that 'alone/model.h5' was trained on: each row counts 1" ranks $count evaluate alone/model.h5 --data plain.h5 --json
	equal "warnings of it on $count ranks" "$(grep -c 'has no weights' err.txt)" 1
done
equal "a score by no weights" "$(grep -c '"weight"' out.txt)" 0
expect 0 '' "$GENRE_DIST" evaluate none/model.h5 --data weighted.h5 --json
grep -q 'has no weights' err.txt && fail "a dataset with weights was said to have none"
refuse 2 "'plain.h5' is not the dataset that the run in 'alone' was trained on: their weights of records .* differ" "$GENRE_DIST" train --data plain.h5 --run alone --resume --epochs 5
refuse 2 "'ones.h5' is not the dataset that the run in 'alone' was trained on: their weights of records .* differ" "$GENRE_DIST" train --data ones.h5 --run alone --resume --epochs 5
expect 0 '' "$GENRE_DIST" bench --data weighted.h5 --hidden 8 --steps 5
grep -q "weighted.h5, rows with weights" out.txt || fail "bench does not say that rows have weights: $(cat out.txt)"
expect 0 '' ranks 2 bench --data weighted.h5 --hidden 8 --steps 5
expect 0 '' "$GENRE_DIST" bench --data ones.h5 --hidden 8 --steps 5

for name in logistic knn tree; do
	"$GENRE_DIST" baseline $name --data weighted.h5 --json >one.json 2>err.txt || {
		grep -q 'needs XGBoost' err.txt && continue
		fail "baseline $name: $(cat err.txt)"
	}
	expect 0 '' ranks 3 baseline $name --data weighted.h5 --json
	equal "$name on three ranks" "$(sed 's/"seconds": [0-9.]*, //' out.txt)" "$(sed 's/"seconds": [0-9.]*, //' one.json)"
	expect 0 '' "$GENRE_DIST" baseline $name --data plain.h5 --json
	holds "$name by weights" "$(json_number one.json log_loss) != $(json_number out.txt log_loss)"
done
finish
