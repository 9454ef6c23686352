#!/usr/bin/env bash
# The bits of whole trainings and datasets against bits.tsv, beside this file, which says what a line of it means.
#   bits.sh           compares, with every kernel that the processor has, with glibc's variants off, on 1 and 3 ranks
#   bits.sh --quick   compares with the widest kernel on 1 rank alone
#   bits.sh --write   writes the hashes that are missing (`-`), or all of them where the arithmetic has a new version
# GENRE_DIST is the program's path; jobs/environment.sh has what mpirun needs.
set -u
: "${GENRE_DIST:?path of the program}"
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
table=$here/bits.tsv
# Some hundred small files a setting, each synced to the disk: in memory where that is to be had.
[[ -w /dev/shm ]] && : "${TMPDIR:=/dev/shm}"
directory=$(mktemp -d "${TMPDIR:-/tmp}/genre-dist-bits-XXXXXX") || exit 2
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 2
ln -s "$here/../../data" data

names=() kinds=() options=() hashes=()
while IFS=$'\t' read -r name kind option hash; do
	[[ $name == '#'* || -z $name ]] && continue
	names+=("$name") kinds+=("$kind") options+=("$option") hashes+=("$hash")
done <"$table"
arithmetic=$(sed -n 's/^# arithmetic \([0-9]*\)$/\1/p' "$table")

stop() {
	echo "bits: $*" >&2
	exit 2
}
((${#names[@]} > 30)) && [[ -n $arithmetic ]] || stop "$table is no table of cases with a line '# arithmetic N'"

# An invented table: words, days, whole and other numbers, some of them missing; two of its columns say something of the target.
records() {
	awk 'function draw(n) { state = state * 16807 % 2147483647; return state % n }
	BEGIN {
		state = 20
		print "day,region,grade,count,price,note,kind"
		for (i = 0; i < 900; i++) {
			kind = draw(3)
			day = sprintf("%d-%02d-%02d", 1990 + draw(30) + kind, 1 + draw(12), 1 + draw(28))
			region = substr("northsouth east west", 1 + 5 * ((kind + draw(2)) % 4), 5)
			price = draw(20) ? sprintf("%d.%02d", draw(90) + 30 * kind, draw(100)) : ""
			print day "," region "," draw(5) "," draw(1000) * draw(1000) "," price ",n" draw(12) "," substr("redbluegrey", 1 + 3 * kind + (kind == 2), 3 + (kind > 0))
		}
	}'
}

# As a sweep has it: `--batch-norm --epochs 2` becomes two lines.
as_lines() {
	local word name=
	for word in $1; do
		if [[ $word == --* ]]; then
			[[ -z $name ]] || echo "$name = on"
			name=${word#--}
		else
			echo "$name = $word"
			name=
		fi
	done
	[[ -z $name ]] || echo "$name = on"
}

# Every training in one job. What a line does not say has these values, whatever a preset has.
sweep_file() {
	local i
	printf '[sweep]\nranks-per-trial = %d\n[base]\n' "$1"
	as_lines "--preset study --data songs.h5 --hidden 24 --activation relu --dropout 0 --optimizer adam --learning-rate 0.01 --batch-size 128 --epochs 2 --seed 1 --checkpoint-every 0"
	for i in "${!names[@]}"; do
		[[ ${kinds[i]} == training ]] || continue
		printf '[trial %s]\n' "${names[i]}"
		as_lines "${options[i]}"
	done
}

attribute() {
	h5dump -a "/$2" "$1" 2>/dev/null | sed -n 's/.*(0): "\?\([0-9a-f]*\)"\?$/\1/p'
}

# compute DIRECTORY RANKS: everything anew, there; hashes into `got`.
compute() {
	local work=$1 ranks=$2 i
	mkdir "$work" && ln -s "$here/../../data" "$work/data" && records >"$work/records.csv" && cd "$work" || exit 2
	local program=("$GENRE_DIST")
	((ranks == 1)) || program=(mpirun -n "$ranks" "$GENRE_DIST")
	got=()
	for i in "${!names[@]}"; do
		# shellcheck disable=SC2086 # a line's options are words
		case ${kinds[i]} in
		table)
			"$GENRE_DIST" ${options[i]} -o "${names[i]}" >out.txt 2>&1 || { cat out.txt >&2; echo "bits: ${names[i]} was not made" >&2; }
			got[i]=$(sha256sum <"${names[i]}" | cut -d ' ' -f 1)
			;;
		dataset)
			"${program[@]}" ${options[i]} -o "${names[i]}.h5" >out.txt 2>&1 || { cat out.txt >&2; echo "bits: ${names[i]} was not made" >&2; }
			got[i]=$(attribute "${names[i]}.h5" content_sha256)
			;;
		training) ;;
		*) stop "${names[i]} is of kind '${kinds[i]}'" ;;
		esac
	done
	sweep_file "$ranks" >sweep.ini
	"${program[@]}" sweep sweep.ini --run runs -q >out.txt 2>&1 || cat out.txt >&2
	for i in "${!names[@]}"; do
		[[ ${kinds[i]} != training ]] || got[i]=$(attribute "runs/${names[i]}/model.h5" weights_sha256)
	done
	program_arithmetic=$(attribute "runs/${names[-1]}/checkpoint.h5" progress/arithmetic)
	: "${program_arithmetic:=$arithmetic}" # a file that does not say leaves it to the hashes
	cd "$directory" || exit 2
	rm -rf "$work"
}

