#!/usr/bin/env bash
# A dataset and a model that version 0.2.0 wrote (tests/golden/old) are read as they are: a model's answers do not change, nor does what its schema makes of its table.
. "$(dirname "$0")/checks.bash"
old="$(dirname "$(readlink -f "$0")")/../golden/old"
[[ -d $old ]] || old="${GD_SOURCE_DIRECTORY:?}/tests/golden/old"

expect 0 'records lack a value' "$GENRE_DIST" predict "$old/model.h5" "$old/flowers.csv" -o predicted.csv
equal "rows of the prediction" "$(wc -l <predicted.csv)" "$(wc -l <"$old/predicted.csv")"
equal "what is predicted" "$(cut -d, -f1,2 predicted.csv | cksum)" "$(cut -d, -f1,2 "$old/predicted.csv" | cksum)"
holds "the largest change of a probability" "$(paste -d, predicted.csv "$old/predicted.csv" | awk -F, 'NR > 1 { for (i = 3; i <= 5; i++) { d = $i - $(i + 5); d = d < 0 ? -d : d; m = d > m ? d : m } } END { print m + 0 }') < 1e-6"
# A category that the old recipe lists as 1.0 is met as 1, and the other way round.
awk -F, -v OFS=, 'NR > 1 { sub(/\.0$/, "", $3) } 1' "$old/flowers.csv" >whole.csv
expect 0 '' "$GENRE_DIST" predict "$old/model.h5" whole.csv -o whole.out
equal "1 for 1.0" "$(cksum <whole.out)" "$(cksum <predicted.csv)"
expect 0 '' "$GENRE_DIST" evaluate "$old/model.h5" --data "$old/flowers.h5" --json
holds "the accuracy of the old model" "$(json_number out.txt accuracy) > .9 && $(json_number out.txt accuracy) < .902"
expect 0 '' "$GENRE_DIST" train --preset study --data "$old/flowers.h5" --run run --epochs 1 --quiet
expect 0 '' "$GENRE_DIST" info "$old/flowers.h5"

# A run that 0.2.0 left after 9 of 30 steps goes on, with a word on its arithmetic, to where 0.2.0 itself went: validation loss 0.7836.
mkdir stopped && cp "$old"/stopped/* stopped/
expect 0 'computed by version 1 of the arithmetic' ranks 2 train --data "$old/flowers.h5" --run stopped --resume --max-steps 0
expect 0 '' "$GENRE_DIST" info stopped/checkpoint.h5
grep -q 'step 30 ' out.txt || fail "the old run did not come to its end: $(grep step out.txt)"
holds "the validation loss of the resumed run" "$("$GENRE_DIST" info stopped/checkpoint.h5 | awk '$1 == 6 && NF > 5 { print $4; exit }') - .7836 < 1e-3 && $("$GENRE_DIST" info stopped/checkpoint.h5 | awk '$1 == 6 && NF > 5 { print $4; exit }') - .7836 > -1e-3"

expect 0 "6 of 240 records lack a value and were dropped" "$GENRE_DIST" preprocess "$old/flowers.csv" --schema "$old/flowers.ini" -o flowers.h5
for object in train/features train/labels train/source_row validation/features test/features test/source_row statistics/class_counts; do
	# The values alone: a dimension's scale is an attribute by its address, which is another in each file.
	equal "$object" "$(h5dump -d "/$object" flowers.h5 | sed '1d; /ATTRIBUTE/,$d' | cksum)" "$(h5dump -d "/$object" "$old/flowers.h5" | sed '1d; /ATTRIBUTE/,$d' | cksum)"
done
finish
