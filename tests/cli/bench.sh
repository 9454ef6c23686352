#!/usr/bin/env bash
# bench: every figure is there and means something, whatever the machine's speed; a plan on given rates is arithmetic.
. "$(dirname "$0")/checks.bash"

# number NAME: the first number of that name in out.txt.
number() {
	grep -Eo "\"$1\": [-0-9.e+]+" out.txt | head -1 | grep -Eo '[-0-9.e+]+$'
}

# line RANKS NAME: a number of the plan's line for that many ranks.
line() {
	grep -Eo "\"ranks\": $1, \"busy\"[^}]*" out.txt | grep -Eo "\"$2\": [-0-9.e+]+" | grep -Eo '[-0-9.e+]+$'
}

near() {
	holds "$1" "($2) > ($3) * (1 - 1e-6) && ($2) < ($3) * (1 + 1e-6)"
}

# figures RANKS: what every measuring run prints.
figures() {
	local name count
	for name in parameters columns flops_per_row bytes_per_row message_bytes messages batch_rows blocks block_rows block_bytes cores ranks_on_host \
		step products elementwise sums input update product_flops least_step steps rows_per_second share_of_sgemm share_of_peak; do
		holds "$name on $1 ranks" "$(number "$name") + 0 > 0"
	done
	equal "ranks" "$(number ranks)" "$1"
	for name in peak_flops sgemm_flops bytes_per_second input compute update exchange $( (($1 > 1)) && echo reduce); do
		count=$(grep -Eo "\"$name\": \{[^}]*\}" out.txt | tr -d '},' | awk '$3 > 0 && $3 <= $5 * (1 + 1e-6) && $5 <= $7 * (1 + 1e-6)' | wc -l)
		equal "$name in order over $1 ranks" "$count" "$(grep -o "\"$name\": {" out.txt | wc -l)"
		((count > 0)) || fail "no spread of $name"
	done
	equal "sizes of memory" "$(grep -o '"bytes_per_second"' out.txt | wc -l)" 5
	count=$(grep -Eo '"bytes": [0-9.e+]+, "seconds": [0-9.e+-]+' out.txt | awk '$2 + 0 > 0 && $4 + 0 > 0' | wc -l)
	if (($1 > 1)); then
		equal "sizes of messages" "$count" 9
		# Where a short message was held up, a step's may have taken no longer, and bandwidth is no limit.
		holds "alpha and beta" "$(number alpha) + 0 > 0 && $(number beta) + 0 >= 0 && $(number reduce) + 0 > 0"
	else
		equal "messages on one rank" "$count" 0
	fi
}

quick=(--rows 2000 --hidden 16,8 --batch-size 512 --seconds 0.05)
for count in 1 3; do
	# A plan on what was measured, but for one rank's network, which is given.
	network=()
	((count > 1)) || network=(--latency 5 --bandwidth 1 --allreduce recursive-doubling)
	expect 0 '' ranks "$count" bench "${quick[@]}" --plan 1,2,4 "${network[@]}" --json
	figures "$count"
	holds "a measured plan" "$(line 1 compute) > $(line 2 compute) && $(line 2 compute) > $(line 4 compute) && $(line 4 compute) > 0 && $(line 2 reduce) > 0"
	((count > 1)) || near "reduce on 2" "$(line 2 reduce)" "5e-6 + $(number message_bytes) / 1e9"
	# 20-16-8-6: 20*16 + 16*8 + 8*6 weights and 30 biases; 4 flops a weight of the first layer, 6 of the others.
	equal "parameters" "$(number parameters)" 526
	equal "flops" "$(number flops_per_row)" $((4 * 320 + 6 * (128 + 48)))
	# The gradient, 17 scalars, and 7 numbers for each of 6 tensors, in doubles; these in whole lines of 8.
	equal "message" "$(number message_bytes)" $((8 * (526 + 64)))
	equal "blocks of 512 rows" "$(number blocks) of $(number block_rows)" "4 of 128"
	expect 0 '' ranks "$count" bench "${quick[@]}" --steps 10
	for words in '^machine: ' 'engine: (own kernels|BLIS)' 'fused multiply-adds in registers +[0-9]' 'sgemm 512' 'of that peak +[0-9]+ %' 'triad of' '^model: 20-16-8-6 relu' 'pass: block by block' 'dense products' '[0-9.]+ of the prediction; median of 10 steps' "% of the peak and [0-9]+ % of sgemm's rate on $count rank" \
		"30 epochs of training steps on $count rank"; do
		grep -Eq "$words" out.txt || fail "bench on $count ranks does not say '$words'"
	done
