#!/usr/bin/env bash
# The manual: --help of the program and of every command, and `help`, which prints the same.
. "$(dirname "$0")/checks.bash"

# Every command has a file of its own, and every file a place in the table.
mapfile -t commands < <("$GENRE_DIST" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
equal "commands and their files" "$(printf '%s\n' "${commands[@]}" | sort)" \
	"$(cd "$GD_SOURCE_DIRECTORY/src/cli" && printf '%s\n' command_*.c | sed 's/command_\(.*\)\.c/\1/' | sort)"

# Every command has a script that tests it: one of its name, or the one named here.
declare -A script=([predict]=evaluate [info]=verify [help]=manual)
for command in "${commands[@]}"; do
	checks=$((checks + 1))
	[[ -f $GD_SOURCE_DIRECTORY/tests/cli/${script[$command]-$command}.sh ]] || fail "no script tests $command: tests/cli/$command.sh"
done

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
	for line in "help $command" "--help $command" "$command absent.file --help" "$command -h"; do
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

# The pages: as they were written at the build, the same options in the same words, and nothing that roff frowns on.
pages=$(dirname "$GENRE_DIST")/manual
[[ $(cat "$pages/completions/genre-dist") == "$("$GENRE_DIST" help --completion)" ]] || fail "the completion is not this program's"

# The options of a page on stdin.
options_of_page() {
	sed -n '/^\.SH "OPTIONS"/,/^\.SH/{/^\.TP/{n;s/\\-/-/g;s/\[no-\]//;s/^\\fB\(-.\)\{0,1\}\(\\fP, \\fB\)\{0,1\}--\([a-z0-9-]*\).*/\1\n--\3/p}}' | sed '/^$/d' | sort
}

# The same of `help`'s page, without the marks of roff, and with lines and blanks as they come.
words_of_page() {
	sed -n '/^\.SH "OPTIONS"/,/^\.SH/{/^\./d;s/\\f[BIPR]//g;s/\\-/-/g;s/\\(aq/'"'"'/g;s/\\(dq/"/g;s/\\(ha/^/g;s/\\(ti/~/g;s/\\(rs/\\/g;s/\\&//g;p}' | tr -s ' \n' ' ' | sed 's/ $//'
}
words_of_help() {
	sed -n '/^options:/,/^$/p' | sed 1d | tr -d '`' | tr -s ' \n' ' ' | sed 's/^ //;s/ $//'
}

# $1: a page; prints what roff has to say.
complaints() {
	MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null
	! command -v mandoc >/dev/null || mandoc -Tlint -Wwarning "$1"
}

# reply LINE: what Tab offers behind the words of LINE; a last word that is empty is written ''. "file" and "directory" where readline is left to it.
compopt() { state="$*"; }
reply() {
	local state=
	eval "COMP_WORDS=($1)"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_genre_dist
	case "${#COMPREPLY[@]} $state" in
	'0 ') echo file ;;
	'0 +o default -o dirnames') echo directory ;;
	'0 +o default') ;;
	*) printf '%s\n' "${COMPREPLY[@]}" ;;
	esac
}
# shellcheck source=/dev/null
. "$pages/completions/genre-dist"
equal "bash knows what to call" "$(complete -p genre-dist)" "complete -o default -F _genre_dist genre-dist"

