#!/usr/bin/env bash
# The Debian package: what it holds and says of itself. Its life in clean roots: tests/portability/package.sh, by hand.
. "$(dirname "$0")/checks.bash"
for tool in cpack dpkg-deb dpkg-shlibdeps; do
	command -v "$tool" >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
build=$(dirname "$GENRE_DIST")
expect 0 '' cpack -B "$directory/package" --config "$build/CPackConfig.cmake"
packages=(package/*.deb)
package=${packages[0]}
version=$("$GENRE_DIST" --version | sed -n '1s/^genre-dist \([0-9.]*\),.*/\1/p')
equal "the package's name" "$(basename "$package")" "genre-dist_${version}_$(dpkg --print-architecture).deb"
equal "its fields" "$(dpkg-deb -f "$package" Package) $(dpkg-deb -f "$package" Version) $(dpkg-deb -f "$package" Section)" "genre-dist $version science"
depends=$(dpkg-deb -f "$package" Depends)
# Every library that the program is linked with belongs to a package it depends on, and the launcher is there.
for words in libc6 'libhdf5-(openmpi|mpich)' 'libopenmpi|libmpich' 'openmpi-bin|mpich' zlib1g libzstd libinih; do
	checks=$((checks + 1))
	grep -Eq "(^|, )($words)" <<<"$depends" || fail "the package does not depend on $words: $depends"
done
expect 0 '' dpkg-deb -x "$package" root
# A page for each command, gzipped as policy wants.
for page in genre-dist $("$GENRE_DIST" --help | sed -n '/^commands:/,/^$/s/^  \([a-z-]*\) .*/genre-dist-\1/p'); do
	[[ -s root/usr/share/man/man1/$page.1.gz ]] || fail "$page.1.gz is not in the package"
	checks=$((checks + 1))
done
for file in bin/genre-dist share/bash-completion/completions/genre-dist share/genre-dist/data/spotify.ini share/genre-dist/data/spotify.profile \
	share/genre-dist/jobs/environment.sh share/genre-dist/jobs/train.sbatch share/doc/genre-dist/copyright share/doc/genre-dist/changelog.gz \
	share/doc/genre-dist/NEWS.md.gz; do
	[[ -s root/usr/$file ]] || fail "usr/$file is not in the package"
	checks=$((checks + 1))
done
zcat root/usr/share/doc/genre-dist/changelog.gz | grep -q "^genre-dist ($version) " || fail "the changelog says nothing of version $version"
zcat root/usr/share/doc/genre-dist/NEWS.md.gz | grep -q "^## $version$" || fail "src/NEWS.md says nothing of version $version"
equal "files outside of what is the package's" "$(cd root && find . -type f | grep -Ev '^\./usr/(bin/genre-dist$|share/(man/man1/genre-dist|bash-completion/completions/genre-dist$|genre-dist/|doc/genre-dist/))')" ""
equal "files that others may write" "$(find root -perm /022 -not -type l)" ""
for name in quickstart.sh setup.sh install; do
	[[ ! -e root/usr/share/genre-dist/jobs/$name ]] || fail "$name is packed, and works in a clone only"
done
expect 0 '' root/usr/bin/genre-dist synth -q --rows 300 -o songs.h5
finish
