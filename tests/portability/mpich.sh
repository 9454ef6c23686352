#!/usr/bin/env bash
# MPICH with gcc and clang, as root, in a root of its own, since MPICH's packages change what mpicc and mpirun are:
#   tests/portability/mpich.sh RELEASE DIRECTORY [MIRROR]
# RELEASE is bookworm or trixie. Makes the root, or takes the one that an earlier call made. Builds with warnings as errors, runs unit and MPI tests and info
# --check on 4 ranks of mpiexec.mpich, and compares bits on 1 and 3, by gcc and clang or what COMPILERS names. The last line sums up; exit code 0 only if
# nothing failed.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/root.bash"
root_needs debootstrap
(($# >= 2)) || { echo "usage: tests/portability/mpich.sh RELEASE DIRECTORY [MIRROR]" >&2; exit 2; }
root=$(realpath -m "$2")
cd "$here/../.."
root_make "$root" "$1" "${3-}"
trap 'root_leave "$root"' EXIT
root_mount "$root"
root_copy "$root/genre-dist-mpich"
root_run "$root" bash -c 'apt-get update -qq && cd /genre-dist-mpich && jobs/setup.sh && apt-get install -qq -y --no-install-recommends clang mpich libmpich-dev libhdf5-mpich-dev >/dev/null'
# Scripts start ranks by mpirun. No link: mpiexec looks for its helpers beside the name it is called by.
root_run "$root" bash -c 'mkdir -p /opt/mpich && cd /opt/mpich && rm -f mpirun && gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o yield.so /genre-dist-mpich/tests/portability/yield.c &&
	printf "#!/bin/sh\nLD_PRELOAD=/opt/mpich/yield.so exec %s \"\$@\"\n" "$(command -v mpiexec.mpich)" >mpirun && chmod +x mpirun'

failed=0
# run NAME COMMAND...: in the source's directory.
run() {
	local name=$1
	shift
	if root_run "$root" bash -c 'export PATH=/opt/mpich:$PATH; cd /genre-dist-mpich && . jobs/environment.sh && "$@"' bash "$@" >"$root/run.log" 2>&1; then
		echo "ok: $name"
	else
		failed=$((failed + 1))
		tail -n 30 "$root/run.log"
		echo "FAILED: $name"
	fi
}
for compiler in ${COMPILERS:-gcc clang}; do
	options=(-B "build-$compiler" -DCMAKE_BUILD_TYPE=Release -DGD_WERROR=ON -DCMAKE_C_COMPILER=$compiler -DMPI_C_COMPILER=mpicc.mpich -DMPIEXEC_EXECUTABLE=/opt/mpich/mpirun)
	run "$compiler: configured" cmake -S . "${options[@]}"
	grep -A 9 'genre-dist [0-9.]*, Release' "$root/run.log" || true
	run "$compiler: built" cmake --build "build-$compiler" --parallel "$(nproc)"
	run "$compiler: unit and MPI tests" ctest --test-dir "build-$compiler" -L '^(unit|mpi)$' --parallel "$(nproc)"
	grep 'tests passed' "$root/run.log" || true
	run "$compiler: bits" env GENRE_DIST="/genre-dist-mpich/build-$compiler/genre-dist" tests/golden/bits.sh
	cat "$root/run.log"
	run "$compiler: info --check" mpirun -n 4 "build-$compiler/genre-dist" info --check /tmp
	cat "$root/run.log"
done
# Open MPI's HDF5 beside MPICH is refused.
openmpi=$(root_run "$root" bash -c 'ls -d /usr/lib/*/hdf5/openmpi')
run "HDF5 of another MPI is refused" bash -c '! cmake -S . -B build-mixed -DMPI_C_COMPILER=mpicc.mpich -DHDF5_ROOT="$0" >mixed.log 2>&1 && tr -s "[:space:]" " " <mixed.log | grep -q "was built with another"' "$openmpi"
echo "MPICH on $1: $failed failed"
((failed == 0))
