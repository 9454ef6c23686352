#!/usr/bin/env bash
# Debian 13 (Open MPI 5, HDF5 1.14, BLIS 1.x, gcc 14), as root on a Debian of another release:
#   tests/portability/debian13.sh [DIRECTORY [MIRROR]] [-- CTEST ARGUMENT...]
# Makes the root (by default build-debian13/ in this tree), or takes the one that an earlier call made, sets it up by
# jobs/setup.sh --tests, builds this tree with warnings as errors by the preset ci or what PRESET names (asan), and runs all
# tests, or those that ctest's arguments name. The last line sums up; exit code 0 only if nothing failed.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/root.bash"
root_needs debootstrap
cd "$here/../.."
arguments=()
while (($#)) && [[ $1 != -- ]]; do
	arguments+=("$1")
	shift
done
shift $(($# > 0))
preset=${PRESET:-ci}
root=$(realpath -m "${arguments[0]:-build-debian13}")

root_make "$root" trixie "${arguments[1]-}"
trap 'root_leave "$root"' EXIT
root_mount "$root"
root_copy "$root/genre-dist"
root_run "$root" bash -c 'apt-get update -qq && cd /genre-dist && jobs/setup.sh --tests'
root_run "$root" bash -c 'cd /genre-dist && cmake --preset "$1" >configure.log && cmake --build --preset "$1" --parallel "$(nproc)" >build.log 2>&1 || { tail -n 40 build.log; exit 1; }' build "$preset"
status=0
root_run "$root" bash -c 'cd /genre-dist && ctest --preset "$0" --parallel "$(nproc)" --output-junit /genre-dist/junit.xml "$@"' "$preset" "$@" || status=$?
attribute() {
	sed -n "/<testsuite/,/>/s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$root/genre-dist/junit.xml" | head -n 1
}
root_run "$root" "/genre-dist/build-$preset/genre-dist" --version
echo "Debian 13, $preset: $(attribute tests) tests, $(attribute failures) failed, $(attribute skipped) skipped"
exit "$status"