done
for words in 'all-reduce over 3 ranks in memory that they share' 'alpha = ' "an epoch's rows do not travel"; do
	grep -q "$words" out.txt || fail "bench on 3 ranks does not say '$words'"
done
if mpirun --version | grep -q 'Open MPI'; then
	grep -Eq 'ranks of a host copy large messages by (shared memory|cma|knem|xpmem|emulated); the kernel (allows|refuses)' out.txt || fail "how ranks copy is not said"
fi
if (($(nproc) < 3)); then
	grep -q 'More ranks than cores' out.txt || fail "three ranks on $(nproc) cores, and not a word of it"
	grep -q 'waiting ranks yield' out.txt || fail "waiting ranks do not yield, or bench does not say so"
fi

# A batch normalisation: two small messages each, layer by layer. An optimizer in slices: four messages instead of one. Shorter in single precision.
expect 0 '' ranks 2 bench "${quick[@]}" --batch-norm --optimizer sgd --momentum 0.9 --ema 0.9 --clip-norm 1 --reduction fast --activation gelu --shard-optimizer --json
figures 2
grep -q '"pass": "layers"' out.txt || fail "the pass of a network with batch normalisation"
equal "messages" "$(number messages)" 8
equal "message" "$(number message_bytes)" $((4 * (526 + 48 + 32)))

# Slices of the gradient, of the norm and of the parameters, and a short sum.
expect 0 '' "$GENRE_DIST" bench --hidden none --shard-optimizer --plan 4 --flops 1e9 --latency 10 --bandwidth 2 --json
near "slices on 4" "$(line 4 reduce)" '4 * 2 * 10e-6 + (2 * 8 * 32 + 3 / 4 * (126 * 12 + 8 * 126 / 4096)) / 2e9'

# Given rates: arithmetic alone. 20-6: 126 parameters, 480 flops a row, 2 tensors; 1024 rows are 8 blocks.
given=(--hidden none --batch-size 1024 --rows 4296 --epochs 2 --plan 1,2,3,8,16 --flops 1e9 --latency 10 --bandwidth 2)
expect 0 '' "$GENRE_DIST" bench "${given[@]}" --allreduce rabenseifner --json
equal "message" "$(number message_bytes)" $((8 * (126 + 32)))
near "compute on 1" "$(line 1 compute)" '1024 * 480 / 1e9'
near "step on 1" "$(line 1 step)" '1024 * 480 / 1e9'
near "efficiency on 1" "$(line 1 efficiency)" 1
equal "rows on 3" "$(line 3 rows)" 384
near "reduce on 3" "$(line 3 reduce)" '4 * 10e-6 + (2 * 2 / 3 + 2) * 1264 / 2e9'
near "reduce on 8" "$(line 8 reduce)" '6 * 10e-6 + 2 * 7 / 8 * 1264 / 2e9'
near "step on 8" "$(line 8 step)" '128 * 480 / 1e9 + 6 * 10e-6 + 2 * 7 / 8 * 1264 / 2e9'
near "efficiency on 8" "$(line 8 efficiency)" "1024 * 480 / 1e9 / 8 / $(line 8 step)"
equal "busy of 16" "$(line 16 busy)" 8
# Four batches and one of 200 rows in one block; 88 bytes a row in the exchange.
near "two epochs on 1" "$(line 1 total)" '2 * 4296 * 480 / 1e9'
near "exchange on 2" "$(line 2 exchange)" '10e-6 + 4296 / 2 / 2 * 88 / 2e9'
near "two epochs on 2" "$(line 2 total)" "2 * (4 * $(line 2 step) + 200 * 480 / 1e9 + $(line 2 reduce))"
equal "the best" "$(number best_ranks)" 8
cp out.txt alone.txt
expect 0 '' ranks 2 bench "${given[@]}" --allreduce rabenseifner --json
equal "a plan on two ranks" "$(grep -o '"plan".*' out.txt)" "$(grep -o '"plan".*' alone.txt)"
expect 0 '' "$GENRE_DIST" bench "${given[@]}" --allreduce ring --json
near "ring on 8" "$(line 8 reduce)" '14 * 10e-6 + 2 * 7 / 8 * 1264 / 2e9'
expect 0 '' "$GENRE_DIST" bench "${given[@]}" --json
near "the cheapest on 8" "$(line 8 reduce)" '3 * 10e-6 + 3 * 1264 / 2e9'
grep -q '"allreduce": "recursive-doubling"' out.txt || fail "which algorithm is the cheapest"
expect 0 '' "$GENRE_DIST" bench "${given[@]}" --drop-last --json
near "two epochs without their last batches" "$(line 1 total)" '2 * 4096 * 480 / 1e9'

