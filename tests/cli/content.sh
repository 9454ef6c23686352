#!/usr/bin/env bash
# What is the same dataset: content_sha256 by the format's own words, whatever the processor's instructions and the C library's
# variants of its functions; moments that do not know the order of records; source_sha256 of small and large tables.
. "$(dirname "$0")/checks.bash"

digest_of() {
	h5dump -a "/$1_sha256" "$2" 2>/dev/null | grep -Eo '[0-9a-f]{64}' || echo "no $1_sha256 in $2"
}

# A table with all there is: numbers of all sizes, categories, a circle, a logarithm, names that are not ASCII.
awk 'BEGIN {
	srand(5)
	print "größe,lot,winkel,farbe,art"
	for (i = 0; i < 3000; i++) {
		size = (rand() - 0.3) * 10 ^ (int(rand() * 200) - 100)
		printf "%.17g,%.17g,%d,%s,%s\n", size, exp(8 * rand()), int(360 * rand()), rand() < 0.5 ? "rot" : "grün", i % 3 ? "süß" : "sauer"
	}
}' >table.csv
printf '[table]\ntarget = art\n\n[columns]\ngröße = numeric\nlot = log\nwinkel = circle 360\nfarbe = categorical\n' >table.ini
plain=(preprocess table.csv --schema table.ini)
expect 0 '' "$GENRE_DIST" "${plain[@]}" -o table.h5
expect 0 '' "$GENRE_DIST" "${plain[@]}" -o bins.h5 --encoding piecewise-linear --bins 9 --validation-fraction 0
expect 0 '' "$GENRE_DIST" synth -o songs.h5 --rows 3000
content=$(digest_of content songs.h5)
equal "songs of seed 0" "$content" "5b744670975f55ea2e5de9b011e982cef223d669a8f1af684f8f8fed45030f65"
expect 0 '' "$GENRE_DIST" info songs.h5
grep -q "content sha256 $content" out.txt || fail "info does not say the content's digest"
[[ $(digest_of content table.h5) == "$(digest_of content bins.h5)" ]] && fail "another split and encoding are the same dataset"

# Recomputed by somebody else.
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
	cat >recompute.py <<-'PYTHON'
		import hashlib, sys
		import h5py
		for path in sys.argv[1:]:
		    f, h = h5py.File(path, 'r'), hashlib.sha256()
		    for part in ('train', 'validation', 'test'):
		        if part in f:
		            for name, kind in (('features', '<f4'), ('labels', '<i4'), ('source_row', '<i8')):
		                h.update(f[part][name][()].astype(kind).tobytes())
		    p = f['preprocessing']
		    for name in ('mean', 'standard_deviation', 'bin_edges', 'quantiles'):
		        if name in p:
		            h.update(p[name][()].astype('<f8').tobytes())
		    for name in ('feature_names', 'class_names'):
		        for text in p[name].asstr()[()]:
		            h.update(text.encode() + b'\0')
		    if h.hexdigest() != f.attrs['content_sha256']:
		        sys.exit(path + ': ' + h.hexdigest() + ' is not ' + f.attrs['content_sha256'])
	PYTHON
	expect 0 '' /usr/bin/python3 recompute.py table.h5 bins.h5 songs.h5
else
	echo "h5py is not here: nobody recomputed content_sha256"
fi

# The C library's plainest variants, and the plainest of our own code: the same bytes throughout.
tunables=GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX,-SSE4_1,-ERMS
expect 0 '' env "$tunables" GENRE_DIST_KERNEL=plain "$GENRE_DIST" "${plain[@]}" -o other_table.h5
expect 0 '' env "$tunables" GENRE_DIST_KERNEL=plain "$GENRE_DIST" "${plain[@]}" -o other_bins.h5 --encoding piecewise-linear --bins 9 --validation-fraction 0
expect 0 '' env "$tunables" GENRE_DIST_KERNEL=plain "$GENRE_DIST" synth -o other_songs.h5 --rows 3000
for name in table bins songs; do
	equal "content_sha256 of $name.h5" "$(digest_of content "$name.h5")" "$(digest_of content "other_$name.h5")"
	for group in train test preprocessing statistics; do
		expect 0 '' h5diff "$name.h5" "other_$name.h5" "/$group"
	done
done

# The records backwards: a record's place is its content's, so only the numbers of the records are others.
(head -n 1 table.csv && tail -n +2 table.csv | tac) >backwards.csv
expect 0 '' "$GENRE_DIST" preprocess backwards.csv --schema table.ini -o backwards.h5 --encoding piecewise-linear --bins 9 --validation-fraction 0
for object in train/features train/labels test/features test/labels preprocessing statistics; do
	expect 0 '' h5diff bins.h5 backwards.h5 "/$object"
done
[[ $(digest_of content bins.h5) == "$(digest_of content backwards.h5)" ]] && fail "source_row is not part of the content"

# Where a table comes from: its SHA-256, and in pieces above 16 MiB.
digest="$GD_SOURCE_DIRECTORY/jobs/source_sha256.sh"
equal "source_sha256 of a small table" "$(digest_of source table.h5)" "$(sha256sum <table.csv | cut -c 1-64)"
equal "source_sha256.sh of a small table" "$("$digest" table.csv)" "$(sha256sum <table.csv | cut -c 1-64)"
awk 'BEGIN { print "x,y,class"; for (i = 0; i < 700000; i++) printf "%.12f,%07d,%d\n", i / 700000, (i * 7919) % 10000000, i % 2 }' >large.csv
holds "a table above 16 MiB" "$(wc -c <large.csv) > 16 * 2^20"
expect 0 '' "$GENRE_DIST" preprocess large.csv --target class -o large.h5
equal "source_sha256 of a large table" "$(digest_of source large.h5)" "$("$digest" large.csv)"
head -c $((16 << 20)) large.csv >first
tail -c +$(((16 << 20) + 1)) large.csv >second
pieces=$(for piece in first second; do sha256sum <"$piece" | cut -c 1-64 | sed 's/../\\x&/g'; done | tr -d '\n')
# shellcheck disable=SC2059 # made for printf
equal "the digest of two digests" "$(printf "$pieces" | sha256sum | cut -c 1-64)" "$("$digest" large.csv)"
equal "exactly 16 MiB" "$("$digest" first)" "$(sha256sum <first | cut -c 1-64)"
finish
