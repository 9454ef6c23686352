#!/usr/bin/env bash
# Columns as people bring them: what inference makes of them, how missing values are dealt with, what is said, and that training and prediction follow.
. "$(dirname "$0")/checks.bash"

# table NAME [AWK]: 240 records of three trees by leaf length, width and place; AWK may change the fields (length, width, site, kind) and set `more`, and `heads` in its BEGIN.
table() {
	awk -v OFS=, "function draw(n) { return int(rand() * n) }
	function gauss(mean, deviation, sum, i) { sum = 0; for (i = 0; i < 12; i++) sum += rand(); return mean + deviation * (sum - 6) }
	BEGIN {
		srand(7); split(\"alder birch cedar\", kinds, \" \"); split(\"north south east\", sites, \" \")
		${3:-rows = 240;} print \"length,width,site,kind\" heads
		for (i = 0; i < rows; i++) {
			k = i % 3; more = \"\"
			length_ = sprintf(\"%.1f\", gauss(4 + k, .5)); width = sprintf(\"%.1f\", gauss(2 + .4 * k, .3)); site = sites[draw(3) + 1]; kind = kinds[k + 1]
			${2:-}
			print length_ \",\" width \",\" site \",\" kind more
		}
	}" >"$1"
}
program="$GENRE_DIST"
pre() { # NAME [OPTION...]
	local name=$1
	shift
	expect 0 "wrote '$name.h5'" "$program" preprocess "$name.csv" --target kind --force "$@"
}
# says PATTERN: stdout or stderr of the last command has it.
says() {
	checks=$((checks + 1))
	cat out.txt err.txt | grep -Eq -- "$1" || { fail "nobody says '$1'"; cat out.txt err.txt >&2; }
}
silent() {
	checks=$((checks + 1))
	! cat out.txt err.txt | grep -Eq -- "$1" || fail "somebody says '$1'"
}
names_of() {
	h5dump -d /preprocessing/feature_names "$1" 2>/dev/null | awk '/ATTRIBUTE/ { exit } sub(/^ *\([0-9,]*\): /, "") { printf "%s", $0 }' | sed 's/", *"/", "/g'
}
content_of() {
	for object in train/features train/labels validation/features test/features test/source_row preprocessing/mean preprocessing/class_names preprocessing/feature_names; do
		h5dump -d "/$object" "$1" 2>/dev/null | awk '/ATTRIBUTE/ { exit } sub(/^ *\([0-9,]*\): /, "")'
	done | cksum
}
# learns NAME LEAST: trains briefly; the test part's accuracy is LEAST or more.
learns() {
	expect 0 '' "$program" train --preset study --data "$1.h5" --run "run-$1" --epochs 40 --batch-size 32 --hidden 32 --quiet
	expect 0 '' "$program" evaluate "run-$1/model.h5" --data "$1.h5" --json
	holds "accuracy on $1" "$(json_number out.txt accuracy) >= $2"
}
# predicts NAME: trains for one epoch, and predicts the same table with --strict.
predicts() {
	expect 0 '' "$program" train --preset study --data "$1.h5" --run "run-$1" --epochs 1 --quiet
	expect 0 '' "$program" predict "run-$1/model.h5" "$1.csv" --strict -o "$1.out"
}

table plain.csv
pre plain
learns plain .75
says_nothing_else=$(grep -c warning err.txt)
equal "warnings about a plain table" "$says_nothing_else" 0

# ---- missing values ---------------------------------------------------------------------------------------------
for word in NaN '?' N/A null '#N/A' None - ''; do
	table missing.csv "if (rand() < .2) length_ = \"$word\""
	pre missing
	says '^ +length +numeric +100% numbers, .* missing'
	equal "features with '$word'" "$(names_of missing.h5)" '"length", "missing(length)", "width", "site=east", "site=north", "site=south"'
done
learns missing .65
table mostly.csv 'if (rand() < .6) length_ = "?"'
pre mostly
learns mostly .5
table category.csv 'if (rand() < .15) site = "NaN"'
pre category
equal "a missing text is a level" "$(names_of category.h5)" '"length", "width", "site=east", "site=north", "site=south", "missing(site)"'
learns category .75
table target.csv 'if (rand() < .1) kind = i % 2 ? "NaN" : "?"'
pre target
says '[0-9]+ of 240 records have no label and were left out'
equal "classes without those that mean none" "$(grep -Ec '^  (alder|birch|cedar) +[0-9]+ +[0-9]+ +[0-9]+$' out.txt)" 3
table none.csv 'if (k == 0) kind = "None"'
pre none
says "'None' is taken for a class; if it means that there is no label: --missing-values None"
pre none --missing-values None
says '80 of 240 records have no label'
# The mean of the training part, or its median; both where prediction finds them.
printf 'a,kind,part\n1,x,train\n2,y,train\n9,x,train\n,y,train\n7,x,test\n,y,test\n' >small.csv
pre small --split column --split-column part
h5dump -d /preprocessing/recipe small.h5 >recipe.txt
grep -q 'a = numeric, fill 4, missing' recipe.txt || fail "no mean in the recipe: $(grep 'a =' recipe.txt)"
pre small --split column --split-column part --encoding quantile
h5dump -d /preprocessing/recipe small.h5 >recipe.txt
grep -q 'a = numeric, fill 2, missing' recipe.txt || fail "no median in the recipe: $(grep 'a =' recipe.txt)"
pre small --split column --split-column part --missing drop
says '2 of 6 records lack a value and were dropped'
refuse 3 "line 5: no value in column 'a'" "$program" preprocess small.csv --target kind --missing error --force
# A sentinel is named, and the option given works.
table words.csv 'split("n/a unknown Missing none", w, " "); if (rand() < .2) length_ = w[draw(4) + 1]; if (rand() < .1) kind = "unknown"'
pre words
says "^ +length +numeric +[0-9.]+% numbers, [0-9]+ distinct$"
says "column 'length': [0-9]+ of 240 values are no numbers \\('Missing' for one\\) and count as missing; --categorical"
says "'unknown' is taken for a class; if it means that there is no label: --missing-values unknown"
learns words .65
expect 0 '' "$program" predict run-words/model.h5 words.csv -o words.out
equal "a prediction for each record" "$(grep -Ec '^[0-9]+,(alder|birch|cedar|unknown),' words.out)" 240
# A quotient by nothing.
table infinite.csv 'if (rand() < .3) length_ = rand() < .5 ? "-inf" : "Infinity"'
pre infinite
says "column 'length': [0-9]+ of 240 values are no numbers \\('-inf' for one\\) and count as missing; --categorical"
table sentinel.csv 'if (rand() < .1) length_ = "-999"'
pre sentinel
says "warning: column 'length' holds -999 in [0-9.]*% of the records, far from all else; if that means no value: --missing-values -999"
pre sentinel --missing-values=-999
silent 'far from all else'
says '^ +length +numeric .* missing'
learns sentinel .7

# ---- kinds of values --------------------------------------------------------------------------------------------
table half.csv 'more = "," (rand() < .75 ? 1000 + draw(9000) : "A/" draw(9) " " draw(9999))' 'rows = 240; heads = ",ticket";'
pre half
says '^ +ticket +(drop|categorical) '
table plus.csv 'more = "," (draw(4) == 3 ? "3+" : draw(3))' 'rows = 240; heads = ",children";'
pre plus
says '^ +children +categorical +4 levels'
table few.csv 'if (i % 40 == 7) length_ = "broken"'
pre few
says "column 'length': 6 of 240 values are no numbers \('broken' for one\) and count as missing; --categorical"
pre few --categorical length
says '^ +length +categorical '
table slip.csv 'if (i == 30) length_ = "broken"'
pre slip
says "column 'length': 1 of 240 values is no number \('broken'\) and counts as missing; --categorical"
table codes.csv 'more = sprintf(",%05d,%04d", 1067 + 7919 * draw(9), 40 * i + draw(40))' 'rows = 240; heads = ",zip,one";'
pre codes
says '^ +zip +categorical +9 levels; codes, with zeros in front \(--numeric\)'
says '^ +one +drop +identifier: 240 whole numbers'
names_of codes.h5 | grep -q '"zip=01067"' || fail "no feature of a code: $(names_of codes.h5)"
predicts codes
pre codes --numeric zip
says '^ +zip +numeric +100% numbers, 9 distinct'
table money.csv 'more = sprintf(",\"$%d,%03d\",%.1f%%,%.1f kg", draw(9) + 1, draw(1000), rand() * 99, rand() * 20)' 'rows = 240; heads = ",price,share,weight";'
pre money
says "^ +price +numeric +100% numbers in '[$]'"
says "^ +share +numeric +100% numbers in '%'"
says "^ +weight +numeric +100% numbers in 'kg'"
learns money .7
table truth.csv 'split("True TRUE yes", t, " "); split("False no 0", f, " "); more = "," (rand() < .5 ? t[draw(3) + 1] : f[draw(3) + 1])' 'rows = 240; heads = ",picked";'
pre truth
says '^ +picked +flag '
equal "a flag is one feature" "$(names_of truth.h5)" '"length", "width", "site=east", "site=north", "site=south", "picked"'
table dates.csv 'more = sprintf(",20%02d-%02d-%02d,2021-%02d-%02dT%02d:15:00Z,%d/%d/2020,%d.%d.2020", 10 + draw(14), draw(12) + 1, draw(28) + 1, draw(12) + 1, draw(28) + 1, draw(24), draw(12) + 1, draw(16) + 13, draw(16) + 13, draw(12) + 1)' \
	'rows = 240; heads = ",seen,stamp,us,eu";'
pre dates
says '^ +seen +date +year first: year, month, weekday$'
says '^ +stamp +date +year first: month, weekday, hour$'
says '^ +us +date +month first: month, weekday$'
says '^ +eu +date +day first: month, weekday$'
silent warning
table packed.csv 'more = sprintf(",20%02d%02d%02d,%s-%02d", 10 + draw(14), draw(12) + 1, draw(28) + 1, substr("JanFebMar", 3 * draw(3) + 1, 3), draw(20))' 'rows = 240; heads = ",day,month";'
pre packed
says '^ +day +date +year first: year, month, weekday; YYYYMMDD \(--numeric\)$'
says '^ +month +date +year first: year, month$'
predicts packed
pre packed --numeric day
says '^ +day +numeric +100% numbers'
table lab.csv 'more = sprintf(",%s%.2f,%d:%02d", rand() < .1 ? "<" : "", rand() * 9, draw(99), draw(60))' 'rows = 240; heads = ",zinc,run";'
pre lab
says "^ +zinc +numeric +100% numbers, of limits \\('<'\\) the limit itself"
says '^ +run +numeric +100% durations, in what their last part counts'
predicts lab
# Several units of one measure, letters for thousands, amounts of several parts, two numbers: as features that carry the class.
table units.csv 'm = int(60 * (k + rand())) + 1; g = 700 * (k + rand()) + 1; more = sprintf(",%s,%s,%dh %dm,PT%dM,\xe2\x82\xac%s,%d/%d,%s", g < 1000 ? sprintf("%.0f g", g) : sprintf("%.3f kg", g / 1000), (i % 4) ? sprintf("%.1fk", k + rand()) : sprintf("%d", 1000 * (k + rand())), 1 + m / 60, m % 60, m, i % 2 ? sprintf("%.1fM", 1 + k) : (1000 * (1 + k)) "K", 100 + 10 * k + draw(10), 60 + draw(9), (i % 3) ? draw(9) + 1 " weeks" : draw(9) " months")' 'rows = 240; heads = ",mass,plays,time,iso,wage,pressure,age";'
pre units --drop length,width,site --write-schema units.ini
says "^ +mass +numeric +100% numbers in 'kg', 'g' converted, [0-9]+ distinct$"
says "^ +plays +numeric +100% numbers, 'k' converted"
says "^ +time +numeric +100% numbers in 'm'"
says "^ +iso +numeric +100% numbers in 's'"
says "^ +wage +numeric +100% numbers in '\xe2\x82\xac'|^ +wage +numeric +100% numbers in '€'"
says "^ +pressure +numeric +100% pairs of numbers, a feature each"
says "^ +age +numeric +100% numbers in 'weeks', 'months' converted"
silent warning:.*missing
equal "what a schema says of them" "$(grep -E '^(mass|plays|time|iso|pressure|age) ' units.ini | tr '\n' '|')" 'mass = quantity kg|plays = quantity 1|time = quantity m|iso = quantity s|pressure = first, second|age = quantity weeks|'
equal "a feature each" "$(names_of units.h5)" '"mass", "plays", "time", "iso", "wage", "first(pressure)", "second(pressure)", "age"'
learns units .95
expect 0 '' "$program" predict run-units/model.h5 units.csv --strict -o units.out
# Grams for kilograms, and minutes for hours, change nothing.
awk -F , -v OFS=, 'NR > 1 { if (sub(/ kg$/, "", $5)) $5 = sprintf("%.0f g", 1000 * $5); if (sub(/k$/, "", $6)) $6 = sprintf("%.0f", 1000 * $6); split($7, t, /[hm ]+/); $7 = 60 * t[1] + t[2] " min"; $8 = "P0DT" substr($8, 3) } 1' units.csv >same.csv
expect 0 '' "$program" predict run-units/model.h5 same.csv --strict -o same.out
equal "the same in other units" "$(cut -d, -f1,2 same.out | cksum)" "$(cut -d, -f1,2 units.out | cksum)"
expect 0 '' "$program" export run-units/model.h5 -o units.onnx
# Decimal marks that differ from column to column; a table of commas alone is another matter.
table marks.csv 'more = sprintf(",\"%.2f\"", 1000 * rand()); sub(/[.]/, ",", more); sub(/^,*/, "", more); more = "," more' 'rows = 240; heads = ",price";'
sed -i '2,$s/,"\([0-9]*\)[.]/,"\1,/' marks.csv
pre marks --write-schema marks.ini
says "^ +length +numeric +100% numbers, [0-9]+ distinct"
says "^ +price +numeric +100% numbers, decimal comma, [0-9]+ distinct"
grep -q '^price = quantity, comma$' marks.ini || fail "the schema does not say that prices have commas: $(grep price marks.ini)"
cp marks.h5 first.h5
expect 0 '' "$program" preprocess marks.csv --schema marks.ini --force
equal "the same content from the file that was written" "$(content_of marks.h5)" "$(content_of first.h5)"
sed 's/"\([0-9]*\),\([0-9]*\)"/\1.\2/' marks.csv >points.csv
for name in marks points; do
	expect 0 '' "$program" preprocess $name.csv --target kind -o all-$name.h5 --test-fraction 0 --validation-fraction 0
done
expect 0 '' h5diff all-marks.h5 all-points.h5 preprocessing/mean
learns marks .7
expect 0 '' "$program" predict run-marks/model.h5 marks.csv --strict -o marks.out
expect 0 '' "$program" predict run-marks/model.h5 <(tail -n +2 marks.csv | sed 's/^\([0-9]*\)[.]/\1/; s/^\([0-9]*,[0-9]*\)[.]/\1/' | sed "1i $(head -1 marks.csv)") -o /dev/null
table ambiguous.csv 'more = sprintf(",%d/%d/2020", draw(12) + 1, draw(12) + 1)' 'rows = 240; heads = ",day";'
pre ambiguous
says "dates in column 'day' can be read with the month or the day first; the month is taken to be; --write-schema"

# A gap in a date is nothing new where the training part has some.
table gaps.csv 'more = rand() < .3 ? "," : sprintf(",20%02d-%02d-01", 10 + draw(14), draw(12) + 1)' 'rows = 240; heads = ",seen";'
pre gaps
learns gaps .7
expect 0 '' "$program" predict run-gaps/model.h5 gaps.csv --strict -o gaps.out

# Another column that leaves no doubt, a schema, or a file that was written says it.
table doubt.csv 'more = sprintf(",%d/%d/2020,%d/%d/2020", draw(12) + 1, draw(12) + 1, draw(16) + 13, draw(12) + 1)' 'rows = 240; heads = ",day,eu";'
pre doubt --write-schema doubt.ini
says "dates in column 'day' can be .*; the day is taken to be, as in others; --write-schema"
says '^ +day +date +day first: month'
equal "the order that was decided" "$(grep -E 'date_order|^day|^eu' doubt.ini | tr '\n' '|')" 'date_order = dmy|day = month, weekday|eu = month, weekday|'
printf '[table]\ntarget = kind\ndate_order = dmy\n[columns]\n* = infer\n' >dmy.ini
expect 0 '' "$program" preprocess ambiguous.csv --schema dmy.ini --force
silent warning
says '^ +day +date +day first'
sed 's/date_order = dmy/date_order = mdy/' doubt.ini >mdy.ini
refuse 3 "expected a date .*column 'eu'|column 'eu'" "$program" preprocess doubt.csv --schema <(sed '/unreadable/d' mdy.ini) -o x.h5
refuse 2 "expected auto, dmy or mdy for 'date_order', found 'ymd'" "$program" preprocess doubt.csv --schema <(sed 's/dmy/ymd/' dmy.ini) -o x.h5

# ---- names of columns -------------------------------------------------------------------------------------------
question='How often, in the last twelve months, did you (or somebody in your household) walk under the trees of this park; and was it for rest? [1 = never; 9 = daily]'
awk -v name="$question" 'NR == 1 { sub(/length/, "\"" name "\""); sub(/site/, "\"site of " name name name name name name name name "\"") } 1' plain.csv >survey.csv
pre survey --write-schema survey.ini
expect 0 '' "$program" preprocess survey.csv --schema survey.ini -o again.h5 --force
equal "a table with long names, from the file that was written" "$(content_of again.h5)" "$(content_of survey.h5)"
learns survey .7
expect 0 '' "$program" predict run-survey/model.h5 survey.csv --strict -o survey.out
equal "predictions by long names" "$(wc -l <survey.out)" 241
# Columns of one name: told apart, or left out where they hold the same.
sed '1s/site/length/' plain.csv >twins.csv
pre twins
equal "warnings about them" "$(grep -c 'warning' err.txt)" 1
says "more than one column of 'twins.csv' is named 'length': the second one is called 'length_2' here$"
equal "both are kept" "$(names_of twins.h5)" '"length", "width", "length_2=east", "length_2=north", "length_2=south"'
learns twins .7
expect 0 "the second one is called 'length_2'" "$program" predict run-twins/model.h5 twins.csv --strict --keep length_2 -o twins.out
equal "the second one goes along" "$(cut -d, -f6 twins.out | tail -n +2 | cksum)" "$(tail -n +2 twins.csv | cut -d, -f3 | cksum)"
{ echo length,width,length,kind; tail -n 40 twins.csv; } >more.csv
expect 0 '' "$program" preprocess twins.csv more.csv --target kind -o both.h5
equal "in several files" "$(names_of both.h5)" "$(names_of twins.h5)"
awk -F, -v OFS=, 'NR == 1 { print "length,width,length_2,length,kind,kind"; next } { print $1, $2, $3, $1, $4, $4 }' plain.csv >doubles.csv
pre doubles
says "more than one column of 'doubles.csv' is named 'length': the second one is called 'length_3' here, and further ones likewise"
says "^ +length_3 +drop +holds the same as 'length' in every record"
says "^ +kind_2 +drop +holds the same as 'kind' in every record"
equal "what is left" "$(names_of doubles.h5)" '"length", "width", "length_2=east", "length_2=north", "length_2=south"'
pre doubles --numeric length_3 --drop width
equal "what is asked for is kept" "$(names_of doubles.h5)" '"length", "length_2=east", "length_2=north", "length_2=south", "length_3"'

pre plain --date site
says "warning: column 'site': 240 of 240 values are no dates \\('east' for one\\)"
awk -F , -v OFS=, 'NR == 1 { print $0, "year"; next } { print $0, NR % 100 == 2 ? "of " NR : "" }' plain.csv >cells.csv
pre cells
says "^ +year +drop +identifier: 3 texts, all different, 237 missing"

# ---- what is no record, and records of one kind --------------------------------------------------------------------
pre plain
cp plain.h5 bare.h5
second_header() { # FILE PATTERN: which is left out, on any number of ranks, and the dataset is that without it
	local count
	for count in 1 3 8; do
		expect 0 "$2" ranks $count preprocess "$1" --target kind -o second.h5 --force
		silent 'is no number'
		expect 0 '' h5diff bare.h5 second.h5 train/features
		expect 0 '' h5diff bare.h5 second.h5 test/source_row
	done
}
sed '1a cm,mm,,tree' plain.csv >units.csv
second_header units.csv '1 record behind the header left out \(units or a second header'
sed '1a How long?,How wide?,Where?,Which?\n{1},{2},{3},{4}' plain.csv >survey-lines.csv
second_header survey-lines.csv '2 records behind the header left out'
# Names of groups of columns, as spreadsheets merge cells and pandas writes a MultiIndex.
sed '1i size,,site,class' plain.csv >merged.csv
second_header merged.csv '1 line before the header left out \(names of groups'
sed '1i size,size,site,site' plain.csv | sed '2a cm,cm,,' >multi.csv
second_header multi.csv '1 line before the header left out \(names of groups.*1 record behind the header'
expect 3 "it has no column 'kind'" "$program" preprocess merged.csv --target kind -o x.h5 --header yes
# A record of gaps, one with a number, and one whose place comes again are records.
for row in NA,NA,east,tree cm,1,,tree cm,mm,east,tree; do
	sed "1a $row" plain.csv >rows.csv
	expect 0 '' "$program" preprocess rows.csv --target kind -o second.h5 --force
	silent 'behind the header'
done
# With one column of numbers it is not certain, and a warning names the command that takes the line off.
cut -d, -f1,3- plain.csv | sed '1a cm,,tree' >doubt-units.csv
pre doubt-units
says "warning: line 2 holds texts where all others have numbers \\('cm'\\): names of units, or a second header\\? The table without it: sed 2d FILE"
silent 'is no number'
sed '5a cm,mm,,tree' plain.csv >late-units.csv
pre late-units
silent 'holds texts where'
{ cat plain.csv; tail -n +2 plain.csv | head -n 60; } >whole.csv
{ cat plain.csv; head -n 61 plain.csv; } >joined.csv
expect 0 '' "$program" preprocess whole.csv --target kind --force
for count in 1 3; do
	expect 0 "warning: 1 line is the header again, in line 242, and is left out" ranks $count preprocess joined.csv --target kind --force
	silent 'looks like data'
	equal "the table without the second header, on $count ranks" "$(content_of joined.h5)" "$(content_of whole.h5)"
done
table people.csv 'more = sprintf(",P%02d", int(i / 4))' 'rows = 240; heads = ",person";'
pre people
says '^ +person +categorical +60 levels.*; groups of records\? --group$'
# Numbers of people are seen to be such where each has as many records; so many days of a year, or hours, are a scale.
table panel.csv 'more = sprintf(",%d,%d", int(i / 8) * int(i / 8) + 7, i % 30 * 5)' 'rows = 240; heads = ",person,minute";'
pre panel
says '^ +person +numeric +100% numbers, 30 distinct; groups of records\? --group$'
says '^ +minute +numeric +100% numbers, 30 distinct$'
table priced.csv 'kind = sprintf("$%d.%02d", draw(900) + 100, draw(100))'
refuse 3 "column 'kind' looks continuous \\([0-9]+ different numbers in 240 records\\); this program learns classes" "$program" preprocess priced.csv --target kind --force

expect 0 '' "$program" train --preset study --data joined.h5 --run run-joined --epochs 1 --quiet
expect 0 "warning: line 242 of 'joined.csv' is the header again; such lines are left out" ranks 2 predict run-joined/model.h5 joined.csv -o joined.out
equal "a prediction for each record" "$(wc -l <joined.out)" 301

# ---- identifiers ------------------------------------------------------------------------------------------------
awk 'BEGIN { srand(3); print "Unnamed: 0,length,width,kind"; for (i = 0; i < 400; i++) if (i % 7) printf "%d,%.3f,%.3f,%s\n", i, rand(), rand(), i < 130 ? "alder" : i < 270 ? "birch" : "cedar" }' >index.csv
pre index
says '^ +Unnamed: 0 +drop +identifier: 342 whole numbers, all different, in the file.s order; --numeric keeps it'
expect 0 '' "$program" train --preset study --data index.h5 --run run-index --epochs 40 --batch-size 32 --hidden 32 --quiet
expect 0 '' "$program" evaluate run-index/model.h5 --data index.h5 --json
holds "accuracy without the index is chance" "$(json_number out.txt accuracy) < .5"
pre index --numeric 'Unnamed: 0'
says '^ +Unnamed: 0 +numeric'
awk 'BEGIN { srand(4); print "id,hash,dense,length,kind"; for (i = 0; i < 200; i++) d[i] = i; for (i = 199; i > 0; i--) { j = int(rand() * (i + 1)); t = d[i]; d[i] = d[j]; d[j] = t }
	for (i = 0; i < 200; i++) printf "%d%09d,%08x%04x,%d,%d,%s\n", 9007199 + int(rand() * 9), int(rand() * 1e9), rand() * 2^31, d[i], d[i], rand() * 1e6, i % 2 ? "a" : "b" }' >ids.csv
pre ids
says '^ +id +drop +identifier: .* beyond 2\^31'
says '^ +hash +drop +identifier: 200 texts, all different'
says '^ +dense +drop +identifier: .* without gaps'
says '^ +length +numeric .*an identifier\? --drop'

# ---- classes ----------------------------------------------------------------------------------------------------
table spellings.csv 'if (rand() < .3) kind = toupper(kind)'
pre spellings
says "classes look like one: 'ALDER', 'alder'; 'BIRCH', 'birch'; 'CEDAR', 'cedar'; --join-classes joins"
pre spellings --join-classes
silent 'look like one'
equal "joined classes" "$(grep -Ec '^  (alder|birch|cedar) +[0-9]+ +[0-9]+ +[0-9]+$' out.txt)" 3
table zero.csv 'kind = k == 0 ? (i % 2 ? "0" : "0.0") : (i % 2 ? "1" : "1.0")'
pre zero
says 'and 2 classes'
table truths.csv 'split("True TRUE yes", t, " "); split("False FALSE no", f, " "); kind = k == 0 ? t[draw(3) + 1] : f[draw(3) + 1]'
pre truths
says "classes look like one: 'FALSE', 'False', 'no'; 'TRUE', 'True', 'yes'"
pre truths --join-classes
silent 'look like one'
says 'and 2 classes'
expect 0 '' "$program" train --preset study --data truths.h5 --run run-truths --epochs 1 --quiet
expect 0 '' "$program" evaluate run-truths/model.h5 <(sed 's/,[a-zA-Z]*$/,on/; 1s/on$/kind/' truths.csv) --json
equal "a word of the same truth is the class" "$(json_number out.txt rows)" 240
table rare.csv 'kind = i % 800 == 3 ? "fraud" : "fine"' 'rows = 4000;'
pre rare
says "class 'fraud' has no validation records"
says "class 'fraud' is [0-9.]+% of the training records, .* --class-weights balanced"

# ---- many -------------------------------------------------------------------------------------------------------
table levels.csv 'more = ",m" int(-50 * log(1 - rand()))' 'rows = 6000; heads = ",model";'
pre levels
says '^ +model +categorical +[0-9]+ levels; rare ones together'
names_of levels.h5 | grep -q 'other(model)' || fail "no feature for rare levels"
awk 'BEGIN { print "length,kind,name"; for (i = 0; i < 40000; i++) printf "%d,%s,n%d\n", i * 7919 % 1000, i % 2 ? "a" : "b", i < 20000 ? i % 10000 : i % 20 }' >thousands.csv
pre thousands
says '^ +name +categorical +[0-9]+ levels; rare ones together'
awk 'BEGIN { srand(1); print "length,kind"; for (k = 0; k < 500; k++) for (i = 0; i < 3; i++) printf "%.2f,class%03d\n", k + rand(), k }' >classes.csv
pre classes
holds "lines on the screen" "$(cat out.txt err.txt | wc -l) <= 40"
expect 0 '' "$program" info classes.h5
holds "what info prints of 500 classes" "$(wc -l <out.txt) <= 30 && $(wc -L <out.txt) <= 160"
awk 'BEGIN { srand(2); for (j = 0; j < 2000; j++) printf "x%d,", j; print "kind"; for (i = 0; i < 60; i++) { for (j = 0; j < 2000; j++) printf "%d,", rand() * 10; print i % 3 } }' >wide.csv
pre wide
says 'and [0-9]+ more: .*(--verbose shows all)'
says 'no correlation: more than 512 features'
holds "lines on the screen" "$(cat out.txt err.txt | wc -l) <= 40"
holds "columns on the screen" "$(cat out.txt err.txt | wc -L) <= 160"
holds "bytes of the file" "$(stat -c %s wide.h5) < 5000000"
expect 0 '' "$program" info wide.h5
says 'x58, x59 and 1940 more'
expect 0 '' "$program" train --preset study --data wide.h5 --run run-wide --epochs 1 --quiet
pre wide -v
holds "a line a column when asked" "$(grep -c '^  x' out.txt) >= 2000"

# ---- leaks and copies -------------------------------------------------------------------------------------------
{ head -n 1 plain.csv; for i in 1 2 3; do sed -n 2,81p plain.csv; done; } >copies.csv
pre copies
says 'leak audit of the random split: [0-9]+ of 72 .* test records are copies of training records'
table doubled.csv 'more = "," length_ ",7"' 'rows = 240; heads = ",again,constant";'
pre doubled
says "columns 'length' and 'again' hold the same in every record; --drop"
says "'constant' has one value only in the training part"
table same.csv 'more = ",here"' 'rows = 240; heads = ",place";'
pre same
says '^ +place +categorical +1 level$'
says "'place=here' has one value only in the training part"
pre doubled --drop again,constant
silent warning
table tells.csv 'more = "," (k * 10 + rand())' 'rows = 240; heads = ",code";'
pre tells
says "column 'code' alone tells the class of every record; --drop it"

# ---- a file to edit ---------------------------------------------------------------------------------------------
table all.csv 'if (rand() < .1) length_ = "?"; if (rand() < .1) site = ""; more = sprintf(",%d,\"$%d,%03d\",%s,%d/%d/2020,r%d", i, draw(9) + 1, draw(1000), rand() < .5 ? "yes" : "no", draw(12) + 1, draw(12) + 1, int(-10 * log(1 - rand())))' \
	'rows = 900; heads = ",id,price,picked,day,model";'
pre all --write-schema all.ini
cp all.h5 first.h5
expect 2 "'all.ini' exists; --force" "$program" preprocess all.csv --target kind -o other.h5 --write-schema all.ini
expect 0 '' "$program" preprocess all.csv --schema all.ini --force
equal "the same content from the file that was written" "$(content_of all.h5)" "$(content_of first.h5)"
grep -q '^; id = drop .*identifier' all.ini || fail "the file does not say what was dropped"
sed -i 's/mdy/dmy/' all.ini
expect 0 '' "$program" preprocess all.csv --schema all.ini --force
[[ $(content_of all.h5) != "$(content_of first.h5)" ]] || fail "an edited file changes nothing"
printf '[table]\ntarget = kind\n[columns]\nwidth = log\n* = infer\n' >partial.ini
expect 0 '' "$program" preprocess plain.csv --schema partial.ini --force
equal "a schema of one column, and inference" "$(names_of plain.h5)" '"log(width)", "length", "site=east", "site=north", "site=south"'
refuse 2 "column 'site' is named for --drop and for --numeric|column 'site' is named for --numeric and for --drop" "$program" preprocess plain.csv --target kind --drop site --numeric site --force
refuse 3 "it has no column 'sitee'; did you mean 'site'" "$program" preprocess plain.csv --target kind --drop sitee --force

# ---- a model that meets another table ---------------------------------------------------------------------------
awk 'BEGIN { srand(5); print "code,x,y"; split("a b c", y, " "); for (i = 0; i < 600; i++) printf "%d,%.2f,%s\n", i % 3 + 1, rand(), y[i % 3 + 1] }' >code.csv
sed '2,$s/,/.0,/' code.csv >code-new.csv
printf '[table]\ntarget = y\n[columns]\ncode = categorical\nx = numeric\n' >code.ini
expect 0 '' "$program" preprocess code.csv --schema code.ini --force
expect 0 '' "$program" train --preset study --data code.h5 --run run-code --epochs 30 --batch-size 32 --quiet
expect 0 '' "$program" predict run-code/model.h5 code-new.csv -o code-out.csv
equal "1.0 is the category 1" "$(paste -d, <(tail -n +2 code.csv | cut -d, -f3) <(tail -n +2 code-out.csv | cut -d, -f2) | awk -F, '$1 == $2' | wc -l)" 600
{ sed -n 1p plain.csv; sed -n '2,101s/^[^,]*,/,/p;102,241p' plain.csv | sed -e 's/east/west/' -e '150s/^[^,]*/4x/' -e '151s/^[^,]*/1e30/'; } | cut -d, -f1-3 >new.csv
expect 0 '' "$program" predict run-missing/model.h5 new.csv -o new-out.csv
equal "a prediction for each record" "$(tail -n +2 new-out.csv | grep -Ec '^[0-9]+,(alder|birch|cedar),')" 240
says "100 of 240 records have no value in column 'length', which is imputed"
says "1 of 240 records has no number or date in column 'length', which counts as missing .*'4x'"
says "a category or year in column 'site' that the training part lacks .*'west'"
says "1 of 240 records has a number in column 'length' that is far outside the training part's .*'1e30'"
finish
