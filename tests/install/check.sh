#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the library into an empty directory and uses it from there with pkg-config only: from C
# and C++, shared and static, and in the examples. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/unit/tap.sh
CC=${CC:-gcc}
CXX=${CXX:-g++}
O=${O:-build}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/work"

prefix=/opt/dmactl
lib=$root$prefix/lib
export PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_LIBDIR=$lib/pkgconfig
# The programs are built without compiler flags of this build.
unset CFLAGS LDFLAGS CPPFLAGS MAKEFLAGS MAKELEVEL MFLAGS
warn="-Wall -Wextra -Werror"

install_it() {
	make O="$O" PREFIX=$prefix DESTDIR="$root" install-libdmauser
}

version_agrees() {
	[ "$(pkg-config --modversion libdmauser)" = "$version" ]
}

# build OUTPUT SOURCE COMPILER FLAGS...: runs in a directory without our files
build() {
	local out=$root/work/$1 source=$PWD/$2
	shift 2
	# shellcheck disable=SC2046,SC2086 # flags are words
	(cd "$root/work" && "$@" $warn $(pkg-config --cflags libdmauser) -o "$out" "$source" \
		$libs)
}

run() {
	LD_LIBRARY_PATH=$lib "$root/work/$1" "$version"
}

build_and_run() {
	libs=$(pkg-config --libs libdmauser)
	build "$@" && run "$1"
}

# Runs without the directory of the shared library, which a static program does not need.
static_works() {
	libs=$(pkg-config --libs --static libdmauser)
	build "$@" && env -u LD_LIBRARY_PATH "$root/work/$1" "$version"
}

needs_soname() {
	readelf -d "$root/work/c" | grep -q 'NEEDED.*\[libdmauser\.so\.0\]'
}

# The loader finds the library by its soname, so that a later 0.x can replace it.
needs_the_library() {
	! "$root/work/c" "$version" 2>/dev/null
}

example() {
	libs="$(pkg-config --libs libdmauser) $2"
	build "$1" "libdmauser/examples/$1.c" "$CC"
}

# In C++, an initializer {0} is said to leave out the other members.
example_in_cxx() {
	libs="$(pkg-config --libs libdmauser) $2"
	build "$1-cxx" "libdmauser/examples/$1.c" "$CXX" -xc++ -std=c++20 -Wno-missing-field-initializers
}

files_are_there() {
	local file
	for file in lib/libdmauser.so.$version lib/libdmauser.so.0 lib/libdmauser.so \
		lib/libdmauser.a lib/pkgconfig/libdmauser.pc include/dmauser.h \
		include/linux/dmactl.h share/man/man3/dmauser_open.3 \
		share/man/man7/dmauser.7; do
		[ -e "$root$prefix/$file" ] || { echo "missing: $file"; return 1; }
	done
}

# No installed file names the source tree or the staging directory.
no_foreign_paths() {
	! grep -rlF -e "$PWD" -e "$root" "$root$prefix" --include='*.pc' --include='*.h' \
		--include='*.[37]'
}

man_works() {
	man -M "$root$prefix/share/man" dmauser_submit_wait | grep -q 'dmauser_submit_wait('
}

# Each page, and the index has a line for it.
html_works() {
	make O="$root/html" html || return 1
	local file pages=0
	for file in cli/man/*.? libdmauser/man/*.? packaging/man/*.?; do
		file=$(basename "$file").html
		grep -q 'id="NAME"' "$root/html/html/$file" || { echo "no page: $file"; return 1; }
		grep -qF "<a href=\"$file\">" "$root/html/html/index.html" || { echo "not in the index: $file"; return 1; }
		pages=$((pages + 1))
	done
	[ "$pages" -gt 80 ] && grep -q '<a href="dmauser.7.html">' "$root/html/html/dmauser_open.3.html"
}

html_notices() {
	printf '.TH X 3\n.SH NAME\nx \\- y\n.SH SEE ALSO\n.BR dmauser_nosuch (3)\n' >"$root/x.3"
	! packaging/man-html "$root/twin" "$root/x.3" 2>"$root/said" &&
		grep -q 'there is no page dmauser_nosuch(3)' "$root/said"
}

version=$(sed -n 's/^VERSION := //p' Makefile)
check "install" install_it
check "installed files" files_are_there
check "no foreign paths" no_foreign_paths
check "pkg-config knows the version" version_agrees
check "C program, shared" build_and_run c tests/install/program.c "$CC" -std=c90 -pedantic
check "it needs the soname" needs_soname
check "it does not run without the library" needs_the_library
check "C++ program, shared" build_and_run cxx tests/install/program.c "$CXX" -xc++ -std=c++11
check "C program, static" static_works static tests/install/program.c "$CC" -static
for file in libdmauser/examples/*.c; do
	name=$(basename "$file" .c)
	needs=
	case $name in
	aio) needs=-laio ;;
	uring) needs=-luring ;;
	esac
	check "example $name" example "$name" "$needs"
	check "example $name, in C++" example_in_cxx "$name" "$needs"
done
check "man finds the pages" man_works
check "the manual as HTML" html_works
check "a page that does not exist is noticed" html_notices
finish
