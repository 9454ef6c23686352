#!/usr/bin/env bash
# preprocess --memory 256M keeps each rank's process within 256 MB, MPI and HDF5 included, where the table alone is larger.
. "$(dirname "$0")/shared.bash"
"$GENRE_DIST" synth --rows 1700000 --seed 2 -o songs.csv -q || exit 2
peak_of() {
	sed -n 's/^.*peak memory a rank: \([0-9]*\) MB.*/\1/p' err.txt
}
expect 0 '' "$GENRE_DIST" preprocess songs.csv -o one.h5 -f -v --memory 4G
equal "without need, in a file" "$(grep -c 'temporary files' err.txt)" 0
holds "memory of one rank that is not bounded" "$(peak_of) > 256"
echo "4G: $(peak_of) MB"
for count in 1 2 3; do
	expect 0 'went through temporary files' ranks "$count" preprocess songs.csv -o many.h5 -f -v --memory 256M
	echo "256M, $count ranks: $(peak_of) MB, $(grep -o '[0-9]* kB went' err.txt)"
	holds "peak of $count ranks" "$(peak_of) > 20 && $(peak_of) * 1.048576 < 256"
	equal "content on $count ranks" "$(content_of many.h5)" "$(content_of one.h5)"
done
# All numbers in bins: a column of values at a time is put in order, more than there is room for.
expect 0 '' "$GENRE_DIST" preprocess songs.csv -o one.h5 -f -v --memory 4G --encoding piecewise-linear
expect 0 '' "$GENRE_DIST" preprocess songs.csv -o many.h5 -f -v --memory 256M --encoding piecewise-linear
holds "peak with bins" "$(peak_of) * 1.048576 < 256"
equal "content with bins" "$(content_of many.h5)" "$(content_of one.h5)"
# What does not go in so little: said, not exceeded.
awk 'BEGIN { print "name,kind"; for (i = 0; i < 1500000; i++) print "a text as long as some that people write and number " i "," i % 2 }' >names.csv
refuse 1 'take more than the 32 MB that --memory leaves for them' "$GENRE_DIST" preprocess names.csv -o no.h5 -f --target kind --categorical name --memory 256M
for count in 1 2; do
	refuse 3 'more than 1048576 different texts' ranks "$count" preprocess names.csv -o no.h5 -f --target kind --categorical name --memory 4G
done
[[ ! -e no.h5 ]] || fail "a dataset all the same"
# What is kept of columns while their types are inferred: those for which there is no room are looked at in another reading.
awk 'BEGIN { srand(5); for (j = 0; j < 1500; j++) printf "c%d,", j; print "kind"; for (i = 0; i < 3500; i++) { for (j = 0; j < 1500; j++) printf "%d,", 1e6 * rand(); print i % 2 } }' >wide.csv
expect 0 '' "$GENRE_DIST" preprocess wide.csv -o one.h5 -f -v --target kind --memory 4G
mv out.txt one.out
expect 0 '' "$GENRE_DIST" preprocess wide.csv -o many.h5 -f -v --target kind --memory 256M
echo "1501 columns, 256M: $(peak_of) MB"
holds "peak with 1501 columns" "$(peak_of) > 20 && $(peak_of) * 1.048576 < 256"
equal "content of 1501 columns" "$(content_of many.h5)" "$(content_of one.h5)"
equal "what is said of 1501 columns" "$(cat out.txt)" "$(cat one.out)"
# As a guess, it is no feature.
sed -i 's/^name,kind/name,kind,size/; 2,$s/$/,1/; 3s/1$/2/' names.csv
expect 0 '' "$GENRE_DIST" preprocess names.csv -o names.h5 -f --target kind --memory 256M
equal "features" "$(h5dump -d /preprocessing/feature_names names.h5 | sed -n 's/^ *(0): //p' | head -1)" '"size"'
finish
