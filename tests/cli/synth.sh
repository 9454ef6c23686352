#!/usr/bin/env bash
# synth: same bytes for the same seed, ready for preprocess unchanged, and one sentence for what it refuses.
. "$(dirname "$0")/checks.bash"

expect 0 'drew 2000 songs' "$GENRE_DIST" synth -o a.csv --rows 2000
expect 0 'drew 2000 songs' "$GENRE_DIST" synth --output=b.csv --rows=2000 --seed=0
expect 0 'drew 2000 songs' "$GENRE_DIST" synth -o c.csv --rows 2000 --seed 1
cmp -s a.csv b.csv || fail "one seed gave two files"
cmp -s a.csv c.csv && fail "two seeds gave one file"
equal "lines" "$(wc -l <a.csv)" 2001
equal "columns" "$(head -n 1 a.csv | tr , '\n' | wc -l)" 23
# The bytes themselves, so that a change of arithmetic does not go unseen.
sum=$(sha256sum <a.csv | cut -c 1-64)
equal "songs of seed 0" "$sum" 107a4cbd46eea3c81d35cee5898ef26e62be4b13618800595ca70277be0ba4d6
expect 0 '' "$GENRE_DIST" synth -q -o quiet.csv --rows 1
equal "talk with --quiet" "$(cat err.txt)" ""

# By default a file under ./data, whose directory is made.
expect 0 "'data/synthetic_songs.csv'" "$GENRE_DIST" synth --rows 10
equal "lines" "$(wc -l <data/synthetic_songs.csv)" 11

# What is there already stays, unless --force says otherwise.
refuse 2 "'a.csv' exists; --force overwrites it" "$GENRE_DIST" synth -o a.csv --rows 10
refuse 2 "'data/synthetic_songs.csv' exists; --force overwrites it" "$GENRE_DIST" synth --rows 10
equal "lines" "$(wc -l <a.csv)" 2001
expect 0 'drew 20 songs' "$GENRE_DIST" synth --force --rows 20
equal "lines" "$(wc -l <data/synthetic_songs.csv)" 21

# A dataset: what preprocess makes of the CSV. Only where it comes from is said differently.
expect 0 "wrote 'a.h5'" "$GENRE_DIST" synth -o a.h5 --rows 2000
grep -q track_id out.txt || fail "no leak audit is printed"
expect 0 "wrote 'from_csv.h5'" "$GENRE_DIST" preprocess a.csv -o from_csv.h5
for group in train validation test preprocessing statistics; do
	expect 0 '' h5diff a.h5 from_csv.h5 "/$group"
done
h5dump -a /source_sha256 a.h5 | grep -q "$sum" || fail "source_sha256 is not the CSV's"

# A profile of drawn songs, and songs drawn from it. It holds aggregates alone: no identifier of a track.
expect 0 "wrote the profile of 'a.csv'" "$GENRE_DIST" synth --make-profile a.csv -o own.profile
expect 0 'drew 500 songs' "$GENRE_DIST" synth --profile own.profile -o own.csv --rows 500
expect 0 'drew 500 songs' "$GENRE_DIST" synth -o shipped.csv --rows 500
cmp -s own.csv shipped.csv && fail "--profile changes nothing"
tail -n +2 a.csv | cut -d , -f 1 >identifiers
grep -qFf identifiers own.profile && fail "a profile holds an identifier"

for output in - /dev/stdout; do
	expect 0 'drew 500 songs' "$GENRE_DIST" synth -o $output --rows 500
	cmp -s out.txt shipped.csv || fail "other songs on '$output'"
done
[[ ! -e ./- ]] || fail "a file named -"
to_full() {
	"$GENRE_DIST" synth -o - --rows 2000 >/dev/full
}
[[ ! -c /dev/full ]] || refuse 1 "cannot write to 'stdout': no space left on device" to_full
refuse 2 '--rows' "$GENRE_DIST" synth --rows 0
refuse 2 '--seed' "$GENRE_DIST" synth --seed -1
refuse 2 "unknown option '--row'" "$GENRE_DIST" synth --row 5
refuse 2 "takes no argument, found 'songs.csv'" "$GENRE_DIST" synth songs.csv
refuse 2 '--rows does not go with it' "$GENRE_DIST" synth --make-profile a.csv -o x.profile --rows 5
refuse 2 "'own.profile' exists; --force" "$GENRE_DIST" synth --make-profile a.csv -o own.profile
refuse 2 '-o FILE.profile' "$GENRE_DIST" synth --make-profile a.csv
refuse 2 "'a.csv' is both input and output" "$GENRE_DIST" synth --make-profile a.csv -o a.csv
refuse 2 "cannot read 'missing.profile'" "$GENRE_DIST" synth --profile missing.profile -o x.csv
refuse 2 "'a.csv': line 1: unknown keyword" "$GENRE_DIST" synth --profile a.csv -o x.csv
refuse 3 "cannot read 'missing.csv'" "$GENRE_DIST" synth --make-profile missing.csv -o x.profile
sed '5s/,[^,]*$/,long/' a.csv >bad.csv
refuse 3 "'bad.csv': line 5: expected a number in column 'duration_ms', found 'long'" "$GENRE_DIST" synth --make-profile bad.csv -o x.profile
refuse 2 "cannot write 'nowhere/a.csv'" "$GENRE_DIST" synth -o nowhere/a.csv --rows 5
refuse 2 "cannot write 'nowhere/a.h5'" "$GENRE_DIST" synth -q -o nowhere/a.h5 --rows 500
# Interrupted it leaves nothing, nor what stood there changed.
for signal in INT TERM HUP; do
	env --default-signal="$signal" "$GENRE_DIST" synth -o long.csv --rows 100000000 -q &
	for _ in $(seq 200); do
		compgen -G 'long.csv.*.tmp' >/dev/null && break
		sleep 0.05
	done
	compgen -G 'long.csv.*.tmp' >/dev/null || fail "nothing is written before the signal"
	kill -$signal $!
	code=0
	wait $! 2>/dev/null || code=$?
	equal "how $signal ends it" "$code" $((128 + $(kill -l $signal)))
	compgen -G 'long.csv*' >/dev/null && fail "$signal leaves $(echo long.csv*)"
done
# A file that may not grow, as on a full disk.
refuse 1 "cannot write 'x.csv': file too large" bash -c 'trap "" XFSZ; ulimit -f 64; exec "$GENRE_DIST" synth -o x.csv --rows 2000'
[[ -e x.csv || -e x.profile ]] && fail "a refused command left a file"
equal "temporary files" "$(compgen -G '*.tmp')" ""

expect 0 '' "$GENRE_DIST" synth --help
grep -q -e --make-profile out.txt || fail "--help lacks --make-profile"
finish
