#!/usr/bin/env bash
# How the learning rates of meant.ini were chosen, on validation rows alone: jobs/study/choose.sh SONGS.csv [DIR]
#
# Each of its trials is trained at a third of its rate, at it and at three times it, on the study's training part less a fifth of that, and scored on this fifth after the last
# epoch; three seeds. A rate of meant.ini is right when its own line is the best of three: else put the better one there and call this again. The test part is not looked at.
set -euo pipefail

if (($# < 1 || $# > 2)); then
	echo "usage: jobs/study/choose.sh SONGS.csv [DIR]" >&2
	exit 2
fi
songs=$(realpath -e -- "$1")
directory=$(realpath -m -- "${2:-runs/choose}")
study=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$study/../environment.sh"
program=${GENRE_DIST:-$study/../../build/genre-dist}
mkdir -p "$directory"
cd "$directory"
[[ -e choose.h5 ]] || "$program" preprocess "$songs" -o choose.h5 --validation-fraction 0.2 -q >/dev/null

# [sweep] and [base] stay, less the look at the test part; a trial becomes three.
awk '
	function flush_trial(   i) {
		for (i = -1; name && i <= 1; i++)
			printf "[trial %s-%d]\n%slearning-rate = %.3g\n", name, i + 2, body, rate * 3 ^ i
		name = body = ""
	}
	/^;|^$/ { next }
	/^\[/ { flush_trial() }
	/^\[trial/ { name = substr($2, 1, length($2) - 1); rate = base; next }
	/^evaluate|^sort/ { next }
	/^data/ { $0 = "data = choose.h5" }
	name && /^learning-rate/ { rate = $3; next }
	/^learning-rate/ { base = $3 }
	name { body = body $0 "\n"; next }
	{ print }
	END { flush_trial() }
' "$study/meant.ini" >choose.ini
[[ -e sweep/sweep.h5 ]] && resume=--resume || resume=
mpirun -n "${RANKS:-2}" "$program" sweep choose.ini --run sweep $resume -q >sweep.txt

# The last epoch's validation accuracy in %, its mean over the seeds.
printf '%-18s %22s   %s\n' trial 'a third, as is, thrice' 'learning rates'
for first in sweep/*-1-seed0; do
	name=$(basename "${first%-1-seed0}") scores='' rates=''
	for rate in 1 2 3; do
		scores+=" $(for run in "sweep/$name-$rate-seed"*; do "$program" info "$run" | tail -n 1; done | awk '{ sum += $5 } END { printf "%6.2f", 100 * sum / NR }')"
		rates+=" $(sed -n 's/^learning-rate = //p' "sweep/$name-$rate-seed0/config.ini")"
	done
	printf '%-18s  %s   %s\n' "$name" "$scores" "$rates"
done
