#!/usr/bin/env bash
# The training loop on simulated clusters: the bits of a real run, and the time that latency, bandwidth and prices make, the same each time.
. "$(dirname "$0")/../cli/checks.bash"
command -v smpirun >/dev/null && [[ -e /usr/include/smpi/smpi.h ]] || { echo "skipped: SimGrid is not installed (libsimgrid-dev)"; exit 77; }

if [[ ! ${GD_SIMULATE-} ]]; then
	{ cmake -S "$GD_SOURCE_DIRECTORY" -B "$GD_SMPI_BUILD" -DCMAKE_BUILD_TYPE=Release -DGD_WERROR=ON -DGD_SMPI=ON -DCMAKE_C_COMPILER="$CC" &&
		cmake --build "$GD_SMPI_BUILD" --target simulate -j 2; } >build.log 2>&1 || { fail "the build: $(grep -m 5 -i error build.log)"; finish; }
	export GD_SIMULATE=$GD_SMPI_BUILD/tests/scaling/simulate
fi

# simulated RANKS NETWORK OPTION...: its line, in line.txt.
simulated() {
	bash "$GD_SOURCE_DIRECTORY/jobs/scaling/simulate.sh" "$@" >line.txt 2>err.txt || fail "simulate $*: $(head -n 5 err.txt)"
}

# value KEY FILE
value() {
	grep -o "$1 [^ ]*" "$2" | cut -d ' ' -f 2
}

options=(--hidden 40,24 --batch-size 1100 --steps 4)
mpirun -n 1 "$SCALING_HERE" "${options[@]}" >real.txt 2>err.txt || fail "a real run: $(head -n 5 err.txt)"
bits=$(value weights_sha256 real.txt)
holds "a digest" "${#bits} == 64"
mpirun -n 3 "$SCALING_HERE" "${options[@]}" >real.txt 2>err.txt || fail "a real run on 3 ranks: $(head -n 5 err.txt)"
equal "a real run's bits on 3 ranks" "$(value weights_sha256 real.txt)" "$bits"
for ranks in 5 8 64; do
	simulated $ranks 100 "${options[@]}" --flops 1e9 --sum-seconds 1e-9
	equal "the bits on $ranks simulated ranks" "$(value weights_sha256 line.txt)" "$bits"
done
simulated 8 10 "${options[@]}" --flops 2e9
equal "the bits on another simulated network" "$(value weights_sha256 line.txt)" "$bits"
simulated 8 10 "${options[@]}" --learning-rate 0.004
holds "other bits with another learning rate" "\"$(value weights_sha256 line.txt)\" != \"$bits\""

# Eight blocks of 128 rows; 422912 operations a row.
big=(--hidden 256,256 --batch-size 1024)
simulated 8 10 "${big[@]}" --no-arithmetic --flops 5e10 --parameter-seconds 1e-9
cp line.txt first.txt
parameters=$(value parameters first.txt)
# One sum: the message is too short to be cut.
rabenseifner="6 * 20e-6 + 2 * 7 / 8 * 8 * $parameters / 1.25e9"
holds "messages" "$(value communication_seconds first.txt) / ($rabenseifner) - 1 < 0.01 && $(value communication_seconds first.txt) / ($rabenseifner) > 0.99"
step="128 * 422912 / 5e10 + 1e-9 * $parameters + $rabenseifner"
holds "a step" "$(value step_seconds first.txt) / ($step) - 1 < 0.005 && $(value step_seconds first.txt) / ($step) > 0.995"
simulated 8 10 "${big[@]}" --no-arithmetic --flops 5e10 --parameter-seconds 1e-9
equal "the time, repeated" "$(cat line.txt)" "$(cat first.txt)"
simulated 8 10 "${big[@]}" --flops 5e10 --parameter-seconds 1e-9
holds "the time with arithmetic" "$(value step_seconds line.txt) / $(value step_seconds first.txt) - 1 < 0.001 && $(value step_seconds line.txt) / $(value step_seconds first.txt) > 0.999"
simulated 8 10 "${big[@]}" --no-arithmetic --flops 5e10 --parameter-seconds 1e-9 --sum-seconds 1e-9
holds "the price of sums" "$(value step_seconds line.txt) - $(value step_seconds first.txt) > 0.99e-9 * 7 / 8 * $parameters"

bash "$GD_SOURCE_DIRECTORY/jobs/scaling/simulate.sh" 8 10 --hidden 16,16,16,16,16,16 --learning-rate 1e9 --dropout 0 >line.txt 2>err.txt && fail "a training that diverged: exit code 0"
grep -q "training diverged" err.txt || fail "a training that diverged: not a word: $(head -n 3 err.txt)"
finish
