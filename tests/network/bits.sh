#!/usr/bin/env bash
# Four hosts with two ranks each, joined by TCP: the bits of one rank, with and without limits to bandwidth and latency.
. "$(dirname "$0")/../cli/checks.bash"
. "$(dirname "$0")/hosts.bash"
trap 'hosts_stop; rm -rf "$directory"' EXIT

"$GENRE_DIST" synth --rows 2001 --seed 4 -o songs.csv >/dev/null 2>&1 && "$GENRE_DIST" preprocess songs.csv >/dev/null 2>&1 || { echo "no dataset"; exit 2; }
options=(--data songs.h5 --hidden 48,24 --batch-norm --batch-size 500 --epochs 2 --seed 11 -q)
expect 0 '' ranks 1 train --preset study --run one "${options[@]}"
bits=$(weights_of one/model.h5)

# same NAME: the training on the hosts that are up.
same() {
	local host sent
	expect 0 '' hosts_mpirun 2 "$GENRE_DIST" train --preset study --run "$1" "${options[@]}"
	equal "$1: weights" "$(weights_of "$1/model.h5")" "$bits"
	equal "$1: ranks" "$(h5dump -a /provenance/ranks "$1/model.h5" 2>/dev/null | grep -c '"8"\|: 8')" 1
	# Eight steps of some 13 KB, at the very least once in and once out.
	for ((host = 1; host <= hosts_count; host++)); do
		sent=$(hosts_sent "$host")
		holds "$1: what host $host sent: $sent" "$sent > 100000"
	done
}

hosts_start 4 || { echo "skipped: network namespaces cannot be made here"; exit 77; }
same plain
hosts_stop
if hosts_start 4 20mbit; then
	same limited
	holds "the limit was met" "$(tc -n "${hosts_prefix}h1" -s qdisc show dev v0 | grep -o 'overlimits [0-9]*' | cut -d ' ' -f 2) > 0"
	hosts_stop
else
	echo "no bandwidth limits here (tc's tbf)"
fi
if [[ -c /dev/net/tun ]] && hosts_start_delayed 4 2000 100; then
	same delayed
	hosts_stop
else
	echo "no delays here (/dev/net/tun)"
fi
finish
