#!/bin/bash
# SPDX-License-Identifier: MIT
# uninstall.sh KDIR: installs everything into an empty directory and takes it
# away again. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=../unit/tap.sh
. tests/unit/tap.sh
kdir=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
dest=$root/dest
# The variables of a calling make are not those of a user.
unset MAKEFLAGS MFLAGS MAKELEVEL

with_make() {
	make O="${O:-build}/tests/uninstall" KDIR="$kdir" DESTDIR="$dest" PREFIX=/usr "$@"
}

listing() {
	(cd "$1" && find . ! -type d | sort)
}

has() {
	local path
	for path; do
		compgen -G "$dest/$path" >/dev/null || {
			echo "nothing like $path in:"
			listing "$dest"
			return 1
		}
	done
}

spares_others() {
	mkdir -p "$dest/usr/lib" "$dest/usr/include/linux"
	touch "$dest/usr/lib/libother.so" "$dest/usr/include/linux/other.h"
	with_make install >/dev/null && with_make uninstall >/dev/null || return 1
	same "$(listing "$dest")" "$(printf '%s\n' ./usr/include/linux/other.h ./usr/lib/libother.so)"
}

nothing_left() {
	[ -z "$(find "$dest" -mindepth 1)" ] || {
		find "$dest" -mindepth 1
		return 1
	}
}

check 'install' with_make install
check 'the modules are there' has 'lib/modules/*/updates/dmactl/dmactl.ko*' 'lib/modules/*/updates/dma-sim/dma-sim.ko*'
check 'the tool is there' has usr/bin/dmactl usr/share/man/man1/dmactl.1 usr/share/bash-completion/completions/dmactl
check 'the library is there' has 'usr/lib/libdmauser.so.0.*' usr/lib/libdmauser.so.0 usr/lib/libdmauser.so \
	usr/lib/libdmauser.a usr/lib/pkgconfig/libdmauser.pc usr/include/dmauser.h usr/include/linux/dmactl.h \
	'usr/share/man/man3/dmauser_*.3' usr/share/man/man7/dmauser.7
check 'the rule and the group are there' has usr/lib/udev/rules.d/70-dmactl.rules usr/lib/sysusers.d/dmactl.conf usr/share/man/man4/dmactl.4
check 'uninstall' with_make uninstall
check 'nothing is left' nothing_left
check 'files of others stay' spares_others
finish
