#!/usr/bin/env bash
# info --check: a page for an administrator, whose hashes are those of tests/golden/bits.tsv; what is wrong is named, and what to do.
. "$(dirname "$0")/checks.bash"
: "${GD_SOURCE_DIRECTORY:?the tree}"

# hash NAME KIND: of the table.
hash() {
	awk -F '\t' -v name="$1" -v kind="$2" '$1 == name && $2 == kind { print $4 }' "$GD_SOURCE_DIRECTORY/tests/golden/bits.tsv"
}

mkdir room
for count in 1 3; do
	expect 0 '' ranks "$count" info --check room
	for words in "^check of $count rank.* in 'room'" '^genre-dist [0-9]' '^ranks +ok: ' '^engine +ok: ' '^shared memory +ok: ' '^HDF5 +ok: ' '^bits +ok: ' '^all is well: [5-6] points'; do
		grep -Eq "$words" out.txt || fail "the page of $count ranks lacks '$words'"
	done
	for case in 'table songs.csv' 'dataset songs' 'training wide'; do
		read -r kind name <<<"$case"
		[[ -n $(hash "$name" "$kind") ]] || fail "bits.tsv has no $case"
		grep -Eq "^ +$case $(hash "$name" "$kind")$" out.txt || fail "the hash of $case is not that of bits.tsv"
	done
	equal "what is left behind" "$(ls -A room)" ""
done
grep -Eq '^links +ok: rank 0 and rank 2: [0-9.]+ us a message, [0-9.]+ GB/s' out.txt || fail "no links between three ranks"
grep -q 'mpirun\|mpiexec' out.txt || fail "the launcher is not named"

# Without a launcher, in the directory one is in.
expect 0 '' "$GENRE_DIST" info --check
grep -q "^check of 1 rank in '.'" out.txt || fail "the default directory"
grep -q '^ranks *ok: none' out.txt || fail "no launcher, and not a word of it"
ls -d genre-dist-check-* >/dev/null 2>&1 && fail "something is left behind"

# A directory that is not there, and one that nothing can be written to: all other points are told all the same.
for bad in absent /proc; do
	refuse 1 '2 of . points of the check are wrong' ranks 2 info --check "$bad"
	for words in '^HDF5 +WRONG: cannot make a directory in' '^bits +WRONG: ' '^ +to do: name a directory' '^engine +ok' '^links +ok'; do
		grep -Eq "$words" out.txt || fail "the page of '$bad' lacks '$words'"
	done
	grep -q 'all is well' out.txt && fail "all is well in '$bad'"
done
refuse 2 'one path at most' "$GENRE_DIST" info --check room other
finish