for limit in 1e-3:no:'does not fit --time-limit' 3600:yes:'which fits --time-limit'; do
	IFS=: read -r seconds answer words <<<"$limit"
	expect 0 '' "$GENRE_DIST" bench "${given[@]}" --time-limit "$seconds"
	grep -Eq "^ +8 .* $answer +" out.txt || fail "the plan's column for --time-limit $seconds"
	grep -q -- "$words" out.txt || fail "no '$words' for --time-limit $seconds"
done
grep -q '^best: 8 ranks' out.txt || fail "the best number of ranks: $(grep ^best out.txt)"
grep -q 'stop helping: a batch of 1024 rows has 8 blocks' out.txt || fail "why more ranks stop helping"
expect 0 '' "$GENRE_DIST" bench --hidden none --plan 1,2,4 --flops 1e12 --latency 1000 --bandwidth 1
grep -q '^best: 1 rank,' out.txt && grep -q 'stop helping: on 2, messages take 1.00 ms' out.txt || fail "a network so slow that one rank is best"
expect 0 '' "$GENRE_DIST" bench --batch-size 65536 --rows 1000000 --plan 1,2,4 --flops 1e9 --latency 1 --bandwidth 10
grep -q 'stop helping: not yet' out.txt || fail "a batch that wants more ranks than were planned"

# A dataset's shapes, rows and encodings; a training's options.
"$GENRE_DIST" synth --rows 3000 --seed 3 -o songs.csv 2>/dev/null || exit 2
"$GENRE_DIST" preprocess songs.csv --encoding piecewise-linear --bins 8 >/dev/null 2>&1 || exit 2
printf 'hidden = 12\nlearning-rate = 1\nperiodic = 2\ndata = songs.h5\n' >options.ini
expect 0 '' "$GENRE_DIST" bench --config options.ini --plan 1 --flops 1e9 --latency 1 --bandwidth 1 --json
columns=$(number columns)
holds "columns of bins and waves" "$columns > 60"
holds "periodic parameters" "$(number parameters) > $columns * 12 + 12 + 12 * 6 + 6"
expect 0 '' ranks 2 bench --config options.ini --hidden 5 --no-quiet --periodic 0 --seconds 0.05
grep -Eq '^model: [0-9]+-5-6 .*; songs.h5$' out.txt || fail "the command line wins: $(grep ^model: out.txt)"
grep -Eq '^input: a shard of [1-9].* read in [1-9].*, [1-9].*B/s' out.txt || fail "the figures of reading"

expect 0 '' "$GENRE_DIST" bench --help
for name in --plan --flops --latency --bandwidth --hidden --batch-norm --reduction --time-limit --json; do
	grep -q -- "$name" out.txt || fail "--help lacks $name"
