#!/bin/bash
# SPDX-License-Identifier: MIT
# Header, symbol map, shared library and man pages must name the same functions, and the library
# must keep its promises: only one caller of ioctl(2), no output, no exit.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/unit/tap.sh
CC=${CC:-gcc}
so=$O/libdmauser.so

header_functions() {
	$CC -fpreprocessed -dD -E -P libdmauser/include/dmauser.h |
		grep -oE '\bdmauser_\w+\(' | tr -d '('
}

map_functions() {
	sed -nE 's/^\s*(dmauser_\w+);$/\1/p' libdmauser/libdmauser.map
}

map_versions() {
	sed -nE 's/^(LIBDMAUSER_[0-9.]+) \{$/\1/p' libdmauser/libdmauser.map
}

# All symbols that a program can see, whatever their names, except the version itself.
so_symbols() {
	nm -D --defined-only "$so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }'
}

so_versions() {
	nm -D --defined-only "$so" | awk '$2 != "A" { sub(/.*@@/, "", $3); print $3 }'
}

man_pages() {
	(cd libdmauser/man && ls -- *.3) | sed 's/\.3$//'
}

# The names before the dash in each page's NAME section.
man_names() {
	sed -nE '/^\.SH NAME/,/^\.SH /{/^\.SH/d;s/ \\-.*//;s/, */\n/g;p}' libdmauser/man/*.3
}

# Every prototype of a page's SYNOPSIS is in the header, word for word.
synopsis_matches() {
	local bad=0 text proto
	text=$(tr -s ' \t\n' ' ' <libdmauser/include/dmauser.h)
	while IFS= read -r proto; do
		[[ $text == *"$proto"* ]] || { echo "not in the header: $proto"; bad=1; }
	done < <(cat libdmauser/man/*.3 | awk '
		/^\.SH SYNOPSIS/ { on = 1; next }
		/^\.SH/ { on = 0 }
		on && !/^[.#]/' | sed 's/\\-/-/g' | tr -s ' \t\n' ' ' | sed 's/; */;\n/g' |
		sed 's/^ *//' | grep dmauser_)
	return $bad
}

functions_in_synopsis() {
	cat libdmauser/man/*.3 | awk '
		/^\.SH SYNOPSIS/ { on = 1; next }
		/^\.SH/ { on = 0 }
		on' | grep -oE '\bdmauser_\w+\(' | tr -d '('
}

lint_pages() {
	local out
	# shellcheck disable=SC2046 # file names without blanks
	out=$(mandoc -T lint -W warning libdmauser/man/*.7 \
		$(grep -L '^\.so ' libdmauser/man/*.3) 2>&1)
	[ -z "$out" ] || { echo "$out"; return 1; }
}

# A page that is a link refers to a page that has its name in the NAME section.
links_lead_to_their_page() {
	local page name target bad=0
	for page in libdmauser/man/*.3; do
		grep -q '^\.so ' "$page" || continue
		name=$(basename "$page" .3)
		target=libdmauser/man/$(sed -n 's|^\.so man3/||p' "$page")
		sed -n '/^\.SH NAME/{n;p}' "$target" | grep -qw "$name" ||
			{ echo "$page: $target does not describe it"; bad=1; }
	done
	return $bad
}

soname() {
	readelf -d "$so" | grep SONAME
}

# `objects_using NAME...`: prints the objects that call one of the functions.
objects_using() {
	local object pattern
	pattern=$(IFS='|'; echo "$*")
	for object in "$O"/libdmauser/*.o; do
		nm -u "$object" | grep -qE " (__)?($pattern)(_chk|64|@.*)?$" && basename "$object"
	done
	return 0
}

nonempty() {
	[ "$(wc -w <<<"$1")" -ge 40 ]
}

check "the header has functions" nonempty "$(header_functions)"
check "header and map agree" same "$(header_functions)" "$(map_functions)"
check "header and library agree" same "$(header_functions)" "$(so_symbols)"
check "symbol versions" same "$(so_versions)" "$(map_versions)"
check "soname" grep -q 'libdmauser\.so\.0\]' <<<"$(soname)"
check "header and man pages agree" same "$(header_functions)" "$(man_pages)"
check "header and NAME sections agree" same "$(header_functions)" "$(man_names)"
check "header and SYNOPSIS sections agree" same "$(header_functions)" "$(functions_in_synopsis)"
check "prototypes in man pages are the header's" synopsis_matches
check "man pages are well formed" lint_pages
check "links lead to their page" links_lead_to_their_page
check "one caller of ioctl" same "$(objects_using ioctl)" ioctl.o
check "malloc's callers are found" grep -q batch.o <<<"$(objects_using calloc)"
check "no output" same "$(objects_using printf fprintf vfprintf puts putchar fputs perror write)" ""
check "no exit" same "$(objects_using exit _exit abort __assert_fail)" ""
check "no signals" same "$(objects_using signal sigaction sigprocmask pthread_sigmask raise kill)" ""
finish
