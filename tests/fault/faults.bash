# What the tests of faults share, on top of tests/cli/checks.bash; sourced.
. "$(dirname "${BASH_SOURCE[0]}")/../cli/checks.bash"

# Every process of this test, however it was started, carries this in its environment.
export GD_FAULT_MARK=fault-$$-$RANDOM

# marked: process ids of the program that belong to this test and still live (zombies have no environment).
marked() {
	local file
	for file in $(grep -slzx "GD_FAULT_MARK=$GD_FAULT_MARK" /proc/[0-9]*/environ); do
		file=${file%/environ}
		[[ $file/exe -ef $GENRE_DIST ]] && echo "${file#/proc/}"
	done
}

# catching: those of them that have got as far as to take SIGUSR2 for a wish to stop.
catching() {
	local process mask
	for process in $(marked); do
		mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$process/status" 2>/dev/null)
		((0x${mask:-0} >> 11 & 1)) && echo "$process"
	done
}

# ended SECONDS: whether the process `launcher` leaves within them.
ended() {
	local tries=$(($1 * 20))
	while kill -0 "$launcher" 2>/dev/null; do
		((tries-- > 0)) || return 1
		sleep 0.05
	done
}

# gone SECONDS: waits until no process is left; 1 and a failure if one stays.
gone() {
	local tries=$(($1 * 10))
	while ((tries-- > 0)); do
		[[ -n $(marked) ]] || return 0
		sleep 0.1
	done
	fail "processes left behind: $(marked | tr '\n' ' ')"
	kill -KILL $(marked) 2>/dev/null
	return 1
}

now() {
	date +%s.%N
}

# since START: seconds with one decimal.
since() {
	awk "BEGIN { printf \"%.1f\", $(now) - $1 }"
}

# songs ROWS: songs.h5, a small dataset.
songs() {
	"$GENRE_DIST" synth --rows "$1" --seed 3 -o songs.csv >/dev/null 2>&1 && "$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || { echo "no dataset"; exit 2; }
}
