#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs in any version of C or C++ can include the headers, in any order.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/unit/tap.sh
CC=${CC:-gcc}
CXX=${CXX:-g++}
flags="-Wall -Wextra -Werror -pedantic -Iuapi -Ilibdmauser/include"
multiarch=-idirafter/usr/include/$($CC -print-multiarch)

# `compiles SOURCE COMPILER FLAGS...`
compiles() {
	local source=$1
	shift
	# shellcheck disable=SC2086 # flags are words
	printf '%b' "$source" | "$@" $flags "$multiarch" -fsyntax-only -
}

program='#include <HEADER>\n#include <HEADER>\nint main(void) { return 0; }\n'
# A call with every kind of type, linked as C.
caller='#include <dmauser.h>\nint f(struct dmauser_session *s, struct dmauser_chan **c);\n
int f(struct dmauser_session *s, struct dmauser_chan **c)\n
{ return dmauser_chan_request_caps(s, 0, NULL, 0, c); }\n'

for header in linux/dmactl.h dmauser.h; do
	source=${program//HEADER/$header}
	for std in c90 c99 c11 c2x; do
		check "$header as $std" compiles "$source" "$CC" -xc -std=$std
		check "$header as $std, 32-bit" compiles "$source" "$CC" -m32 -xc -std=$std
	done
	for std in c++98 c++11 c++20; do
		check "$header as $std" compiles "$source" "$CXX" -xc++ -std=$std
	done
done

links_as_c() {
	local object=$O/tests/unit/cxx.o
	# shellcheck disable=SC2086
	printf '%b' "$caller" | $CXX -xc++ -std=c++98 $flags -c -o "$object" - || return 1
	nm -u "$object" | grep -qw dmauser_chan_request_caps
}
check "C++ links to the C names" links_as_c

library_for_32_bits() {
	# shellcheck disable=SC2086
	$CC -m32 "$multiarch" -std=gnu11 $flags -Wno-pedantic -D_FILE_OFFSET_BITS=64 \
		-fsyntax-only libdmauser/*.c
}
check "the library compiles for 32 bits" library_for_32_bits

# Shows that the checks above can fail.
refuses_c99() {
	! compiles '#include <dmauser.h>\n// C99\nint main(void) { return 0; }\n' "$CC" -xc -std=c90
}
check "C99 is noticed in C90" refuses_c99
finish
