#!/usr/bin/env bash
# Steps over real network paths beside their prediction: jobs/scaling/network.sh [OPTION OF bench...]
#
# Four hosts in network namespaces, one rank each, joined by TCP: as they are, with limited bandwidth, and behind a switch with latency. On each path `bench`
# measures alpha and beta and predicts the step that it then times. As root, with build/ from the release preset.
set -euo pipefail
source_directory=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
. "$source_directory/jobs/environment.sh"
. "$source_directory/tests/network/hosts.bash"
program=${GENRE_DIST:-$source_directory/build/genre-dist}
export GD_DELAY_SWITCH=${GD_DELAY_SWITCH:-$source_directory/build/tests/network/delay_switch}
directory=$(mktemp -d "${TMPDIR:-/tmp}/genre-dist-network-XXXXXX")
cd "$directory"
trap 'hosts_stop; rm -rf "$directory"' EXIT
options=(bench --batch-size 1024 --seconds 2 --json -q "$@")

# number JSON PATTERN: the first number behind a pattern.
number() {
	grep -oE "$2[^0-9-]*[0-9.e+-]+" <<<"$1" | head -n 1 | grep -oE '[0-9.e+-]+$'
}

# row NAME COMMAND...
row() {
	local name=$1 json
	shift
	json=$("$@" 2>err.txt) || { cat err.txt >&2; exit 1; }
	awk -v name="$name" -v alpha="$(number "$json" '"alpha": ')" -v beta="$(number "$json" '"beta": ')" -v predicted="$(number "$json" '"predicted": {"step": ')" \
		-v messages="$(number "$(sed 's/.*"predicted"//' <<<"$json")" '"reduce": ')" -v measured="$(number "$json" '"measured": {"step": ')" 'BEGIN {
		printf "| %s | %.3g | %.4g | %.3g | %.3g | %.3g | %.2f |\n", name, 1e6 * alpha, 1e-6 / beta, 1e3 * messages, 1e3 * predicted, 1e3 * measured, measured / predicted }'
}

echo "| path | alpha, us | 1/beta, MB/s | predicted: messages, ms | predicted: step, ms | measured: step, ms | measured / predicted |"
echo "|---|---|---|---|---|---|---|"
row "one host, shared memory" mpirun -n 4 "$program" "${options[@]}"
hosts_start 4 || { echo "network: namespaces cannot be made here" >&2; exit 77; }
row "veth and a bridge" hosts_mpirun 1 "$program" "${options[@]}"
hosts_stop
for rate in 1gbit 100mbit; do
	hosts_start 4 $rate || { echo "network: no tbf here" >&2; continue; }
	row "limited to $rate" hosts_mpirun 1 "$program" "${options[@]}"
	hosts_stop
done
for delay in 200 2000; do
	hosts_start_delayed 4 $delay 100 || { echo "network: no TUN here" >&2; continue; }
	row "100mbit, $delay us" hosts_mpirun 1 "$program" "${options[@]}"
	hosts_stop
done
