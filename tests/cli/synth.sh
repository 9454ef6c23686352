# Drawn songs: same bytes for the same seed, ready for preprocess unchanged, and refusals.
set -u
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2

failed=0
fail() {
	echo "synth.sh: $*"
	failed=1
}
# expect CODE TEXT COMMAND...: the command ends with CODE, and its stderr holds TEXT; an error is one line, warnings apart.
expect() {
	local code=$1 text=$2 found
	shift 2
	"$@" >stdout 2>stderr
	found=$?
	[ "$found" -eq "$code" ] || fail "$*: expected exit code $code, found $found"
	[ -z "$text" ] || grep -qF -- "$text" stderr || fail "$*: expected '$text', found '$(head -c 400 stderr)'"
	[ "$code" -eq 0 ] || [ "$(grep -vc '^genre-dist: warning: ' stderr)" -eq 1 ] || fail "$*: expected one line, found '$(head -c 400 stderr)'"
}

expect 0 "drew 2000 songs" "$GENRE_DIST" synth -o a.csv --rows 2000
expect 0 "drew 2000 songs" "$GENRE_DIST" synth --output=b.csv --rows=2000 --seed=0
expect 0 "drew 2000 songs" "$GENRE_DIST" synth -o c.csv --rows 2000 --seed 1
cmp -s a.csv b.csv || fail "one seed gave two files"
cmp -s a.csv c.csv && fail "two seeds gave one file"
[ "$(wc -l <a.csv)" -eq 2001 ] || fail "expected 2001 lines"
# The bytes themselves, so that a change of arithmetic does not go unseen.
sum=$(sha256sum <a.csv | cut -c 1-64)
[ "$sum" = 107a4cbd46eea3c81d35cee5898ef26e62be4b13618800595ca70277be0ba4d6 ] || fail "the songs of seed 0 are others than they were: $sum"
head -n 1 a.csv | tr , '\n' | wc -l | grep -qx 23 || fail "expected 23 columns"
expect 0 "" "$GENRE_DIST" synth -q -o quiet.csv --rows 1
[ -s stderr ] && fail "--quiet talks"

# By default a file under ./data, whose directory is made.
expect 0 "'data/synthetic_songs.csv'" "$GENRE_DIST" synth --rows 10
[ "$(wc -l <data/synthetic_songs.csv)" -eq 11 ] || fail "expected 10 songs by default place"

# A dataset: what preprocess makes of the CSV. Only where it comes from is said differently.
expect 0 "wrote 'a.h5'" "$GENRE_DIST" synth -o a.h5 --rows 2000
grep -q 'track_id' stdout || fail "no leak audit is printed"
expect 0 "wrote 'from_csv.h5'" "$GENRE_DIST" preprocess a.csv -o from_csv.h5
for group in train validation test preprocessing statistics; do
	h5diff a.h5 from_csv.h5 "/$group" >difference 2>&1 || fail "group $group: $(head -n 3 difference)"
done
h5dump -a /source_sha256 a.h5 | grep -q "$sum" || fail "source_sha256 is not the CSV's"

# A profile of drawn songs, and songs drawn from it.
expect 0 "wrote the profile of 'a.csv'" "$GENRE_DIST" synth --make-profile a.csv -o own.profile
expect 0 "drew 500 songs" "$GENRE_DIST" synth --profile own.profile -o own.csv --rows 500
expect 0 "drew 500 songs" "$GENRE_DIST" synth -o shipped.csv --rows 500
cmp -s own.csv shipped.csv && fail "--profile changes nothing"
# Aggregates alone: no identifier and no name of a song or artist.
tail -n +2 a.csv | cut -d , -f 1 >identifiers
grep -qFf identifiers own.profile && fail "a profile holds an identifier"

expect 2 "--rows" "$GENRE_DIST" synth --rows 0
expect 2 "--seed" "$GENRE_DIST" synth --seed -1
expect 2 "unknown option '--row'" "$GENRE_DIST" synth --row 5
expect 2 "takes no argument, found 'songs.csv'" "$GENRE_DIST" synth songs.csv
expect 2 "does not go with it" "$GENRE_DIST" synth --make-profile a.csv -o x.profile --rows 5
expect 2 "-o FILE.profile" "$GENRE_DIST" synth --make-profile a.csv
expect 2 "cannot read 'missing.profile'" "$GENRE_DIST" synth --profile missing.profile -o x.csv
expect 2 "line 1: unknown keyword" "$GENRE_DIST" synth --profile a.csv -o x.csv
expect 3 "cannot read 'missing.csv'" "$GENRE_DIST" synth --make-profile missing.csv -o x.profile
sed '5s/,[^,]*$/,long/' a.csv >bad.csv
expect 3 "cannot read 'bad.csv': line 5: expected a number in column 'duration_ms', found 'long'" "$GENRE_DIST" synth --make-profile bad.csv -o x.profile
expect 1 "cannot write 'nowhere/a.csv'" "$GENRE_DIST" synth -o nowhere/a.csv --rows 5
expect 1 "cannot write 'nowhere/a.h5'" "$GENRE_DIST" synth -q -o nowhere/a.h5 --rows 50
# A file that may not grow, as on a full disk.
small() {
	(trap '' XFSZ; ulimit -f 64; exec "$GENRE_DIST" synth -o x.csv --rows 2000)
}
expect 1 "cannot write 'x.csv': file too large" small
[ -e x.csv ] || [ -e x.profile ] && fail "a refused command left a file"
compgen -G "*.tmp" >leftover && fail "a temporary file is left: $(cat leftover)"
"$GENRE_DIST" synth --help | grep -q -- --make-profile || fail "--help lacks --make-profile"

exit "$failed"
