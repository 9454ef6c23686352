#!/usr/bin/env bash
# Prints the digest of a table as datasets hold it in `source_sha256`: source_sha256.sh FILE.
# Of up to 16 MiB that is sha256sum's; of more, the SHA-256 of the SHA-256s of the file's pieces of 16 MiB.
set -euo pipefail
[[ $# == 1 && -r $1 ]] || { echo "usage: source_sha256.sh FILE" >&2; exit 2; }
if (($(wc -c <"$1") <= 16 << 20)); then
	sha256sum <"$1"
else
	# Digits become bytes.
	split -b 16M --filter 'sha256sum' -- "$1" | while read -r digest _; do
		# shellcheck disable=SC2059 # made for printf
		printf "$(sed 's/../\\x&/g' <<<"$digest")"
	done | sha256sum
fi | cut -c 1-64