done
refuse 2 "did you mean '--plan'" "$GENRE_DIST" bench --plam 1
refuse 2 'found .extra.' ranks 3 bench extra
refuse 2 'expected up to' "$GENRE_DIST" bench --plan 1,0
refuse 2 'for a plan' "$GENRE_DIST" bench --flops 1e9
refuse 2 'for a plan' "$GENRE_DIST" bench --latency 1 --bandwidth 1
refuse 2 'one of them is missing' ranks 2 bench --plan 1,2 --latency 1
refuse 2 'no network to measure' "$GENRE_DIST" bench --plan 1,2
refuse 2 'above 0' "$GENRE_DIST" bench --plan 1,2 --latency 1 --bandwidth 0
refuse 2 'contradict' "$GENRE_DIST" bench --plan 1,2 --latency 1 --bandwidth 1 --flops 1e9 --steps 5
refuse 2 'rows of its own' "$GENRE_DIST" bench --data songs.h5 --inputs 5
refuse 3 'absent.h5' ranks 2 bench --data absent.h5
refuse 2 'absent.ini' ranks 2 bench --config absent.ini
refuse 2 'batch-size' ranks 2 bench --batch-norm --batch-size 1
refuse 2 'name a dataset' "$GENRE_DIST" bench --periodic 4
refuse 3 'no batch' ranks 2 bench --batch-norm --rows 1
# A table of text: every stage has a rate, and the plan is arithmetic on them.
expect 0 '' "$GENRE_DIST" synth --rows 4000 -o songs.csv -q --force
for count in 1 2; do
	expect 0 '' ranks "$count" bench --data songs.csv --seconds 0.05 --plan 1,2,1000000 --json
	equal "ranks that read" "$(number ranks)" "$count"
	equal "columns" "$(number columns)" 23
	equal "bytes" "$(number bytes)" "$(stat -c %s songs.csv)"
	holds "a sample of .05 s" "$(number sample_bytes) <= .05 * 8 * 1048576 && $(number records) > 100 && $(number records) < 4000"
	for name in disk memory digest split inferred values; do
		grep -Eo "\"$name\": \{[^}]*\}" out.txt | tr -d '},' | awk '{ exit !($3 > 0 && $3 <= $5 * (1 + 1e-6) && $5 <= $7 * (1 + 1e-6)) }' || fail "no rate of $name on $count ranks"
	done
	mean() { grep -Eo "\"$1\": \{[^}]*\}" out.txt | grep -Eo '"mean": [-0-9.e+]+' | cut -d' ' -f2; }
	planned() { grep -Eo "\"ranks\": $1, \"schema[^}]*" out.txt | grep -Eo "\"$2\": [-0-9.e+]+" | cut -d' ' -f2; }
	bytes=$(number bytes) disk="$(number bytes) / ($count * $(mean disk))"
	near "with a schema" "$(planned 1 schema_seconds)" "($bytes * (1 / $(mean digest) + 1 / $(mean values)) > $disk ? $bytes * (1 / $(mean digest) + 1 / $(mean values)) : $disk)"
	near "no faster than the disk" "$(planned 1000000 inferred_seconds)" "$disk"
	grep -q '"ranks": 1000000, .*"bound_by": "disk"' out.txt || fail "a million ranks are not bound by the disk"
done
expect 0 '' "$GENRE_DIST" bench --data songs.csv --seconds 0.05
grep -q '^table: songs.csv, .* in 23 columns' out.txt || fail "the table is not described"
grep -Eq '^ +64 .* (cores|the disk)$' out.txt || fail "no plan by default"
refuse 2 "--hidden is about a model, and 'songs.csv' is a table" "$GENRE_DIST" bench --data songs.csv --hidden 8
refuse 3 "'songs.csv.gz' is packed" bash -c 'gzip -k songs.csv && exec "$GENRE_DIST" bench --data songs.csv.gz'
refuse 3 "cannot read 'nowhere.csv'" "$GENRE_DIST" bench --data nowhere.csv

finish