write() {
	local i
	compute write 1
	if [[ $program_arithmetic != "$arithmetic" ]]; then
		grep -q "^#   $program_arithmetic: " "$table" || stop "the arithmetic has version $program_arithmetic: say why first, in a line '#   $program_arithmetic: ...' of $table"
	fi
	for i in "${!names[@]}"; do
		[[ -n ${got[i]} || ${kinds[i]} == dataset ]] || stop "no hash of ${names[i]}"
		[[ ${hashes[i]} == - || ${hashes[i]} == "${got[i]}" || $program_arithmetic != "$arithmetic" ]] ||
			stop "${names[i]} has other bits by the same version of the arithmetic ($arithmetic); raise GD_ARITHMETIC first"
	done
	{
		sed -n "/^#/{s/^# arithmetic [0-9]*$/# arithmetic $program_arithmetic/;p}" "$table"
		for i in "${!names[@]}"; do
			printf '%s\t%s\t%s\t%s\n' "${names[i]}" "${kinds[i]}" "${options[i]}" "${got[i]:--}"
		done
	} >table.new && cp table.new "$table"
	echo "bits: ${#names[@]} hashes by version $program_arithmetic of the arithmetic"
}

compared=0 wrong=0 missing=0
for hash in "${hashes[@]}"; do
	[[ $hash != - ]] || missing=$((missing + 1))
done
# compare NAME KERNEL RANKS: a setting.
compare() {
	local i before=$wrong first=$compared
	export GENRE_DIST_KERNEL=$2
	compute setting "$3"
	[[ $program_arithmetic == "$arithmetic" ]] || stop "the program's arithmetic has version $program_arithmetic, the table's $arithmetic: bits.sh --write"
	for i in "${!names[@]}"; do
		[[ ${hashes[i]} != - ]] || hashes[i]=${got[i]}
		[[ ${hashes[i]} ]] || continue
		compared=$((compared + 1))
		[[ ${got[i]} == "${hashes[i]}" ]] || {
			echo "FAILED: $1: ${names[i]} (${kinds[i]} ${options[i]}): '${got[i]}', not '${hashes[i]}'" >&2
			wrong=$((wrong + 1))
		}
	done
	echo "$1: $((compared - first - wrong + before)) of $((compared - first)) hashes equal"
}

# What the processor can do, as glibc sees it when it chooses variants of exp, log, sin ...
glibc_sees() {
	"$(ldd "$GENRE_DIST" | grep -o '/[^ ]*/ld-linux[^ ]*')" --list-diagnostics | grep 'cpu_features.*active'
}

if [[ ${1-} == --write ]]; then
	write
	exit
fi
kernels=()
for kernel in plain avx2 avx512; do
	! GENRE_DIST_KERNEL=$kernel "$GENRE_DIST" info >/dev/null 2>&1 || kernels+=("$kernel")
done
((${#kernels[@]})) || stop "$GENRE_DIST does not run"
widest=${kernels[-1]}
[[ ${1-} != --quick ]] || kernels=("$widest")
for kernel in "${kernels[@]}"; do
	compare "$kernel, 1 rank" "$kernel" 1
done
if [[ ${1-} != --quick ]]; then
	compare "$widest, 3 ranks" "$widest" 3
	usual=$(glibc_sees)
	export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX,-AVX512F,-BMI1,-BMI2
	if [[ $(glibc_sees) != "$usual" ]]; then
		compare "$widest, glibc's variants off, 1 rank" "$widest" 1
	else
		echo "glibc has no variants to switch off here"
	fi
fi
((missing == 0)) || echo "FAILED: $missing lines of bits.tsv have no hash: settings were compared with each other; bits.sh --write fills them in" >&2
echo "$compared comparisons, $wrong failed"
((wrong == 0 && missing == 0 && compared > 30))
