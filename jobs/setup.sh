#!/usr/bin/env bash
# Installs what the build needs and this Debian 12 lacks; does nothing where all of it is there.
#   jobs/setup.sh           what building and training need
#   jobs/setup.sh --tests   and what the tests need
# Without the right to install it names what is missing and stops with exit code 1.
set -euo pipefail

packages=(cmake make gcc libc6-dev git libopenmpi-dev openmpi-bin libhdf5-openmpi-dev hdf5-tools
	libblis-dev libcunit1-dev libinih-dev zlib1g-dev libzstd-dev libxgboost-dev gnuplot-nox)

# Of ONNX Runtime, which runs exported graphs, Debian has a package from 13 on; before, npm has one where it is there and reaches its registry. Without any, a test skips.
install_onnx_runtime() (
	runtime=onnxruntime-web@1.22.0 into=build-onnx
	cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
	command -v npm >/dev/null && [[ ! -d $into/node_modules/${runtime%@*} ]] || exit 0
	{ mkdir -p "$into" && timeout 120 npm install --prefix "$into" --ignore-scripts --no-audit --no-fund --fetch-retries=0 "$runtime"; } >setup.tmp 2>&1 ||
		{ echo "setup: npm cannot install $runtime, so exported graphs will not be run:" && tail -n 2 setup.tmp; } >&2
	rm -f setup.tmp
)

case "${1-}" in
--tests) packages+=(python3-h5py python3-numpy python3-onnx chromium slurmctld slurmd slurm-client munge libpmix-dev libsimgrid-dev iproute2 man-db dpkg-dev file)
	if grep -qx VERSION_CODENAME=trixie /etc/os-release; then packages+=(python3-onnxruntime); else install_onnx_runtime; fi
	;;
'') ;;
*)
	echo "setup: unknown argument '$1'; usage: jobs/setup.sh [--tests]" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	printf "setup: no dpkg here, so nothing can be checked; on Debian 12 these are the packages: %s\n" "${packages[*]}" >&2
	exit 1
fi

missing=()
for package in "${packages[@]}"; do
	state=$(dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null || true)
	[[ $state == *"install ok installed"* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

privilege=()
if ((EUID != 0)); then
	# A password is asked for only where there is somebody to type it.
	if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
		privilege=(sudo)
	else
		printf "setup: these packages are missing, and installing them takes root or sudo: %s\n" "${missing[*]}" >&2
		exit 1
	fi
fi
if ! command -v apt-get >/dev/null; then
	printf "setup: these packages are missing, and there is no apt-get to install them: %s\n" "${missing[*]}" >&2
	exit 1
fi

printf "setup: installing %s\n" "${missing[*]}" >&2
run() {
	"${privilege[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >&2
}
if ! { run apt-get update -qq && run apt-get install -qq -y --no-install-recommends "${missing[@]}"; }; then
	printf "setup: the installation failed; still needed: %s\n" "${missing[*]}" >&2
	exit 1
fi
