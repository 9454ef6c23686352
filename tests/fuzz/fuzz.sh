#!/usr/bin/env bash
# Coverage-guided fuzzing: tests/fuzz/fuzz.sh BUILD SECONDS [TARGET...]
#
# BUILD is a directory configured with clang and GD_FUZZ:
#   cmake -S . -B build-fuzz -DCMAKE_C_COMPILER=clang -DGD_FUZZ=ON -DCMAKE_BUILD_TYPE=RelWithDebInfo && make -C build-fuzz
# Each target runs for SECONDS, one after the other, at the lowest priority. New inputs go to BUILD/fuzz/<target>/; findings to
# BUILD/fuzz/<target>-crash-*, and the exit code is 1 if there is one. What was found is minimised into BUILD/fuzz/<target>-small/.
set -euo pipefail
(($# >= 2)) || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
build=$(realpath "$1") seconds=$2
shift 2
here=$(dirname "$(realpath "$0")")
targets=("$@")
((${#targets[@]})) || targets=(table schema configuration checkpoint dataset)
code=0
for target in "${targets[@]}"; do
	program=$(find "$build" -type f -name "fuzz_$target" -perm -u+x | head -n 1)
	found=$build/fuzz/$target
	mkdir -p "$found" "$found-small"
	words=()
	[[ ! -e $here/$target.words ]] || words=(-dict="$here/$target.words")
	nice -n 19 "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 "${words[@]}" \
		-artifact_prefix="$found-crash-" "$found" "$here/corpus/$target" 2>"$found.log" || { echo "$target: a finding, see $found.log"; code=1; }
	sed -n "s/^stat::number_of_executed_units: */$target: inputs /p; s/^stat::peak_rss_mb: */$target: MB /p" "$found.log"
	nice -n 19 "$program" -merge=1 "$found-small" "$here/corpus/$target" "$found" 2>>"$found.log" || code=1
done
exit "$code"
