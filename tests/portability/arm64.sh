#!/usr/bin/env bash
# arm64 (Debian 12), cross-compiled and run under emulation, as root on another processor:
#   tests/portability/arm64.sh [DIRECTORY [MIRROR]]
# Needs mmdebstrap, qemu-user-static, binfmt-support, gcc-aarch64-linux-gnu and cmake. Makes the root (by default
# build-arm64/root in this tree), or takes the one that an earlier call made, builds this tree into build-arm64/, and runs
# the unit tests and the golden ones, bits.sh among them, inside. The last line sums up; exit code 0 only if nothing failed.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/root.bash"
root_needs mmdebstrap update-binfmts aarch64-linux-gnu-gcc cmake
cd "$here/../.."
tree=$PWD
mkdir -p build-arm64
root=$(realpath -m "${1:-build-arm64/root}")
libraries=usr/lib/aarch64-linux-gnu

root_extract "$root" bookworm arm64 bash,dash,coreutils,findutils,grep,sed,mawk,libc-bin,libc6-dev,libopenmpi-dev,openmpi-bin,libhdf5-openmpi-dev,hdf5-tools,libblis-dev,libcunit1-dev,libinih-dev,zlib1g-dev,libzstd-dev "${2-}"
# What setting up would have linked.
ln -sf mawk "$root/usr/bin/awk"
ln -sf orterun "$root/usr/bin/mpirun"
ln -sf blis-openmp/libblis.so.4 blis-openmp/libblis.so "$root/$libraries"
ln -sf blis-openmp/blis.h "$root/usr/include/aarch64-linux-gnu"
trap 'root_leave "$root"' EXIT
root_mount "$root"
# Tests know their files by the paths of this tree.
mkdir -p "$root$tree"
mount --bind "$tree" "$root$tree"
# A linker outside would follow absolute links into the machine around.
find "$root/$libraries" "$root/etc/alternatives" -type l -lname '/*' | while read -r link; do
	ln -sfn --relative "$root$(readlink "$link")" "$link"
done

cat >build-arm64/toolchain.cmake <<END
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_SYSROOT $root)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
END
cmake -S . -B build-arm64 -DCMAKE_TOOLCHAIN_FILE=build-arm64/toolchain.cmake -DCMAKE_BUILD_TYPE=Release -DGD_WERROR=ON -DGD_XGBOOST=OFF \
	-DMPI_C_HEADER_DIR="$root/$libraries/openmpi/include" -DMPI_C_LIB_NAMES=mpi -DMPI_mpi_LIBRARY="$root/$libraries/openmpi/lib/libmpi.so" \
	-DHDF5_ROOT="$root/$libraries/hdf5/openmpi" >build-arm64/configure.log
cmake --build build-arm64 --parallel "$(nproc)" >build-arm64/build.log 2>&1 || { tail -n 40 build-arm64/build.log; exit 1; }

passed=0 failed=0
# run NAME COMMAND...: one test, in the root.
run() {
	local name=$1
	shift
	if root_run "$root" timeout 3600 bash -c '. "$0/jobs/environment.sh" && cd "$0" && "$@"' "$tree" "$@" >build-arm64/test.log 2>&1; then
		passed=$((passed + 1))
		echo "passed: $name"
	else
		failed=$((failed + 1))
		tail -n 20 build-arm64/test.log
		echo "FAILED: $name"
	fi
}
for test in build-arm64/tests/unit_* build-arm64/tests/golden/golden_*; do
	[[ ! -x $test ]] || run "$(basename "$test")" "$test"
done
run bits env GENRE_DIST="$tree/build-arm64/genre-dist" tests/golden/bits.sh
cat build-arm64/test.log
root_run "$root" "$tree/build-arm64/genre-dist" --version
echo "arm64: $passed passed, $failed failed"
((failed == 0 && passed > 0))
