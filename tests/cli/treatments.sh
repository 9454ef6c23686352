#!/usr/bin/env bash
# Every treatment does what data/README.md says: the examples of its table make the features that the rows name.
. "$(dirname "$0")/checks.bash"

{
	echo label,tempo,colour,found,mode,hour,key,plays,seconds,price,sold,seen,pressure
	for _ in 1 2 3 4 5; do
		printf '%s\n' 'a,120.5,red,2001-03-04,1,6,0,1000,240,"$1,200",yes,2001-03-04 06:30,120/80' 'b,90,blue,1994,0,12,2,10,200,$5,no,2001-03-05 12:00,110/70' \
			'a,133.1,red,1999-05,1,18,1,100,180,7,no,2001-03-06 18:00,131/85' 'b,99,blue,2010-01-01,0,23,1,1,210,8,yes,2001-03-07 23:15,99/61'
	done
} >songs.csv

# The examples, column by column, and the features' names as a pattern in which `...` stands for any number of them.
columns=()
declare -A entries patterns
rows=0
while IFS= read -r row; do
	IFS='`' read -r _ usage _ entry _ <<<"$row"
	features=$(awk -F ' [|] ' '{ print $4 }' <<<"$row")
	column=${entry%% = *} pattern=
	[[ $entry == *" = ${usage%% *}"* ]] || fail "the example '$entry' is none of '${usage%% *}'"
	while [[ $features =~ \`([^\`]+)\` ]]; do
		[[ ${features%%\`*} == *...* ]] && pattern+='*'$'\n'
		features=${features#*\`*\`}
		pattern+=$(sed 's/[][*?\\]/\\&/g' <<<"${BASH_REMATCH[1]}")$'\n'
	done
	if [[ ${entries[$column]-} ]]; then
		entries[$column]+=", ${entry#* = }"
	else
		columns+=("$column")
		entries[$column]=$entry
	fi
	patterns[$column]+=$pattern
	rows=$((rows + 1))
done < <(sed -n '/^| treatment |/,/^$/s/^\(| `.*\)/\1/p' "$GD_SOURCE_DIRECTORY/data/README.md")
equal "rows of the table, and treatments" "$rows" "$(sed -n '/^static const gd_treatment treatments/,/^}/p' "$GD_SOURCE_DIRECTORY/src/schema/treatment.c" | grep -c '^.{"')"

printf '[table]\ntarget = label\n[columns]\n' >schema.ini
pattern=
for column in "${columns[@]}"; do
	echo "${entries[$column]}" >>schema.ini
	pattern+=${patterns[$column]}
done
expect 0 '' "$GENRE_DIST" preprocess songs.csv --schema schema.ini -o songs.h5 -q --test-fraction 0 --validation-fraction 0
names=$(h5dump -w 0 -d /preprocessing/feature_names songs.h5 | awk '/ATTRIBUTE/ { exit } /^ *\([0-9]+\): "/' | grep -o '"[^"]*"' | tr -d '"')
checks=$((checks + 1))
# shellcheck disable=SC2053
[[ $names == ${pattern%$'\n'} ]] || fail "data/README.md names other features than its examples make:
$(diff <(printf '%s' "$pattern") <(printf '%s\n' "$names"))"

# Numbers of a dataset, a line each.
numbers() {
	h5dump -m %.9g -w 0 -y -d "$1" songs.h5 | awk '/ATTRIBUTE/ { exit } /^ *[-0-9]/' | tr -d ' ' | tr -s ',' '\n'
}
# The first song's features, as they were before they were standardised: ones and zeros, but for those listed here.
place=$(numbers /train/source_row | grep -nx 1 | cut -d: -f1)
count=$(wc -l <<<"$names")
paste -d '\t' <(numbers /train/features | tail -n +$(((place - 1) * count + 1)) | head -n "$count") <(numbers /preprocessing/mean) \
	<(numbers /preprocessing/standard_deviation) <(printf '%s\n' "$names") |
	awk -F '\t' -v OFS='\t' '{ value = $1 * $3 + $2; print $4, (value > -1e-6 && value < 1e-6) ? 0 : value }' >values.txt
while IFS=$'\t' read -r name value; do
	checks=$((checks + 1))
	awk -F '\t' -v name="$name" -v value="$value" '$1 == name { found = ($2 - value) ^ 2 < 1e-9 * (1 + value ^ 2) } END { exit !found }' values.txt ||
		fail "'$name' of the first song is $(awk -F '\t' -v name="$name" '$1 == name { print $2 }' values.txt) instead of $value"
	sed -i "/^$(sed 's/[][*.\\/]/\\&/g' <<<"$name")\t/d" values.txt
done <<END
tempo	120.5
price	1200
sold	1
year(found)	2001
hour(seen)	6.5
log_fraction(tempo)	$(awk 'BEGIN { print log(0.5 + 0.001) }')
octave(tempo)	$(awk 'BEGIN { print log(120.5) / log(2) }')
product_fraction(tempo,seconds)	0.5
colour=red	1
found (2000,2010]	1
date(found)	$(awk 'BEGIN { print 2001 + 2 / 12 + 3 / 372 }')
month(found)=3	1
weekday(found)=Sunday	1
date_precision(found)=day	1
mode is 1	1
sine(hour)	1
key=0	1
key=0,mode=1	1
log(plays)	$(awk 'BEGIN { print log(1000) }')
plays (10,1000]	1
first(pressure)	120
second(pressure)	80
END
equal "features of the first song that have a value besides" "$(awk -F '\t' '$2 != 0' values.txt)" ''
# A treatment whose features are all 0 here has its value tested in tests/unit/features/test_recipe.c.
finish
