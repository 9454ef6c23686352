#!/usr/bin/env bash
# preprocess under mpirun: the same dataset wherever a rank's bytes begin, and what is wrong with a table is said in one rank's words.
. "$(dirname "$0")/shared.bash"

"$GENRE_DIST" synth --rows 2500 --seed 4 -o songs.csv 2>/dev/null || exit 2
gzip -k songs.csv
mixed_table
mkdir parts
head -n 900 songs.csv >parts/5.csv
head -n 40 songs.csv >parts/6.csv

# The file shifted byte by byte past the ranks' boundaries, which fall into quotes with newlines, and next to them.
for ((shift = 0; shift < 14; shift++)); do
	{
		printf 'a,b%*s,kind\n' "$shift" '' | tr ' ' 'x'
		for i in 1 2 3 4 5 6; do
			printf '%d,"x\ny"",\n%d",k%d\n' "$i" $((i * i)) $((i % 2))
		done
	} >shifted.csv
	alike "shifted by $shift" "3" shifted.csv --target kind --categorical "$(head -n 1 shifted.csv | cut -d , -f 2)"
done
awk 'BEGIN { ORS = "\r\n"; print "a;b;kind"; for (i = 0; i < 60; i++) print i ",5;\"t\r\nu" i % 4 "\";k" i % 2 }' >returns.csv
alike "CRLF and semicolons" "2 5" returns.csv --target kind
head -c -2 returns.csv >open.csv
alike "no newline at the end" "3" open.csv --target kind
printf 'a,b,kind\n1,x,k\n2,%01000000d,l\n3,y,k\n4,z,l\n' 7 >long.csv
alike "a record longer than a stretch" "2 8" long.csv --target kind --numeric a
# Copies that are groups of their own each, which the split by groups deals out in no order of theirs.
awk 'BEGIN { print "herd,a,kind"; for (i = 0; i < 300; i++) print (i % 3 ? "" : "h" i % 20) "," i % 7 ",k" i % 2 }' >gaps.csv
alike "copies without a group" "2 3 5" gaps.csv --target kind --group herd --split grouped
# Numbers are packed on the ranks that meet few digits alone.
awk 'BEGIN { print "a,b,kind"; for (i = 0; i < 500; i++) print (i % 9 ? i / 8 : "") "," (i == 450 ? "0.12345678901234" : i * 1e-7) ",k" i % 2 }' >digits.csv
alike "a number of many digits" "2 3 5" digits.csv --target kind
head -n 400 digits.csv >short.csv
alike "a number of many digits in a test file" "2 3" short.csv --test digits.csv --target kind
printf 'a,kind\n1,k\n2,l\n3,k\n' >few.csv
alike "more ranks than records" "5 8" few.csv --target kind
iconv -f utf-8 -t utf-16le mixed.csv >wide.csv
alike "a file that must be converted" "3" wide.csv --charset utf-16le --target kind --drop part --join-classes

# ---- what is wrong with a table ----


{ head -n 1800 songs.csv; echo 'too,few'; tail -n 600 songs.csv; echo 'short'; } >ragged.csv
same_refusal "a ragged record" 3 "2 5" ragged.csv
{ cat mixed.csv; echo '1,2"3'; cat mixed.csv; echo '7,"8" 9'; } >stray.csv
same_refusal "a record too short behind newlines in quotes" 3 "3" stray.csv --target kind
sed '1500s/^/"/' songs.csv >unclosed.csv
same_refusal "a quote never closed" 3 "3" unclosed.csv
printf 'other,header\n1,2\n' >parts/other.csv
same_refusal "another header" 3 "2 3" parts/5.csv parts/other.csv parts/6.csv
same_refusal "a file that is not there" 3 "3" parts/5.csv parts/none.csv
same_refusal "an empty file" 3 "3" songs.csv /dev/null parts/5.csv
same_refusal "no such column" 3 "2" mixed.csv --target nothing
head -c 30000 songs.csv.gz >cut.csv.gz
same_refusal "damaged packing" 3 "2" cut.csv.gz
same_refusal "options that contradict each other" 2 "2" mixed.csv --target kind --split column
refuse 2 'nowhere' ranks 3 preprocess mixed.csv --target kind -o nowhere/bad.h5
finish
