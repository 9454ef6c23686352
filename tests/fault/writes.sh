#!/usr/bin/env bash
# Errors at every write, fsync, close, link and rename of checkpoints: the training goes on, says so, tries again, and the files that stand are whole.
. "$(dirname "$0")/faults.bash"
: "${GD_WRITES:?the preloaded library}"
songs 300
options=(--data songs.h5 --hidden 6 --batch-size 64 --epochs 3 --checkpoint-every 3 -q)
"$GENRE_DIST" train --preset study "${options[@]}" --run whole >/dev/null 2>&1 || exit 2
model=$(weights_of whole/model.h5) state=$(weights_of whole/checkpoint.h5)

# attempt OPTION=VALUE...: the training with a fault; leaves its exit code in `code`.
attempt() {
	rm -rf victim
	env "$@" LD_PRELOAD="$GD_WRITES" "$GENRE_DIST" train --preset study "${options[@]}" --run victim >out.txt 2>err.txt
	code=$?
}

# What stands is whole, whatever the name; and the run can be gone on with to the same bits.
recovers() {
	local file
	for file in victim/*.h5; do
		[[ -e $file ]] || continue
		"$GENRE_DIST" info "$file" >/dev/null 2>info.txt || fail "$1: $file is not whole: $(cat info.txt)"
	done
	checks=$((checks + 1))
	"$GENRE_DIST" train --preset study "${options[@]}" --run victim --resume >/dev/null 2>err.txt || fail "$1: cannot go on: $(cat err.txt)"
	equal "$1: model" "$(weights_of victim/model.h5)" "$model"
	equal "$1: state" "$(weights_of victim/checkpoint.h5)" "$state"
}

attempt GD_FAIL_NAME=victim/checkpoint GD_FAIL_LOG="$PWD/calls.txt"
calls=$(wc -l <calls.txt)
holds "calls for three checkpoints" "$calls >= 15"
for word in write fsync close link rename; do
	grep -q " $word\$" calls.txt || fail "no $word among the calls"
done
last=$(grep -n ' write$' calls.txt | tail -n 1 | cut -d: -f1)
faults=0
for number in 28 5; do # ENOSPC, EIO
	for ((at = 1; at <= calls; at++)); do
		((number == 28 || at % 3 == 0)) || continue
		attempt GD_FAIL_NAME=victim/checkpoint GD_FAIL_AT="$at" GD_FAIL_ERRNO="$number"
		faults=$((faults + 1))
		what="errno $number at call $at ($(sed -n "${at}p" calls.txt))"
		grep -q 'warning: cannot .*checkpoint' err.txt || fail "$what: no warning: $(cat err.txt)"
		if ((at < last)); then
			equal "$what: exit code" "$code" 0
			equal "$what: model at once" "$(weights_of victim/model.h5)" "$model"
		else
			equal "$what: exit code" "$code" 1
		fi
		recovers "$what"
	done
done
echo "$calls calls for three checkpoints; $faults errors, one a training"
# A short write is no error.
for ((at = 1; at <= calls; at += 4)); do
	attempt GD_FAIL_NAME=victim/checkpoint GD_FAIL_AT="$at" GD_FAIL_SHORT=1 GD_FAIL_ON=1
	[[ $(sed -n "${at}p" calls.txt) == *write ]] || continue
	equal "short writes from call $at on" "$code" 0
done
# From some call on nothing works any more: the last checkpoint fails too, and the exit code says so.
for at in 1 $((calls / 2)); do
	attempt GD_FAIL_NAME=victim/checkpoint GD_FAIL_AT="$at" GD_FAIL_ERRNO=28 GD_FAIL_ON=1
	equal "a full disk from call $at on" "$code" 1
	grep -q 'last checkpoint could not be written' err.txt || fail "a full disk from call $at on: $(cat err.txt)"
	recovers "a full disk from call $at on"
done
# The other files of a run.
for name in best.h5 model.h5 metrics.h5; do
	attempt GD_FAIL_NAME="victim/$name" GD_FAIL_AT=1 GD_FAIL_ERRNO=28 GD_FAIL_ON=1
	[[ $name == metrics.h5 ]] || equal "$name never written" "$code" 1
	grep -q "$name" err.txt || fail "$name never written: not a word"
	recovers "$name never written"
done

# A disk that does not give back what it holds: the checkpoint before is as good; without any, nothing starts over and nothing is replaced.
rm -rf victim
"$GENRE_DIST" train --preset study "${options[@]}" --run victim --checkpoint-every 2 --max-steps 5 >/dev/null 2>&1 || exit 2
cp -r victim kept
faulty=(env LD_PRELOAD="$GD_WRITES" GD_FAIL_ONLY=read GD_FAIL_ERRNO=5 GD_FAIL_AT=1)
refuse 1 "cannot read 'victim/checkpoint.previous.h5': input/output error" "${faulty[@]}" GD_FAIL_NAME=victim/checkpoint GD_FAIL_ON=1 "$GENRE_DIST" train --preset study --run victim --resume -q
for file in checkpoint.h5 checkpoint.previous.h5; do
	cmp -s "victim/$file" "kept/$file" || fail "$file, which could not be read, is not what it was"
done
expect 0 "passed over: cannot read 'victim/checkpoint.h5': input/output error" "${faulty[@]}" GD_FAIL_NAME=victim/checkpoint "$GENRE_DIST" train --preset study --run victim --resume
recovers "a checkpoint that could not be read"
rm -rf victim
mv kept victim
refuse 1 "cannot read 'victim/best.h5': input/output error" "${faulty[@]}" GD_FAIL_NAME=victim/best.h5 "$GENRE_DIST" train --preset study --run victim --resume -q
recovers "a best model that could not be read"

# The directory is deleted, or becomes read-only by a mount, under a training that goes on.
rm -rf victim
"$GENRE_DIST" train --preset study "${options[@]}" --epochs 1000000 --checkpoint-every 20 --run victim >out.txt 2>err.txt &
trainer=$!
for _ in $(seq 100); do [[ -e victim/checkpoint.previous.h5 ]] && break; sleep 0.1; done
# By its name first: rm would meet files that are being made.
mv victim deleted && rm -rf deleted
sleep 0.5
kill -0 $trainer || fail "a deleted directory ended the training: $(cat err.txt)"
kill -USR1 $trainer
wait $trainer
equal "exit code with a deleted directory" $? 1
grep -q 'warning: .*victim' err.txt || fail "a deleted directory: not a word"

# A small file system that fills up.
mkdir small
if mount -t tmpfs -o size=300k none small 2>/dev/null; then
	"$GENRE_DIST" train --preset study "${options[@]}" --hidden 64,64 --run small/run >out.txt 2>err.txt
	equal "exit code on a full file system" $? 1
	grep -qi 'no space left' err.txt || fail "a full file system: $(cat err.txt)"
	for file in small/run/*.h5; do
		[[ ! -e $file ]] || "$GENRE_DIST" info "$file" >/dev/null 2>info.txt || fail "a full file system: $file is not whole"
	done
	mount -o remount,size=20m small
	expect 0 '' "$GENRE_DIST" train --preset study --run small/run --resume -q
	"$GENRE_DIST" train --preset study "${options[@]}" --hidden 64,64 --run big >/dev/null 2>&1
	equal "bits once there is room again" "$(weights_of small/run/model.h5)" "$(weights_of big/model.h5)"
	# Tables and predictions: no dataset, and what was there stays.
	rm -rf small/*
	awk 'BEGIN { srand(2); print "a,b,kind"; for (i = 0; i < 20000; i++) printf "%.4f,%.4f,%s\n", rand(), rand(), i % 3 }' >table.csv
	expect 0 '' "$GENRE_DIST" preprocess table.csv --target kind -o table.h5
	expect 0 '' "$GENRE_DIST" train --preset study --data table.h5 --run table --epochs 1 --hidden 8 -q
	mount -o remount,size=100k small
	echo row,predicted >small/table.out # older predictions
	echo before >small/table.h5
	for count in 1 2; do
		refuse 1 "cannot write.* 'small/table.out': no space left on device" ranks "$count" predict table/model.h5 table.csv -o small/table.out
		refuse 1 "small/table.h5.*no space left on device" ranks "$count" preprocess table.csv --target kind -o small/table.h5 --force
	done
	equal "what stood on the full file system" "$(cat small/*)" "$(printf 'before\nrow,predicted')"
	equal "files on the full file system" "$(ls small)" "$(printf 'table.h5\ntable.out')"
	umount small
else
	echo "skipped: no tmpfs can be mounted here"
fi

# One rank of three that cannot read some of a dataset, its rows at last: never zeros instead.
reading() { # VARIABLE=VALUE
	rm -rf read
	mpirun -n 3 bash -c '((OMPI_COMM_WORLD_RANK == 1)) && export "$0" GD_FAIL_NAME=songs.h5 GD_FAIL_ONLY=pread GD_FAIL_ERRNO=5 LD_PRELOAD="$GD_WRITES"; exec "$GENRE_DIST" "$@"' \
		"$1" train --preset study "${options[@]}" --run read -q
}
export GD_WRITES
rm -f calls.txt
expect 0 '' reading GD_FAIL_LOG="$PWD/calls.txt"
calls=$(wc -l <calls.txt)
holds "reads of a dataset" "$calls > 1" # HDF5 1.14 needs few
for ((at = calls > 4 ? calls - 3 : 1; at <= calls; at++)); do
	refuse 3 "cannot read 'songs.h5'" reading GD_FAIL_AT="$at"
done
finish
