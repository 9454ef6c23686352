# What the tests of tables shared out to ranks have in common; sourced.
. "$(dirname "${BASH_SOURCE[0]}")/checks.bash"

content_of() {
	h5dump -a /content_sha256 "$1" 2>/dev/null | grep -Eo '[0-9a-f]{64}' || echo "no content_sha256 in $1"
}
source_of() {
	h5dump -a /source_sha256 "$1" 2>/dev/null | grep -Eo '[0-9a-f]{64}' || echo "no source_sha256 in $1"
}

# alike WHAT COUNTS ARGUMENT...: preprocess on one rank and on each of COUNTS makes the same dataset, and says the same.
alike() {
	local what=$1 counts=$2 count array
	shift 2
	expect 0 '' "$GENRE_DIST" preprocess "$@" -f -o one.h5 || return
	mv out.txt one.out && mv err.txt one.err
	[[ -s one.h5 ]] || return
	for count in $counts; do
		rm -f many.h5
		expect 0 '' ranks "$count" preprocess "$@" -f -o many.h5
		equal "$what: content on $count ranks" "$(content_of many.h5)" "$(content_of one.h5)"
		equal "$what: source on $count ranks" "$(source_of many.h5)" "$(source_of one.h5)"
		equal "$what: tables on $count ranks" "$(cat out.txt)" "$(cat one.out)"
		equal "$what: messages on $count ranks" "$(sed 's/many\.h5/one.h5/; s/, packed by [a-z]*//' err.txt)" "$(sed 's/, packed by [a-z]*//' one.err)"
		h5ls -r many.h5 | grep -E '^/(preprocessing|statistics)' >many.list
		equal "$what: arrays on $count ranks" "$(cat many.list)" "$(h5ls -r one.h5 | grep -E '^/(preprocessing|statistics)')"
		for array in $(awk '$2 == "Dataset" { print $1 }' many.list); do
			h5diff one.h5 many.h5 "$array" "$array" >/dev/null || fail "$what: $array on $count ranks"
			checks=$((checks + 1))
		done
	done
}

# same_refusal WHAT CODE COUNTS ARGUMENT...: in the words of one rank.
same_refusal() {
	local what=$1 code=$2 counts=$3 count
	shift 3
	refuse "$code" '' "$GENRE_DIST" preprocess "$@" -f -o bad.h5
	mv err.txt one.err
	for count in $counts; do
		refuse "$code" '' ranks "$count" preprocess "$@" -f -o bad.h5
		equal "$what on $count ranks" "$(grep '^genre-dist: cannot' err.txt)" "$(grep '^genre-dist: cannot' one.err)"
	done
	[[ ! -e bad.h5 ]] || fail "$what: a dataset all the same"
	compgen -G 'bad.h5*' >/dev/null && fail "$what: something left: $(echo bad.h5*)"
}

# Numbers with gaps, categories rare and frequent, units, dates, flags, an identifier, copies of columns and of records, groups with
# gaps, quotes with newlines in them, texts that are not ASCII, and a second spelling of a class.
mixed_table() {
	awk 'BEGIN {
	srand(8)
	split("red green blue größe", colours, " ")
	split("train validation test", parts, " ")
	print "id,size,copy,colour,price,seen,open,note,herd,part,kind"
	for (i = 0; i < 1500; i++) {
		size = int(rand() * 400) / 8
		colour = rand() < 0.01 ? "shade" int(rand() * 40) : colours[1 + int(4 * rand())]
		note = rand() < 0.3 ? "\"first\nsecond, \"\"third\"\"\"" : rand() < 0.1 ? "5\" wide" : "plain"
		kind = size + 20 * rand() > 35 ? "large" : rand() < 0.02 ? "Small" : "small"
		line = sprintf("%d,%s,%s,%s,%d USD,%d-%02d-0%d,%s,%s,%s,%s,%s", i, rand() < 0.1 ? "" : size, size, colour, 1000 * rand(), 1990 + 30 * rand(), 1 + 12 * rand(), 1 + 9 * rand(),
			rand() < 0.5 ? "yes" : "no", note, rand() < 0.05 ? "" : "h" int(120 * rand()), parts[1 + int(3 * rand())], kind)
		print line
		if (i % 97 == 0)
			print line
	}
}' >mixed.csv
}
