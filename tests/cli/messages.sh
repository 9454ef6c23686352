#!/usr/bin/env bash
# preprocess on several ranks asks of many columns in one message: tables of ten times the columns take few messages more.
. "$(dirname "$0")/checks.bash"

# table KIND COLUMNS: texts of 2 to 9 levels, numbers with fractions and gaps, or dates.
table() {
	awk -v kind="$1" -v columns="$2" 'BEGIN {
	srand(5)
	printf "y"
	for (c = 0; c < columns; c++)
		printf ",c%d", c
	print ""
	for (i = 0; i < 200; i++) {
		printf "k%d", i % 3
		for (c = 0; c < columns; c++)
			printf ",%s", kind == "texts" ? "v" int(rand() * (2 + c % 8)) : kind == "dates" ? sprintf("20%02d-%02d-%02d", 10 + 9 * rand(), 1 + 12 * rand(), 1 + 28 * rand()) : rand() < 0.1 ? "" : rand()
		print ""
	}
}' >"$1$2.csv"
}

# messages KIND COLUMNS [OPTION...]
messages() {
	local name=$1$2
	shift 2
	LD_PRELOAD=$GD_COUNT_MESSAGES GD_MESSAGES=$PWD/$name.count ranks 2 preprocess "$name.csv" --target y -f -o "$name.h5" "$@" >out.txt 2>err.txt || fail "$name: $(cat err.txt)"
	cat "$name.count" 2>/dev/null || echo 100000
}

# few KIND [OPTION...]
few() {
	local kind=$1 few many
	shift
	few=$(messages "$kind" 20 "$@") many=$(messages "$kind" 200 "$@")
	((few > 20 && few < 300 && many < few + 60)) || fail "$kind $*: $few messages of 20 columns, $many of 200"
	checks=$((checks + 1))
}

for kind in texts numbers dates; do
	table $kind 20 && table $kind 200
	few $kind
done
# Gaps get the median.
few numbers --encoding quantile
finish
