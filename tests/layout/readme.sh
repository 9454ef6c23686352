#!/usr/bin/env bash
# The READMEs are short, and name what is there: tests/layout/readme.sh.
#
# README.md has at most 150 lines and 9 KB. In every README no line outside tables and code has more than 120 characters,
# a relative link leads to a file (and to a heading in it), and a path in backticks that begins with src/, include/,
# tests/ or jobs/ is there (`<...>` and `*` stand for anything). src/README.md has a row for each room, data/README.md
# one for each treatment. Then the same check on small trees with one fault each, which it must find.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cd "$here/../.."

# Reads the tree at hand.
check() {
	local readmes
	mapfile -t readmes < <(find . -type d -name 'build*' -prune -o -name '.?*' -prune -o -name README.md -printf '%P\n' | sort)
	find . -type d -name 'build*' -prune -o -name '.?*' -prune -o -print |
		LC_ALL=C awk -f "$here/readme.awk" - CMakeLists.txt src/schema/treatment.c "${readmes[@]}"
}

failed=0
if check; then
	echo "ok: the READMEs"
else
	failed=1
fi

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
# A tree in which all is well, but for the line $3 in file $2; the report must have the words that follow.
expect() {
	local title=$1 file=$2 line=$3 report found=0 word
	shift 3
	rm -rf "${tree:?}"/*
	cd "$tree"
	mkdir -p src/schema data
	printf 'gd_room(low m)\n' >CMakeLists.txt
	printf 'static const gd_treatment treatments[] = {\n\t{"log", "log"},\n};\n' >src/schema/treatment.c
	printf '# A tree\n\n[low](src/README.md#the-rooms-a-tour) [it][one]\n\n[one]: data/README.md\n' >README.md
	printf '# Source\n\n## The rooms: a tour\n\n| room | |\n|---|---|\n| `low` | `src/<room>/treatment.c` |\n| `cli` | |\n' >src/README.md
	printf '| word | |\n|---|---|\n| `log` | |\n' >data/README.md
	[[ $file ]] && printf '%b\n' "$line" >>"$file"
	report=$(check) || found=1
	cd "$here/../.."
	for word in "$@"; do
		[[ $report == *"$word"* ]] || found=0
	done
	if [[ $found == $([[ $file ]] && echo 1 || echo 0) ]]; then
		echo "ok: $title"
	else
		printf 'not ok: %s; the check said: %s\n' "$title" "${report:-nothing}"
		failed=1
	fi
}
long=$(printf 'x%.0s' {1..121})
expect "a tree in order passes" '' ''
expect "a long README" README.md "$(printf 'a\\n%.0s' {1..150})" "README.md: 156 lines"
expect "a large README" README.md "\n$(printf '    0123456789\\n%.0s' {1..130})$(printf '|%.0s' {1..8000})" "bytes"
expect "a long line" data/README.md "\n$long" "data/README.md:5: 121 characters"
expect "a long line in the second line of a paragraph" data/README.md "\na\n    $long" "data/README.md:6: 125 characters"
expect "a link that leads nowhere" src/README.md '\n[a](../data/absent.md)' "src/README.md:10" "'../data/absent.md'"
expect "a link that goes on in the next line" src/README.md '\n[a\nb](absent.md)' "'absent.md'"
expect "a link to a heading that is not there" data/README.md '\n[a](../README.md#a-house)' "no heading 'a-house'"
expect "a link's name that is not explained" README.md '\n[a][two]' "'two' is not explained"
expect "a path that is not there" data/README.md '\n`src/schema/absent.c` and' "there is no 'src/schema/absent.c'"
expect "a command that is not there" README.md '\n`./jobs/absent.sh SONGS`' "there is no 'jobs/absent.sh'"
expect "a room without a row" CMakeLists.txt 'gd_room(high gd_low)' "src/README.md" "'high'"
expect "a treatment without a row" src/schema/treatment.c 'static const gd_treatment treatments[] = {\n\t{"square", "square"},\n}' "data/README.md" "'square'"
exit "$failed"
