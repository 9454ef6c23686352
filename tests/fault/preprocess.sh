#!/usr/bin/env bash
# preprocess killed at random instants, on a disk that fills up, and with a rank that dies: tests/fault/preprocess.sh [SEED [COUNT]].
#
# Whatever happens, there is no dataset or a whole one, and the next start goes through, says what it removes, and leaves nothing behind.
. "$(dirname "$0")/faults.bash"
: "${GD_WRITES:?the preloaded library}"
seed=${1:-1} count=${2:-20}
RANDOM=$seed
"$GENRE_DIST" synth --rows 2000 --seed 5 -o songs.csv >/dev/null 2>&1 || exit 2
gzip -k songs.csv
content_of() {
	h5dump -a /content_sha256 "$1" 2>/dev/null | grep -Eo '[0-9a-f]{64}' || echo "no content_sha256 in $1"
}
"$GENRE_DIST" preprocess songs.csv -o whole.h5 -q || exit 2
whole=$(content_of whole.h5)

# Nothing but the table stands, and perhaps a whole dataset.
nothing_half_made() {
	checks=$((checks + 1))
	[[ ! -e made.h5 || $(content_of made.h5) == "$whole" ]] || fail "$1: a dataset that is not the whole one"
}

# goes_through WHAT: one more start removes what is left.
goes_through() {
	local left
	left=$(compgen -G 'made.h5.*' | wc -l)
	"$GENRE_DIST" preprocess songs.csv -o made.h5 -f >/dev/null 2>err.txt || fail "$1: the next start fails: $(cat err.txt)"
	equal "$1: dataset of the next start" "$(content_of made.h5)" "$whole"
	equal "$1: leftovers that were named" "$(grep -c 'which a killed process left' err.txt)" "$left"
	compgen -G 'made.h5.*' >/dev/null && fail "$1: still there: $(echo made.h5.*)"
	removed=$((removed + left))
}

# What nobody holds goes; what a living process holds stays.
touch made.h5.11-0.tmp made.h5.12-0.tmp
exec 9<made.h5.12-0.tmp && flock 9
"$GENRE_DIST" preprocess songs.csv -o made.h5 >/dev/null 2>err.txt
equal "leftovers" "$(compgen -G 'made.h5.*')" made.h5.12-0.tmp
equal "what is said of them" "$(grep -c "removed 'made.h5.11-0.tmp', which a killed process left" err.txt)" 1
exec 9<&-
rm made.h5.12-0.tmp

