#!/usr/bin/env bash
# Scaling to 1024 ranks by simulation: jobs/scaling/run.sh [--measure] [SERIES...]
#
# Builds into build-smpi/, runs the training loop on simulated clusters, asks `bench --plan` for the same, and writes results.tsv, scaling.svg and the
# tables of README.md here; with names of series, for these alone. The prices of arithmetic are those of prices.txt, so that figures repeat to the
# digit; --measure takes this machine's first. Needs libsimgrid-dev and gnuplot; ten minutes and some 4 GB.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.."
. jobs/environment.sh
here=jobs/scaling build=build-smpi

all_ranks=(8 16 32 64 128 256 512 1024)
# name | rows of a batch: in all (strong), or for each rank (weak) | rows of a block | shape | title
series=(
	"strong|1024|128|--inputs 20 --hidden 256,256|20-256-256-6, batches of 1024"
	"strong-large|65536|256|--inputs 20 --hidden 256,256|20-256-256-6, batches of 65536"
	"strong-wide|8192|512|--inputs 32 --hidden 1024,1024|32-1024-1024-6, batches of 8192"
	"weak|256|256|--inputs 20 --hidden 256,256|20-256-256-6, 256 rows a rank"
	"weak-wide|512|512|--inputs 32 --hidden 1024,1024|32-1024-1024-6, 512 rows a rank"
)
measured=0 names=
[[ ${1-} != --measure ]] || { measured=1; shift; }
for name; do
	[[ " $(printf '%s\n' "${series[@]}" | cut -d '|' -f 1 | tr '\n' ' ') " == *" $name "* ]] || { echo "usage: jobs/scaling/run.sh [--measure] [SERIES...]" >&2; exit 2; }
	names+=" $name "
done
mkdir -p $build
{ cmake --preset smpi && cmake --build --preset smpi; } >$build/build.log 2>&1 || { tail -n 30 $build/build.log >&2; exit 1; }

# batch_of NAME ROWS RANKS
batch_of() {
	[[ $1 == weak* ]] && echo $(($2 * $3)) || echo "$2"
}

# value KEY LINE
value() {
	sed "s/.*\b$1 \([^ ]*\).*/\1/" <<<"$2"
}

# Blocks have one size whatever the ranks, so one rank on eight of them tells their price; the fastest of five runs.
measure() {
	local entry name rows block shape title line
	echo "# series, flop/s of a rank's passes, seconds of a step's other work for each parameter, seconds of adding two numbers of a message"
	for entry in "${series[@]}"; do
		IFS='|' read -r name rows block shape title <<<"$entry"
		for _ in 1 2 3 4 5; do mpirun -n 1 $build/tests/scaling/scaling_here $shape --batch-size $((8 * block)) --steps $((4096 / block)); done >$build/measured.txt
		line=$(awk '{ for (i = 1; i < NF; i++) if ($i == "flops") print $(i + 1), $0 }' $build/measured.txt | sort -gr | head -n 1)
		echo "$name $(value flops "$line") $(value parameter_seconds "$line") $(value sum_seconds "$line")"
	done
}
((!measured)) || { measure >$build/prices.txt && mv $build/prices.txt $here/prices.txt; }

# planned SHAPE BATCH RANKS FLOPS NETWORK: seconds of a step by the model of `bench --plan`.
planned() {
	local latency bandwidth
	case ${5%-*} in
	10) latency=20 bandwidth=1.25 ;;
	100) latency=4 bandwidth=12.5 ;;
	esac
	$build/genre-dist bench --plan "$3" --flops "$4" --latency $latency --bandwidth $bandwidth $1 --batch-size "$2" --rows "$2" --json -q |
		sed 's/.*"plan": //' | grep -o '"step": [^,}]*' | head -n 1 | cut -d ' ' -f 2
}

# One line a simulation.
run_series() {
	local name=$1 rows=$2 shape=$3 network ranks line alone batch step flops other sum
	read -r flops other sum < <(sed -n "s/^$name //p" $here/prices.txt)
	for network in 10 100 $([[ $name == weak* ]] && echo 10-tapered 100-tapered); do
		alone=
		for ranks in 1 "${all_ranks[@]}"; do
			batch=$(batch_of "$name" "$rows" "$ranks")
			line=$($here/simulate.sh "$ranks" $network $shape --batch-size "$batch" --steps 2 --no-arithmetic --no-exchange --flops "$flops" --parameter-seconds "$other" --sum-seconds "$sum")
			step=$(value step_seconds "$line")
			[[ $alone ]] || { alone=$step; continue; }
			printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" $network "$ranks" "$batch" "$step" "$(value communication_seconds "$line")" \
				"$(awk "BEGIN { printf \"%.4f\", $alone / $step $([[ $name == weak* ]] || echo "/ $ranks") }")" "$(planned "$shape" "$batch" "$ranks" "$flops" $network)"
			echo "$name, $network Gb/s, $ranks ranks: $step s" >&2
		done
	done
}

{
	printf '# series\tnetwork\tranks\tbatch\tstep_seconds\tcommunication_seconds\tefficiency\tplanned_step_seconds\n'
	for entry in "${series[@]}"; do
		IFS='|' read -r name rows block shape title <<<"$entry"
		if [[ ! $names || $names == *" $name "* ]]; then
			run_series "$name" "$rows" "$shape"
		else
			sed -n "/^$name\t/p" $here/results.tsv
		fi
	done
} >$build/results.tsv
mv $build/results.tsv $here/results.tsv

# table NAME NETWORK NETWORK: a line for each number of ranks.
table() {
	local network
	printf '\n| ranks |'
	for network in "$2" "$3"; do printf ' %s: step, ms | messages | efficiency | planned, ms | ratio |' "${network/-/ Gb/s }"; done | sed 's/\(1[0-9]*\):/\1 Gb\/s:/g'
	printf '\n|---|---|---|---|---|---|---|---|---|---|---|\n'
	awk -F '\t' -v name="$1" -v first="$2" -v second="$3" '
		$1 == name && ($2 == first || $2 == second) {
			line[$3] = line[$3] sprintf(" %.4g | %.3g | %.3g | %.4g | %.2f |", 1e3 * $5, 1e3 * $6, $7, 1e3 * $8, $5 / $8)
			if (!seen[$3]++) order[++count] = $3
		}
		END { for (i = 1; i <= count; i++) print "| " order[i] " |" line[order[i]] }' $here/results.tsv
}

# The tables, in the place of those that README.md has.
{
	for entry in "${series[@]}"; do
		IFS='|' read -r name rows block shape title <<<"$entry"
		printf '\n**%s**\n' "$title"
		table "$name" 10 100
		[[ $name != weak* ]] || { printf '\n**%s, tapered network**\n' "$title"; table "$name" 10-tapered 100-tapered; }
	done
	echo
} >$build/tables.md
sed -e "/<!-- results -->/r $build/tables.md" -e '/<!-- results -->/,/<!-- end of results -->/{/<!--/!d}' $here/README.md >$build/README.md
mv $build/README.md $here/README.md
gnuplot -d $here/plot.gp
echo "$here/results.tsv, $here/scaling.svg, $here/README.md"
