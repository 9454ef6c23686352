#!/usr/bin/env bash
# A model meets another table: what is unlike the training part is warned of or, with --strict, ends; columns go along; pipes and ranks; a labelled table's scores;
# ranks with different commands; variables that a launcher left behind.
. "$(dirname "$0")/checks.bash"

# leaves NAME SEED ROWS: three trees by leaf length, width and place.
leaves() {
	awk -v seed="$2" -v rows="$3" 'function gauss(mean, deviation, sum, i) { sum = 0; for (i = 0; i < 12; i++) sum += rand(); return mean + deviation * (sum - 6) }
	BEGIN {
		srand(seed); split("alder birch cedar", kinds, " "); split("north south east", sites, " ")
		print "length,width,site,kind"
		for (i = 0; i < rows; i++)
			printf "%.1f,%.1f,%s,%s\n", gauss(4 + i % 3, .5), gauss(2 + .4 * (i % 3), .3), sites[int(rand() * 3) + 1], kinds[i % 3 + 1]
	}' >"$1"
}
leaves plain.csv 7 240
leaves labelled.csv 8 90
"$GENRE_DIST" preprocess plain.csv --target kind >/dev/null 2>&1 || exit 2
"$GENRE_DIST" train --data plain.h5 --run run --epochs 40 --batch-size 32 --hidden 32 --seed 1 -q >/dev/null 2>&1 || exit 2
model=run/model.h5
cut -d, -f1-3 plain.csv >new.csv
expect 0 '' "$GENRE_DIST" predict $model new.csv -o new.out
grep -q warning err.txt && fail "the training table itself was warned of: $(cat err.txt)"
expect 0 '' "$GENRE_DIST" predict $model new.csv --strict -o strict.out
equal "--strict where nothing is odd" "$(cksum <strict.out)" "$(cksum <new.out)"
full() { # FILE: a prediction for each of the 240 records
	equal "predictions in $1" "$(grep -Ec '^[0-9]+,(alder|birch|cedar),[0-9]' "$1")" 240
}

# ---- values that the training part did not have ------------------------------------------------------------------
awk -F, -v OFS=, 'NR > 1 { $3 = "west" } 1' new.csv >new-unseen.csv
awk -F, -v OFS=, 'NR % 4 == 2 { $1 = "" } 1' new.csv >new-gaps.csv
awk -F, -v OFS=, 'NR == 9 { $1 = "4.2x" } 1' new.csv >new-bad-number.csv
awk -F, -v OFS=, 'NR == 9 { $1 = "1e30" } 1' new.csv >new-outlier.csv
odd() { # NAME LINE WARNING REFUSAL
	expect 0 "warning: $3" "$GENRE_DIST" predict $model "$1.csv" -o "$1.out"
	full "$1.out"
	for count in 1 3; do
		refuse 3 "cannot read '$1.csv': line $2: $4" ranks $count predict $model "$1.csv" --strict -o "$1.none"
		[[ ! -e $1.none ]] || fail "an output of what was refused"
	done
}
odd new-unseen 2 "240 of 240 records have a category or year in column 'site' that the training part lacks \(record 1: 'west'\)" "the training part lacks this category or year of column 'site': 'west'"
odd new-gaps 2 "60 of 240 records have no value in column 'length', which is imputed" "no value in column 'length'"
odd new-bad-number 9 "1 of 240 records has no number or date in column 'length', which counts as missing \(record 8: '4.2x'\)" "no number or date in column 'length': '4.2x'"
odd new-outlier 9 "1 of 240 records has a number in column 'length' that is far outside the training part's \(record 8: '1e30'\)" "far outside the training part's numbers is this one of column 'length': '1e30'"
sed '9s/$/,1/' new.csv >ragged.csv
expect 0 '1 of 240 records has another number of fields than the header' "$GENRE_DIST" predict $model ragged.csv -o ragged.out
equal "warnings of one ragged record" "$(grep -c warning: err.txt)" 1
full ragged.out
refuse 3 "line 9: expected 3 fields, found 4" ranks 3 predict $model ragged.csv --strict -o ragged.none
# A gap where the training part has gaps is nothing new.
awk -F, -v OFS=, 'NR % 5 == 2 { $1 = "" } 1' plain.csv >holes.csv
"$GENRE_DIST" preprocess holes.csv --target kind -q >/dev/null 2>&1 || fail "no dataset with gaps"
"$GENRE_DIST" train --data holes.h5 --run holes --epochs 1 --hidden 8 -q >/dev/null 2>&1 || fail "no model of gaps"
expect 0 '' "$GENRE_DIST" predict holes/model.h5 holes.csv --strict -o holes.out
expect 3 "has no column 'length' .*; its columns are '1', '2'" "$GENRE_DIST" predict $model <(tail -n +2 new.csv) --no-header
# Many columns of one kind are few lines.
awk 'BEGIN { srand(3); for (j = 0; j < 30; j++) printf "x%d,", j; print "kind"; for (i = 0; i < 60; i++) { for (j = 0; j < 30; j++) printf "%.3f,", rand(); print i % 2 } }' >many.csv
"$GENRE_DIST" preprocess many.csv --target kind -q >/dev/null 2>&1 || fail "no dataset of many columns"
"$GENRE_DIST" train --data many.h5 --run many --epochs 1 --hidden 8 -q >/dev/null 2>&1 || fail "no model of many columns"
sed '2s/.*/,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,0/' many.csv >none.csv
expect 0 "the same of 27 values in 27 further columns: 'x3'" "$GENRE_DIST" predict many/model.h5 none.csv -o none.out
holds "lines about 30 columns" "$(grep -c warning err.txt) == 4"

