# What the tests of the command line share; sourced. Each script ends with `finish`.
set -u
: "${GENRE_DIST:?path of the program}"
directory=$(mktemp -d "${TMPDIR:-/tmp}/genre-dist-cli-XXXXXX")
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 2
checks=0 wrong=0

# fail MESSAGE: counts a failure and goes on.
fail() {
	echo "FAILED: $*" >&2
	wrong=$((wrong + 1))
}

# ranks N COMMAND...: the program on N ranks.
ranks() {
	local count=$1
	shift
	mpirun -n "$count" "$GENRE_DIST" "$@"
}

# expect CODE PATTERN COMMAND...: exit code, and an extended regular expression that stderr must match ('' for any). What it printed
# stays in out.txt and err.txt.
expect() {
	local code=$1 pattern=$2 status=0
	shift 2
	checks=$((checks + 1))
	"$@" >out.txt 2>err.raw </dev/null || status=$?
	tr -d '\0' <err.raw >err.txt # Open MPI 5 ends some of its texts with one
	if ((status != code)); then
		fail "exit code $status instead of $code: $*"
		sed 's/^/    /' err.txt >&2
	elif [[ -n $pattern ]] && ! grep -Eq -- "$pattern" err.txt; then
		fail "stderr does not match '$pattern': $*"
		sed 's/^/    /' err.txt >&2
	fi
}

# refuse CODE PATTERN COMMAND...: like expect, and exactly one line of ours that is no warning on stderr, from however many ranks.
refuse() {
	local lines
	# All ranks come to their end by themselves: mpirun need not give any of them a second for it, twice.
	OMPI_MCA_odls_base_sigkill_timeout=0 expect "$@"
	lines=$(grep '^genre-dist: ' err.txt | grep -vc '^genre-dist: warning: ')
	((lines == 1)) || fail "$lines error lines instead of one: ${*:3}"
}

# equal WHAT A B
equal() {
	checks=$((checks + 1))
	[[ $2 == "$3" ]] || fail "$1: '$2' and '$3' differ"
}

# holds WHAT EXPRESSION: awk's verdict on an expression.
holds() {
	checks=$((checks + 1))
	awk "BEGIN { exit !($2) }" || fail "$1: not ($2)"
}

# The hash of a model's weights, as the file says it.
weights_of() {
	h5dump -a /weights_sha256 "$1" 2>/dev/null | grep -Eo '[0-9a-f]{64}' || echo "no hash in $1"
}

# A field of a JSON object of one line: numbers alone.
json_number() {
	sed -n "s/.*\"$2\": \([-0-9.e+]*\).*/\1/p" "$1"
}

finish() {
	echo "$checks checks, $wrong failed"
	((wrong == 0 && checks > 0))
	exit
}