titles=$(printf '%s ' NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO')
for command in '' "${commands[@]}"; do
	page=genre-dist${command:+-$command}.1
	expect 0 '' "$GENRE_DIST" help --man $command
	cmp -s out.txt "$pages/man1/$page" || fail "$page is not this program's"
	"$GENRE_DIST" $command --help >help.txt
	equal "options of $page and --help" "$(options_of_page <out.txt)" "$(options_of_help <help.txt)"
	equal "options of completion and --help of '$command'" "$(reply "genre-dist $command -" | grep '^-' | sort)" "$(options_of_help <help.txt)"
	equal "words of $page and --help" "$(words_of_page <out.txt)" "$(words_of_help <help.txt)"
	[[ $command ]] && equal "titles of $page" "$(sed -n 's/^\.SH "\(.*\)"/\1/p' out.txt | grep -Ex 'NAME|SYNOPSIS|DESCRIPTION|OPTIONS|EXIT STATUS|EXAMPLES|SEE ALSO' | tr '\n' ' ')" "$titles"
	equal "roff about $page" "$(complaints out.txt)" ''
done
cp out.txt wrong.1
printf '.XY\n\\f' >>wrong.1
[[ $(complaints wrong.1) ]] || fail "roff says nothing about a page with a wrong macro"
equal "$(wc -w <<<"${commands[*]}") commands have pages" "$(ls "$pages/man1" | wc -l)" $((${#commands[@]} + 1))
for command in "${commands[@]}"; do
	grep -q "^\\\\fBgenre\\\\-dist\\\\-$command\\\\fP(1)" "$pages/man1/genre-dist.1" || fail "genre-dist(1) does not name $command"
done
for word in 'EXIT STATUS' ENVIRONMENT GENRE_DIST_KERNEL NO_COLOR SIGTERM '\\fB75\\fP'; do
	grep -q "$word" "$pages/man1/genre-dist.1" || fail "genre-dist(1) lacks $word"
done

equal "commands" "$(reply "genre-dist ''" | grep -v ^- | tr '\n' ' ')" "${commands[*]} "
equal "a command begun" "$(reply 'genre-dist pr')" "$(printf 'preprocess\npredict')"
equal "commands after help" "$(reply "genre-dist help ''" | tr '\n' ' ')" "${commands[*]} "
equal "an option begun" "$(reply 'genre-dist train --checkpoint')" "$(printf -- '--checkpoint-every\n--checkpoint-seconds')"
equal "flags off" "$(reply 'genre-dist train --no-b')" '--no-batch-norm'
equal "a choice" "$(reply 'genre-dist train --schedule co')" "$(printf 'constant\ncosine')"
equal "a choice after =" "$(reply "genre-dist train --schedule = ''" | tr '\n' ' ')" 'constant step cosine one-cycle '
equal "a choice at =" "$(reply "genre-dist train --schedule =" | tr '\n' ' ')" 'constant step cosine one-cycle '
equal "a choice in one word" "$(reply 'genre-dist train --schedule=on')" '--schedule=one-cycle'
equal "a choice of a letter" "$(reply "genre-dist evaluate m.h5 -p t" | tr '\n' ' ')" 'train test '
equal "a file" "$(reply "genre-dist train --data ''")" file
equal "a directory" "$(reply "genre-dist train -r ''")" directory
equal "a number" "$(reply "genre-dist train --epochs ''")" ''
equal "a column" "$(reply "genre-dist preprocess --target ''")" ''
equal "an argument" "$(reply "genre-dist evaluate ''")" file
equal "an argument after a flag" "$(reply "genre-dist evaluate --json m")" file
equal "an argument after --" "$(reply "genre-dist evaluate -- -")" file
equal "a baseline" "$(reply "genre-dist baseline k")" knn
equal "an unknown command" "$(reply "genre-dist quux -")" file

expect 0 '' ranks 2 evaluate --help
equal "--help on two ranks" "$(cat out.txt)" "$("$GENRE_DIST" evaluate --help)"
expect 0 '' "$GENRE_DIST" train -qh
equal "an h among letters" "$(head -n 1 out.txt)" "usage: genre-dist train [OPTION...]"
refuse 2 "unknown command 'trian'; did you mean 'train'\?" "$GENRE_DIST" help trian
refuse 2 "found 'sweep' as well" "$GENRE_DIST" help train sweep
refuse 2 "unknown command 'quux'; 'genre-dist --help' lists" "$GENRE_DIST" quux
refuse 2 "unknown option '--verson'; 'genre-dist --help' lists" "$GENRE_DIST" --verson
refuse 2 "goes with nothing else" "$GENRE_DIST" help --completion train
expect 2 '^usage: genre-dist COMMAND' "$GENRE_DIST"

# The variable of the environment: a lesser set is fine, another word is not, before anything is done; help is there all the same.
refuse 2 "GENRE_DIST_KERNEL is 'sse'; it takes plain, avx2 or avx512" env GENRE_DIST_KERNEL=sse "$GENRE_DIST" synth -o none.csv
[[ ! -e none.csv ]] || fail "the wrong GENRE_DIST_KERNEL did not stop synth"
refuse 2 "GENRE_DIST_KERNEL is 'sse'" env GENRE_DIST_KERNEL=sse mpirun -n 2 "$GENRE_DIST" train --data absent.h5
expect 0 '' env GENRE_DIST_KERNEL=plain "$GENRE_DIST" info
expect 0 '' env GENRE_DIST_KERNEL=sse "$GENRE_DIST" --help
grep -q GENRE_DIST_KERNEL out.txt || fail "--help does not name GENRE_DIST_KERNEL"
finish