# ---- columns by other names, and other dialects ------------------------------------------------------------------
sed '1s/.*/Length,WIDTH,Site /' new.csv >new-case.csv
expect 0 "warning: columns of 'new-case.csv' are taken for those of the model: 'Length' as 'length', 'WIDTH' as 'width', 'Site' as 'site'" "$GENRE_DIST" predict $model new-case.csv -o case.out
equal "columns in other letters" "$(cksum <case.out)" "$(cksum <new.out)"
refuse 3 "'new-case.csv': it has no column 'length' \(nor 2 more that are needed\); did you mean 'Length'" "$GENRE_DIST" predict $model new-case.csv --strict -o case.none
# A column of the very name comes first; two that could be meant are none.
sed '1s/.*/Length,width,site,length/; 2,$s/\([^,]*\)\(.*\)/0\2,\1/' new.csv >both.csv
expect 0 '' "$GENRE_DIST" predict $model both.csv -o both.out
equal "the very name" "$(cksum <both.out)" "$(cksum <new.out)"
sed '1s/.*/Length,width,site,LENGTH/; 2,$s/$/,1/' new.csv >either.csv
refuse 3 "it has no column 'length'" "$GENRE_DIST" predict $model either.csv
sed '1s/width/wdith/' new.csv >typo.csv
refuse 3 "'typo.csv': it has no column 'width'; did you mean 'wdith'" ranks 2 predict $model typo.csv
tr , ';' <new.csv >new-semicolon.csv
expect 0 'semicolons' "$GENRE_DIST" predict $model new-semicolon.csv -o semicolon.out
equal "semicolons" "$(cksum <semicolon.out)" "$(cksum <new.out)"

# ---- columns that go along ---------------------------------------------------------------------------------------
awk -F, -v OFS=, 'NR == 1 { print "id", "a note", $0; next } { print "row" NR - 2, NR == 5 ? "\"x, \"\"y\"\"\"" : "", $0 }' new.csv >new-with-id.csv
expect 0 '' "$GENRE_DIST" predict $model new-with-id.csv --keep id,'a note',length -o kept.out
equal "their names" "$(head -n 1 kept.out)" "row,predicted,probability_alder,probability_birch,probability_cedar,id,a note,length"
equal "their fields" "$(sed -n 5p kept.out | cut -d, -f6-)" "row3,\"x, \"\"y\"\"\",$(sed -n 5p new.csv | cut -d, -f1)"
equal "the rest" "$(cut -d, -f1-5 kept.out | cksum)" "$(cksum <new.out)"
refuse 3 "'new-with-id.csv': it has no column 'ID' to keep; did you mean 'id'" "$GENRE_DIST" predict $model new-with-id.csv --keep ID
expect 0 '' ranks 3 predict $model new-with-id.csv --keep 'a note' -o kept3.out
equal "a field with quotes, on 3 ranks" "$(sed -n 5p kept3.out | cut -d, -f6-)" '"x, ""y"""'

