#!/usr/bin/env bash
# One simulated run: jobs/scaling/simulate.sh RANKS NETWORK [OPTION...]
#
# RANKS hosts of one core, each on its own link to a switch that does not slow anybody down. NETWORK is the link's speed, 10 or 100 (Gb/s), or
# BANDWIDTH/LATENCY as SimGrid writes them (25Gbps/3us), the latency from host to host. With "-tapered" behind it, 64 hosts and more hang in leaves
# of 32 with 8 links up, so that four hosts share one of them and messages between leaves take twice the latency. Options are those of build-smpi/tests/scaling/simulate
# (`cmake --preset smpi && cmake --build --preset smpi` makes it; GD_SIMULATE names another). Prints its line.
set -euo pipefail
ranks=$1 network=$2
shift 2
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
program=${GD_SIMULATE:-$here/../../build-smpi/tests/scaling/simulate}
tree=
if [[ $network == *-tapered ]]; then
	network=${network%-tapered}
	((ranks < 64)) || tree="topology=\"FAT_TREE\" topo_parameters=\"2;32,$(((ranks + 31) / 32));1,8;1,1\""
fi
case $network in
10) network=10Gbps/20us ;;
100) network=100Gbps/4us ;;
esac
[[ $network =~ ^([0-9.]+[A-Za-z]+)/([0-9.]+)([a-z]+)$ ]] || { echo "simulate: a network is 10, 100 or BANDWIDTH/LATENCY, not '$network'" >&2; exit 2; }
bandwidth=${BASH_REMATCH[1]} half=$(awk "BEGIN { print ${BASH_REMATCH[2]} / 2 }")${BASH_REMATCH[3]}

# A tree has whole leaves.
hosts=$((${#tree} ? (ranks + 31) / 32 * 32 : ranks))
directory=$(mktemp -d "${TMPDIR:-/tmp}/genre-dist-smpi-XXXXXX")
trap 'rm -rf "$directory"' EXIT
cat >"$directory/platform.xml" <<END
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="cluster" prefix="host" suffix="" radical="0-$((hosts - 1))" speed="1Gf" bw="$bandwidth" lat="$half" sharing_policy="SPLITDUPLEX" $tree/>
</platform>
END
seq -f host%.0f 0 $((ranks - 1)) >"$directory/hosts"

# Time passes for what is charged and for messages, by latency and bandwidth alone: SimGrid's default corrections are those of an old Ethernet.
status=0
BLIS_NUM_THREADS=1 smpirun -np "$ranks" -platform "$directory/platform.xml" -hostfile "$directory/hosts" \
	--log=root.thresh:warning --log=xbt_cfg.thresh:critical --cfg=smpi/simulate-computation:no --cfg=smpi/cpu-threshold:0 \
	--cfg=smpi/lat-factor:0:1 --cfg=smpi/bw-factor:0:1 --cfg=network/crosstraffic:0 --cfg=smpi/shared-malloc:local \
	--cfg=smpi/allreduce:ompi --cfg=smpi/alltoall:bruck --cfg=smpi/alltoallv:ring \
	"$program" "$@" >"$directory/out" 2>"$directory/err" || status=$?
cat "$directory/out"
# smpirun itself ends well when a rank aborts or all of them wait for each other.
if ((status != 0)) || ! grep -q '^ranks ' "$directory/out" || grep -qE 'Deadlock detected|MPI_Abort was called' "$directory/err"; then
	cat "$directory/err" >&2
	exit $((status ? status : 1))
fi