removed=0 hung=0
for ((kill = 0; kill < count; kill++)); do
	ranks=$((RANDOM % 3 + 1)) input=songs.csv
	((RANDOM % 2)) && input=songs.csv.gz
	# Some of them in so little memory that most of it is in temporary files.
	unset GENRE_DIST_SPILL
	((RANDOM % 2)) && export GENRE_DIST_SPILL=200000,40000,2000
	rm -f made.h5
	if ((ranks == 1)); then
		"$GENRE_DIST" preprocess "$input" -o made.h5 -q >/dev/null 2>&1 &
	else
		mpirun -n "$ranks" "$GENRE_DIST" preprocess "$input" -o made.h5 -q >/dev/null 2>&1 &
	fi
	launcher=$!
	sleep "$(awk "BEGIN { printf \"%.3f\", $RANDOM / 32768 * (0.15 + 0.5 * ($ranks > 1) + 0.2 * $ranks) }")"
	mapfile -t victims < <(marked)
	if ((RANDOM % 3 == 0 || ranks == 1)); then
		kill -KILL "$launcher" "${victims[@]}" 2>/dev/null
	elif ((${#victims[@]})); then
		kill -KILL "${victims[RANDOM % ${#victims[@]}]}" 2>/dev/null
	fi
	if ! ended 60; then
		# mpirun itself may not end where a rank is killed while MPI starts (tests/fault/kills.sh).
		[[ -z $(marked) ]] || fail "ranks still there 60 s after a kill of $ranks ranks (seed $seed): $(marked | tr '\n' ' ')"
		kill -KILL "$launcher"
		hung=$((hung + 1))
	fi
	wait "$launcher" 2>/dev/null
	gone 60
	nothing_half_made "kill $kill of $ranks ranks"
	goes_through "kill $kill of $ranks ranks"
done
unset GENRE_DIST_SPILL
compgen -G 'genre-dist-*' >/dev/null && fail "a temporary file is left: $(echo genre-dist-*)"
echo "$count kills, $removed leftovers removed, $hung times mpirun itself did not end"

# A disk that is full, or broken, from some call on: an error, and nothing left. Features of many levels are deflated, and have their places one by one.
awk 'BEGIN { srand(4); print "a,b,place,kind"; for (i = 0; i < 3000; i++) printf "%.4f,%.4f,p%d,%s\n", rand(), rand(), rand() * 300, i % 3 }' >wide.csv
"$GENRE_DIST" preprocess wide.csv --target kind -o deflated.h5 >/dev/null 2>&1 || exit 2
h5dump -pH -d /train/features deflated.h5 | grep -q DEFLATE || fail "features of many levels are not deflated"
export GD_FAIL_NAME=$PWD/made.h5
# fills CONTENT ARGUMENT...: at each call that writes the dataset.
fills() {
	local content=$1 calls at number code what
	shift
	rm -f made.h5 calls.txt
	env GD_FAIL_LOG="$PWD/calls.txt" LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" preprocess "$@" -o made.h5 -q >/dev/null 2>&1
	calls=$(wc -l <calls.txt)
	holds "calls for a dataset" "$calls >= 10"
	for ((at = 1; at <= calls; at++)); do
		for number in 28 5; do
			((number == 28 || at % 5 == 0)) || continue
			rm -f made.h5
			code=0
			env GD_FAIL_AT="$at" GD_FAIL_ON=1 GD_FAIL_ERRNO="$number" LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" preprocess "$@" -o made.h5 -q >/dev/null 2>err.txt || code=$?
			what="errno $number from call $at on ($(sed -n "${at}p" calls.txt))"
			if [[ -e made.h5 ]]; then
				equal "$what: dataset" "$(content_of made.h5)" "$content"
			else
				equal "$what: exit code" "$code" 1
				grep -q "cannot .*made.h5'" err.txt || fail "$what: $(cat err.txt)"
			fi
			compgen -G 'made.h5.*' >/dev/null && fail "$what: something left: $(echo made.h5.*)"
		done
	done
}
fills "$whole" songs.csv
fills "$(content_of deflated.h5)" wide.csv --target kind
# The same on three ranks, where a packed file is unpacked beside the output.
for at in 1 2; do
	rm -f made.h5
	code=0
	mpirun -n 3 -x GD_FAIL_AT="$at" -x GD_FAIL_ON=1 -x GD_FAIL_ERRNO=28 -x GD_FAIL_ONLY=write -x GD_FAIL_NAME -x LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" preprocess songs.csv.gz -o made.h5 -q >/dev/null 2>err.txt || code=$?
	[[ -e made.h5 ]] && fail "three ranks, full from write $at on: a dataset all the same"
	equal "three ranks, full from write $at on: exit code" "$code" 1
	holds "lines of it" "$(grep -c '^genre-dist: cannot' err.txt) == 1"
done
# The last of three ranks cannot write its rows, nor the first one what it writes besides.
for at in 1 2 3; do
	rm -f made.h5
	full=(GD_FAIL_AT="$at" GD_FAIL_ON=1 GD_FAIL_ERRNO=28 GD_FAIL_ONLY=pwrite LD_PRELOAD="$GD_WRITES")
	for table in songs.csv 'wide.csv --target kind'; do
		for rank in 2 0; do
			# (mpirun of Open MPI 5 crashes on two programs of which one has variables of its own.)
			refuse 1 "cannot write 'made.h5': no space left" mpirun -n 3 bash -c '((OMPI_COMM_WORLD_RANK == $0)) && export "${@:3}"; exec "$1" preprocess $2 -o made.h5 -q' \
				"$rank" "$GENRE_DIST" "$table" "${full[@]}"
		done
	done
	compgen -G 'made.h5*' >/dev/null && fail "full from write $at of one rank on: something left: $(echo made.h5*)"
done
# One of three ranks cannot read the table, whatever it looks for there: its quotes, its digest.
for ((at = 1; at <= 3; at++)); do
	refuse 3 "cannot read 'songs.csv': input/output error" mpirun -n 3 bash -c '((OMPI_COMM_WORLD_RANK == 1)) && export GD_FAIL_AT=$0 GD_FAIL_NAME=songs.csv GD_FAIL_ERRNO=5 GD_FAIL_ONLY=pread LD_PRELOAD=$GD_WRITES; exec "$GENRE_DIST" preprocess songs.csv -o made.h5 -q' "$at"
done
# A rank that does not see what rank 0 has begun.
mkdir -p elsewhere
rm -f made.h5
refuse 1 "cannot write 'made.h5': what rank 0 has begun there is not seen by all ranks; choose a directory that all hosts share" mpirun -n 2 \
	bash -c '((${OMPI_COMM_WORLD_RANK:-0})) && cd elsewhere; exec "$GENRE_DIST" preprocess "$0/songs.csv" -o made.h5 -q' "$PWD"
[[ ! -e made.h5 && -z $(ls elsewhere) ]] || fail "a rank apart: a dataset all the same"
# And where records go through a temporary file of no name: from its first write on, its last one, and some between.
export GD_FAIL_NAME=/#
export GENRE_DIST_SPILL=200000,40000,2000
rm -f made.h5 calls.txt
env GD_FAIL_LOG="$PWD/calls.txt" GD_FAIL_ONLY=pwrite LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" preprocess songs.csv -o made.h5 -q >/dev/null 2>&1
equal "dataset in little memory" "$(content_of made.h5)" "$whole"
calls=$(wc -l <calls.txt)
if [[ -n $(find . -name 'genre-dist-*') ]] || ((calls == 0)); then
	echo "this file system has no files without a name"
else
	for at in 1 2 7 $((calls / 4)) $((calls / 2)) $((calls * 3 / 4)) $((calls - 1)) "$calls"; do
		for ranks in 1 2; do
			((ranks == 1 || at < calls / 4)) || continue
			rm -f made.h5
			refuse 1 "cannot keep temporary data beside 'made.h5': no space left" mpirun -n "$ranks" -x GD_FAIL_AT="$at" -x GD_FAIL_ON=1 -x GD_FAIL_ERRNO=28 -x GD_FAIL_ONLY=pwrite -x GD_FAIL_NAME -x GENRE_DIST_SPILL -x LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" preprocess songs.csv -o made.h5 -q
			[[ ! -e made.h5 ]] || fail "full from write $at of $calls on: a dataset all the same"
			compgen -G 'made.h5*' >/dev/null && fail "full from write $at of $calls on: something left: $(echo made.h5*)"
		done
	done
	# Of one rank of three alone, where groups are dealt out in between: the others learn of it and end with it.
	export GENRE_DIST_SPILL=60000,20000,1000
	full=(GD_FAIL_ON=1 GD_FAIL_ERRNO=28 GD_FAIL_ONLY=pwrite LD_PRELOAD="$GD_WRITES")
	for at in 1 2 3 4 5 20 60 100; do
		refuse 1 "cannot keep temporary data beside 'made.h5': no space left" timeout 60 mpirun -n 3 bash -c '((OMPI_COMM_WORLD_RANK == 1)) && export GD_FAIL_AT=$0 "${@:2}"; exec "$1" preprocess songs.csv -o made.h5 --split grouped --group track_album_id -q' \
			"$at" "$GENRE_DIST" "${full[@]}"
	done
fi
unset GENRE_DIST_SPILL
unset GD_FAIL_NAME
rm -f made.h5
goes_through "the end"
finish
