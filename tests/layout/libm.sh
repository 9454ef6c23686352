#!/usr/bin/env bash
# No object calls a function of libm whose bits depend on processor, compiler or C library: tests/layout/libm.sh ARCHIVE...
# With gd/kernel/real.h there is one definition of each. What stays allowed, and why, is below. Then the same check on
# small objects with one fault each, which it must find.
set -euo pipefail

# Exact, or rounded correctly, everywhere (fmin and fmax but for which of two zeros they return).
exact=' sqrt fma ldexp frexp scalbn scalbln modf logb ilogb fmod remainder fabs copysign floor ceil trunc rint nearbyint round
	roundeven lrint llrint lround llround fmin fmax fdim nextafter finite isnan isinf signbit '
# Archive, object, function, and the function of ours that may call it (* for any): what no dataset and no model is made of.
allowed=(
	# Plain twins that tests compare kernels with: another hand's functions make the better judge. The shipped program never calls them.
	'network activation erfc *_ref' 'network activation exp *_ref' 'network activation tanh *_ref'
	'network cross_entropy exp *_ref' 'network cross_entropy log *_ref'
	'network periodic sin *_ref' 'network periodic cos *_ref' 'network periodic sincos *_ref'
	# Printed, and never read again: a time between two measured ones.
	'bench bench_machine log *'
)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
libm=$("${CC:-cc}" -print-file-name=libm.so.6)
[[ -e $libm ]] || { echo "skipped: no libm.so.6 to read the names from"; exit 77; }
# Names as programs are linked with them, without their versions.
nm -D --defined-only "$libm" | awk '$2 ~ /[TWi]/ { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$work/libm"
for name in exp log sincos powf erfc; do
	grep -qx "$name" "$work/libm" || { echo "not ok: $libm lacks '$name'; its names were not read"; exit 1; }
done

exact=$(tr -s '\n\t ' ' ' <<<" $exact ")
LC_ALL=C awk -v exact="$exact" '{ plain = $1; sub(/[fl]$/, "", plain) } !(index(exact, " " $1 " ") || index(exact, " " plain " "))' "$work/libm" >"$work/inexact"

# "CALLER FUNCTION" for each call of one of them in the object $1.
calls() {
	objdump -dr --no-show-raw-insn "$1" | awk '
		NR == FNR { inexact[$1] = 1; next }
		/^[0-9a-f]+ <.*>:$/ { caller = $2; gsub(/[<>:]/, "", caller); sub(/\..*/, "", caller) }
		/: R_[A-Z0-9_]+/ { name = $NF; sub(/[-+@].*/, "", name) }
		/: R_[A-Z0-9_]+/ && name in inexact && !((caller, name) in seen) { seen[caller, name] = 1; print caller, name }' "$work/inexact" -
}

# Complains of what the object $3, of module $2 in room $1, may not call.
check_object() {
	local caller name rule room module function callers ok bad=0
	while read -r caller name; do
		ok=
		for rule in "${allowed[@]}"; do
			read -r room module function callers <<<"$rule"
			# shellcheck disable=SC2053 # a pattern
			[[ $room == "$1" && $module == "$2" && $function == "$name" && $caller == $callers ]] && ok=1
		done
		[[ $ok ]] || { echo "room '$1', module '$2': '$caller' calls '$name' of libm; see gd/kernel/real.h"; bad=1; }
	done < <(calls "$3")
	return "$bad"
}

(($#)) || { echo "usage: libm.sh ARCHIVE..."; exit 2; }
failed=0
objects=0
for archive in "$@"; do
	room=$(basename "$archive" .a)
	nm -u "$archive" >"$work/$room"
	objects=$((objects + $(grep -c '\.o:$' "$work/$room")))
	while read -r object; do
		ar p "$archive" "$object" >"$work/object.o"
		check_object "${room#libgd_}" "${object%.c.o}" "$work/object.o" || failed=1
	done < <(awk 'NR == FNR { inexact[$1] = 1; next } /\.o:$/ { object = $0; sub(/:$/, "", object) } $1 == "U" && $2 in inexact { print object }' "$work/inexact" "$work/$room" | uniq)
done
# The twins are for tests alone.
if grep -E '^ +U gd_(activation_(forward|backward)|cross_entropy|softmax|periodic_(forward|backward))_ref$' "$work"/libgd_*; then
	echo "these call plain twins that use libm"
	failed=1
fi
[[ $failed == 1 ]] || echo "ok: $objects objects of $# rooms"

# $1: title; $2: what the check must say, or nothing; $3, $4: room and module; $5: the module's text.
expect() {
	local report
	printf '#include <math.h>\n%s\n' "$5" >"$work/case.c"
	"${CC:-cc}" -O2 -c -o "$work/case.o" "$work/case.c"
	report=$(check_object "$3" "$4" "$work/case.o" || true)
	if [[ $report == "$2" || ($2 && $report == *"$2"*) ]]; then
		echo "ok: $1"
	else
		printf 'not ok: %s; the check said: %s\n' "$1" "${report:-nothing}"
		failed=1
	fi
}
expect "exact functions pass" '' table treatment 'double f(double x) { return fma(sqrt(x), rint(x), ldexpf(x, 3)) + fmod(x, 2); }'
expect "a logarithm" "'f' calls 'log' of libm" table treatment 'double f(double x) { return log(x); }'
expect "a function in float" "'f' calls 'expf' of libm" kernel real 'float f(float x) { return expf(x); }'
expect "sine and cosine at once" "of libm" table treatment 'double f(double x) { return sin(x) + cos(x); }'
expect "a plain twin's exponential" '' network activation 'double f_ref(double x) { return exp(x); }'
expect "the same in a function that is no twin" "'f' calls 'exp' of libm" network activation 'double f(double x) { return exp(x); }'
expect "a twin in another module" "'f_ref' calls 'exp' of libm" network dense 'double f_ref(double x) { return exp(x); }'
expect "a function's address" "calls 'pow' of libm" train stepper 'double (*f(void))(double, double) { return pow; }'
exit "$failed"
