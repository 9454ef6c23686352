#!/usr/bin/env bash
# The manual: --help of the program and of every command, and `help`, which prints the same.
. "$(dirname "$0")/checks.bash"

# Every command has a file of its own, and every file a place in the table.
mapfile -t commands < <("$GENRE_DIST" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
equal "commands and their files" "$(printf '%s\n' "${commands[@]}" | sort)" \
	"$(cd "$GD_SOURCE_DIRECTORY/src/cli" && printf '%s\n' command_*.c | sed 's/command_\(.*\)\.c/\1/' | sort)"

# The options of a help text on stdin, a line each: "--name" or "-n".
options_of_help() {
	sed -n '/^options:/,/^$/s/^  \(-.\)\{0,1\},\{0,1\} *--\(\[no-\]\)\{0,1\}\([a-z0-9-]*\).*/\1\n--\3/p' | sed '/^$/d' | sort
}

# Names of options without a text of their own; ranges and defaults in parentheses alone are none.
options_without_text() {
	awk '/^options:/ { on = 1; next } /^$/ { on = 0 }
		on && /^  (-|    --)/ { if (name && text !~ /^[^(]/) print name; name = $0; text = substr($0, 35); sub(/^ +/, "", name)
			if (substr($0, 33, 2) != "  ") text = ""
			sub(/^ +/, "", text); next }
		on { sub(/^ +/, ""); text = text == "" ? $0 : text " " $0 }
		END { if (name && text !~ /^[^(]/) print name }'
}

expect 0 '' "$GENRE_DIST" --help
cp out.txt whole.txt
expect 0 '' "$GENRE_DIST" help
equal "help and --help" "$(cat out.txt)" "$(cat whole.txt)"
for command in "${commands[@]}"; do
	expect 0 '' "$GENRE_DIST" "$command" --help
	cp out.txt help.txt
	for line in "help $command" "$command absent.file --help" "$command -h"; do
		expect 0 '' "$GENRE_DIST" $line
		equal "$line" "$(cat out.txt)" "$(cat help.txt)"
	done
	equal "$command's options without a text" "$(options_without_text <help.txt)" ''
	[[ $(options_of_help <help.txt) == *--help* ]] || fail "$command has no --help: $(options_of_help <help.txt)"
	order=$(grep -nE '^(usage|options|examples):' help.txt | cut -d: -f2 | tr '\n' ' ')
	equal "order of $command's help" "$order" "usage options examples "
	(($(awk '/^options:/ { exit } { print }' help.txt | grep -c .) > 1)) || fail "$command has no description"
	checks=$((checks + 2))
done
# The check on texts finds what it looks for.
equal "an option without a text" "$(printf 'options:\n      --one                         (from 0 to 1)\n  -t, --two N                     a text\n      --a-name-that-takes-a-line-of-its-own N\n                                  (default 3)\n' | options_without_text | wc -l)" 2

expect 0 '' ranks 2 evaluate --help
equal "--help on two ranks" "$(cat out.txt)" "$("$GENRE_DIST" evaluate --help)"
expect 0 '' "$GENRE_DIST" train -qh
equal "an h among letters" "$(head -n 1 out.txt)" "usage: genre-dist train [OPTION...]"
refuse 2 "unknown command 'trian'; did you mean 'train'\?" "$GENRE_DIST" help trian
refuse 2 "found 'sweep' as well" "$GENRE_DIST" help train sweep
refuse 2 "unknown command 'quux'; 'genre-dist --help' lists" "$GENRE_DIST" quux
expect 2 '^usage: genre-dist COMMAND' "$GENRE_DIST"

# The variable of the environment: a lesser set is fine, another word is not, before anything is done; help is there all the same.
refuse 2 "GENRE_DIST_KERNEL is 'sse'; it takes plain, avx2 or avx512" env GENRE_DIST_KERNEL=sse "$GENRE_DIST" synth -o none.csv
[[ ! -e none.csv ]] || fail "the wrong GENRE_DIST_KERNEL did not stop synth"
refuse 2 "GENRE_DIST_KERNEL is 'sse'" env GENRE_DIST_KERNEL=sse mpirun -n 2 "$GENRE_DIST" train --data absent.h5
expect 0 '' env GENRE_DIST_KERNEL=plain "$GENRE_DIST" info
expect 0 '' env GENRE_DIST_KERNEL=sse "$GENRE_DIST" --help
grep -q GENRE_DIST_KERNEL out.txt || fail "--help does not name GENRE_DIST_KERNEL"
finish
