#!/usr/bin/env bash
# Every test, after the same set-up as the quick start's: tests/run.sh [--quick] [CTEST ARGUMENT...]
#
# First all tests on an optimised build with warnings as errors (build-ci/), then unit tests and some of the command
# line's under AddressSanitizer and UndefinedBehaviorSanitizer (build-asan/). Arguments go to both calls of ctest:
# `tests/run.sh -R unit`. --quick, for those who edit, leaves it at the first build's unit tests, goldens and layout.
# The last line sums up: "N passed, N failed". Exit code 0 only if nothing failed.
set -euo pipefail

cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
. jobs/environment.sh
jobs/setup.sh --tests
# Results of an outer ctest, or of a user's habits, must not lead to other tests than these.
unset CTEST_OUTPUT_ON_FAILURE CTEST_PARALLEL_LEVEL MAKEFLAGS MAKELEVEL

passed=0 failed=0 skipped=0

# The number in attribute $2 of the first element of JUnit file $1.
attribute() {
	sed -n "/<testsuite/,/>/s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# Builds preset $1 and runs ctest on it with the remaining arguments.
run_preset() {
	local preset=$1 tests failures skips status=0
	shift
	local junit=build-$preset/junit.xml
	echo "== $preset: build (build-$preset/)"
	if ! { mkdir -p "build-$preset" && cmake --preset "$preset" >"build-$preset/build.log" 2>&1 &&
		cmake --build --preset "$preset" --parallel "$(nproc)" >>"build-$preset/build.log" 2>&1; }; then
		tail -n 60 "build-$preset/build.log"
		echo "== $preset: the build failed; the whole of it is in build-$preset/build.log"
		failed=$((failed + 1))
		return
	fi
	echo "== $preset: test"
	rm -f "$junit"
	# What the tests say about the cores they need makes one more than there are a good number.
	ctest --preset "$preset" --parallel $(($(nproc) + 1)) --output-junit "$PWD/$junit" "$@" || status=$?
	if [[ -f $junit ]]; then
		tests=$(attribute "$junit" tests) failures=$(attribute "$junit" failures)
		skips=$(($(attribute "$junit" skipped) + $(attribute "$junit" disabled)))
		passed=$((passed + tests - failures - skips)) failed=$((failed + failures)) skipped=$((skipped + skips))
	fi
	# An exit code that no counted failure explains: a crash of ctest itself, or no tests at all.
	if ((status != 0)) && [[ ! -f $junit || ${failures:-0} -eq 0 ]]; then
		echo "== $preset: ctest ended with exit code $status"
		failed=$((failed + 1))
	fi
}

if [[ ${1-} == --quick ]]; then
	shift
	run_preset ci -L '^(unit|golden|layout)$' "$@"
else
	run_preset ci "$@"
	run_preset asan --no-tests=ignore -L '^sanitized$' "$@"
fi

summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
printf '\n%s\n' "$summary"
((failed == 0))