# ---- pipes and ranks: many batches, the same bytes and warnings --------------------------------------------------
{ head -n 1 new-with-id.csv; for ((i = 0; i < 40; i++)); do tail -n +2 new-with-id.csv; done; } | awk -F, -v OFS=, 'NR == 5000 { $3 = "?" } NR == 7777 { $3 = "-" } NR == 8000 { $5 = "west" } 1' >long.csv
sed '5s/.*/i,j,k/; 9000s/$/,1/' long.csv >long-ragged.csv
for file in long long-ragged; do
	expect 0 '' ranks 1 predict $model $file.csv --keep id -o one.out
	grep 'genre-dist: ' err.txt | sed 's/one\.out/many.out/' >one.err
	[[ -s one.err ]] || fail "nothing is said of $file"
	equal "a prediction a record of $file" "$(wc -l <one.out)" 9601
	for count in 2 3 8; do
		expect 0 '' ranks $count predict $model $file.csv --keep id -o many.out
		equal "$file on $count ranks" "$(cksum <many.out)" "$(cksum <one.out)"
		equal "what is said of $file on $count ranks" "$(grep 'genre-dist: ' err.txt | grep -v ' ranks on .* cores\?: they take turns')" "$(cat one.err)"
	done
done
expect 0 '' ranks 1 predict $model long.csv --keep id -o one.out
piped() {
	cat long.csv | mpirun -n "$1" "$GENRE_DIST" predict $model - --keep id -o -
}
packed() {
	gzip -c long.csv | mpirun -n "$1" "$GENRE_DIST" predict $model /dev/stdin --keep id
}
for way in piped packed; do
	for count in 1 3; do
		expect 0 '' $way $count
		equal "$way on $count ranks" "$(cksum <out.txt)" "$(cksum <one.out)"
	done
done
# The first bad line is the one that is said, and what is in front of it is the same everywhere.
sed '9500s/^/"open/' long.csv >open.csv # behind the last field with quotes
refuse 3 "'open.csv': line 9500: a quote of the record that begins here is never closed" ranks 1 predict $model open.csv
cp out.txt one.txt
refuse 3 "'open.csv': line 9500: a quote of the record that begins here is never closed" ranks 3 predict $model open.csv
equal "what was written before" "$(cksum <out.txt)" "$(cksum <one.txt)"
refuse 3 "'long.csv': line 5000: no value in column 'length'" ranks 3 predict $model long.csv --strict -o long.none
head -n 1 new.csv >empty.csv
expect 0 '' ranks 3 predict $model empty.csv
equal "a table without records" "$(cat out.txt)" "row,predicted,probability_alder,probability_birch,probability_cedar"

# ---- a labelled table's scores -----------------------------------------------------------------------------------
expect 0 '' "$GENRE_DIST" evaluate $model labelled.csv --json
cp out.txt labelled.json
equal "rows" "$(json_number labelled.json rows)" 90
"$GENRE_DIST" predict $model labelled.csv -o labelled.out 2>/dev/null
right=$(paste -d, <(cut -d, -f4 labelled.csv) <(cut -d, -f2 labelled.out) | awk -F, '$1 == $2' | wc -l)
holds "accuracy is that of predict" "($right / 90 - $(json_number labelled.json accuracy)) ^ 2 < 1e-12"
holds "accuracy" "$(json_number labelled.json accuracy) > .7"
for count in 2 3 8; do
	expect 0 '' ranks $count evaluate $model labelled.csv --json
	equal "scores on $count ranks" "$(cat out.txt)" "$(cat labelled.json)"
done
# The whole training table: its three parts together.
total=0
for part in train validation test; do
	"$GENRE_DIST" evaluate $model --data plain.h5 --part $part --json >part.json 2>/dev/null
	total=$(awk "BEGIN { print $total + $(json_number part.json accuracy) * $(json_number part.json rows) }")
done
expect 0 '' "$GENRE_DIST" evaluate $model plain.csv --json
holds "the whole is the sum of its parts" "($total - 240 * $(json_number out.txt accuracy)) ^ 2 < 1e-12"
{ head -n 1 labelled.csv; tail -n 30 labelled.csv; } >rest.csv
head -n 61 labelled.csv >first.csv
expect 0 '' "$GENRE_DIST" evaluate $model first.csv rest.csv --json
equal "several tables are one" "$(cat out.txt)" "$(cat labelled.json)"
from_stdin() {
	"$GENRE_DIST" evaluate $model - --json <labelled.csv
}
expect 0 '' from_stdin
equal "from stdin" "$(cat out.txt)" "$(cat labelled.json)"
sed '3s/,[a-z]*$/,/; 4s/,[a-z]*$/,?/; 5s/,[a-z]*$/,oak/' labelled.csv >gaps.csv
expect 0 "warning: 2 of 90 records have no label, the first in line 3; they are not scored" ranks 2 evaluate $model gaps.csv --json
grep -q "warning: 1 of 90 records has a label that is no class of the model ('oak' in line 5); it is not scored" err.txt || fail "an unknown label: $(cat err.txt)"
equal "rows that are scored" "$(json_number out.txt rows)" 87
sed '2,$s/,[a-z]*$/,oak/' labelled.csv >unknown.csv
refuse 3 "cannot score 'unknown.csv': no record has both a label of the model and a prediction" "$GENRE_DIST" evaluate $model unknown.csv
refuse 3 "'new.csv': it has no column 'kind'" ranks 2 evaluate $model new.csv
refuse 2 "--part goes with a dataset, and 'labelled.csv' is a table" ranks 2 evaluate $model labelled.csv --part test
refuse 2 "--data goes with a dataset, and 'labelled.csv' is a table" "$GENRE_DIST" evaluate $model labelled.csv --data plain.h5

