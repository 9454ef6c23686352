#!/usr/bin/env bash
# Every include goes to its own room or one below: tests/layout/layout.sh. The rooms' order is that of the gd_room()
# lines of CMakeLists.txt. Then the same check on small trees with one fault each, which it must find.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cd "$here/../.."

# Reads the tree at hand.
check() {
	local files
	mapfile -t files < <(find src include/gd tests/unit -mindepth 2 -name '*.[ch]' | LC_ALL=C sort)
	((${#files[@]})) || { echo "no sources under $PWD"; return 1; }
	awk -f "$here/check.awk" CMakeLists.txt "${files[@]}"
}

failed=0
if ! check; then
	failed=1
else
	echo "ok: every include of $(find src include/gd -name '*.[ch]' | wc -l) files"
fi

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
# A tree of three rooms in which all is well, but for file $1 with the line $2.
expect() {
	local title=$1 file=$2 line=$3 report
	shift 3
	rm -rf "${tree:?}"/*
	cd "$tree"
	mkdir -p {src,include/gd,tests/unit}/{low,left,right}
	printf 'gd_room(low m)\ngd_room(left gd_low)\ngd_room(right gd_low)\n' >CMakeLists.txt
	printf '#include "gd/low/bottom.h"\n' | tee src/low/bottom.c src/left/one.c src/right/two.c tests/unit/left/test_one.c >include/gd/left/one.h
	touch include/gd/low/bottom.h
	if [[ $file ]]; then
		mkdir -p "$(dirname "$file")"
		printf '%s\n' "$line" >>"$file"
	fi
	local found=0
	report=$(check) || found=1
	cd "$here/../.."
	if [[ -z $file && $found == 0 ]]; then
		echo "ok: $title"
		return
	fi
	for word in "$@"; do
		[[ $report == *"$word"* ]] || found=0
	done
	if [[ $file && $found == 1 ]]; then
		echo "ok: $title"
	else
		printf 'not ok: %s; the check said: %s\n' "$title" "${report:-nothing}"
		failed=1
	fi
}
expect "a tree in order passes" '' ''
expect "an include that goes up" src/low/bottom.c '#include "gd/left/one.h"' "src/low/bottom.c:2" "'low'" "'left'"
expect "an include that goes aside" include/gd/left/one.h '#include "gd/right/two.h"' "'left'" "'right'"
expect "a private header's include that goes up" src/low/inner.h '# include <gd/right/two.h>' "'low'" "'right'"
expect "a unit test's include that goes aside" tests/unit/left/test_one.c '#include "gd/right/two.h"' "'left'" "'right'"
expect "an include without a room" src/left/one.c '#include "gd/bottom.h"' "names no room"
expect "an include by a path" src/left/one.c '#include "../low/inner.h"' "'left'" "by a path"
expect "a module without a room" src/attic/box.c '' "without a room" "'attic'"
expect "a header without its source's folder" include/gd/hall/door.h '' "without a room" "there is no src/hall/"
expect "a module in two rooms" src/right/one.c '' "two rooms" "'left'" "'right'"
exit "$failed"
