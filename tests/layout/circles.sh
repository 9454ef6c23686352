#!/usr/bin/env bash
# Files of a room depend one way: tests/layout/circles.sh LIBRARY... For each room's library it draws an edge from the
# object that uses a symbol to the object that defines it; tsort names what goes round in a circle.
set -euo pipefail
(($# > 0)) || { echo "usage: circles.sh LIBRARY..." >&2; exit 2; }

# "user definer", a line a pair of objects, from what nm says of a library.
edges() {
	nm -A "$1" 2>/dev/null | awk '
		{
			count = split($1, where, ":")
			object = where[count - 1] == "" ? where[count - 2] : where[count - 1]
			sub(/\.c\.o$/, "", object)
			kind = $(NF - 1)
			if (kind == "U")
				uses[object, $NF] = 1
			else if (kind ~ /^[A-Zui]$/)
				home[$NF] = object
		}
		END {
			for (use in uses) {
				split(use, part, SUBSEP)
				if (part[2] in home && home[part[2]] != part[1])
					print part[1], home[part[2]]
			}
		}' | sort -u
}

failed=0
for library in "$@"; do
	room=$(basename "$library" .a)
	room=${room#libgd_}
	if report=$(edges "$library" | tsort 2>&1 >/dev/null); then
		echo "ok: room '$room'"
	else
		printf 'not ok: files of room %s call each other in a circle: %s\n' "'$room'" "$(sed -n 's/^tsort: *//p' <<<"$report" | grep -v loop | tr '\n' ' ')"
		failed=1
	fi
done
exit "$failed"