# ---- ranks with commands of their own ----------------------------------------------------------------------------
cp new.csv part0.csv
head -n 100 new.csv >part1.csv
export GENRE_DIST model
apart() {
	mpirun -n 2 sh -c "$1"
}
expect 0 '' apart '"$GENRE_DIST" predict $model part$OMPI_COMM_WORLD_RANK.csv -o apart$OMPI_COMM_WORLD_RANK.csv'
equal "rank 0's own table" "$(cksum <apart0.csv)" "$(cksum <new.out)"
equal "rank 1's own table" "$(cksum <apart1.csv)" "$(head -n 100 new.out | cksum)"
refuse 2 "ranks 0 and 1 were given different commands but one --output" apart '"$GENRE_DIST" predict $model part$OMPI_COMM_WORLD_RANK.csv -o together.csv'
[[ ! -e together.csv ]] || fail "an output of two ranks"
refuse 2 "the ranks of this job were given different commands: rank 0 'genre-dist train .*run-0 .*', rank 1 'genre-dist train .*run-1 .*'" apart \
	'"$GENRE_DIST" train --data plain.h5 --run run-$OMPI_COMM_WORLD_RANK --epochs 1 -q'
[[ ! -e run-0 ]] || fail "a run of ranks that do not belong together"
# Commands of one process: each rank's own page or words; one process does what all were told; songs are drawn together, or not at all.
expect 0 '' apart '"$GENRE_DIST" report run -o page$OMPI_COMM_WORLD_RANK.html'
for page in page0.html page1.html; do
	[[ -s $page ]] || fail "no $page of a rank with a command of its own"
done
expect 0 "wrote 'page.html'" ranks 2 report run -o page.html
equal "pages that are said to be written" "$(grep -c "wrote 'page.html'" err.txt)" 1
refuse 2 "ranks 0 and 1 were given different commands but one --output" apart '"$GENRE_DIST" report run --data plain$OMPI_COMM_WORLD_RANK.h5 -o both.html'
expect 0 '' apart '"$GENRE_DIST" info $([ $OMPI_COMM_WORLD_RANK = 0 ] && echo plain.h5 || echo holes.h5)'
equal "what each rank describes" "$(grep -Ec '^dataset (plain|holes).h5$' out.txt)" 2
refuse 2 "the ranks of this job were given different commands: rank 0 'genre-dist synth .*songs0.csv.*', rank 1 'genre-dist synth .*songs1.csv" apart '"$GENRE_DIST" synth --rows 10 -o songs$OMPI_COMM_WORLD_RANK.csv'

# ---- what a launcher left behind ---------------------------------------------------------------------------------
for left in "PMI_SIZE=4 PMI_RANK=1" "SLURM_PROCID=2 SLURM_STEP_ID=0" "SLURM_PROCID=2 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=4 SLURM_JOB_ID=7" "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=4" "PMIX_RANK=3" \
	"OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=4 PMIX_RANK=2 PMIX_NAMESPACE=gone PMIX_SERVER_URI2=gone PMIX_SERVER_TMPDIR=$directory/gone"; do
	for command in info --help --version "predict --help" "info plain.h5"; do
		expect 0 '' env $left "$GENRE_DIST" $command
		[[ -s out.txt ]] || fail "'$command' is silent with $left"
	done
	expect 0 '' env $left "$GENRE_DIST" predict $model new.csv -o left.out
	equal "predictions with $left" "$(cksum <left.out)" "$(cksum <new.out)"
	refuse 3 "absent.csv" env $left "$GENRE_DIST" predict $model absent.csv
done
finish
