#!/bin/bash
# SPDX-License-Identifier: MIT
# uninstall.sh KDIR [MODULES]: installs everything into an empty directory and uninstalls it again.
# Prints TAP. With MODULES, where tests/vm/build-modules has built the modules, it installs the
# files in $O as they are, and compiles nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=../unit/tap.sh
. tests/unit/tap.sh
kdir=$1
build=(O="${O:-build}/tests/uninstall")
[ $# = 1 ] || build=(O="${O:-build}" W=1 MODULES_DIR="$2")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
dest=$root/dest
# A user does not have the variables of a calling make.
unset MAKEFLAGS MFLAGS MAKELEVEL

with_make() {
	make "${build[@]}" KDIR="$kdir" DESTDIR="$dest" PREFIX=/usr "$@"
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

# make finds the name of the kernel's release, which Debian's 6.1 has in no file of that name.
release_is() {
	local release
	release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
	same "$(ls "$dest/lib/modules")" "$release"
}

# DESTDIR is relative to the current directory, not to the kernel's tree.
relative_destdir() {
	local relative
	relative=$(realpath --relative-to=. "$root")/relative
	dest=$relative with_make install >/dev/null || return 1
	same "$(listing "$relative")" "$(listing "$dest")" || return 1
	dest=$relative with_make uninstall >/dev/null || return 1
	[ -z "$(find "$relative" -mindepth 1)" ]
}

# Installation for one user, without files outside PREFIX, which only root can write. The tool must
# start from there without any variable.
for_one_user() {
	local home=$root/home/.local said version
	said=$(make O="${O:-build}/tests/uninstall" PREFIX="$home" INSTALL_SYSTEM= install-user) || return 1
	version=$(env -u LD_LIBRARY_PATH "$home/bin/dmactl" version | awk '$1 == "libdmauser:" {print $2}')
	same "$version" "$(sed -n 's/^VERSION := //p' Makefile)" || return 1
	if ! grep -q "no udev rule" <<<"$said" || ! grep -q "$home/bin is not in PATH" <<<"$said"; then
		echo "$said"
		return 1
	fi
	make O="${O:-build}/tests/uninstall" PREFIX="$home" KDIR="$kdir" INSTALL_SYSTEM= uninstall >/dev/null || return 1
	[ -z "$(find "$root/home" ! -type d)" ]
}

# Files for udev and systemd go where these look, whatever PREFIX is.
with_another_prefix() {
	(
		with_make() { make O="${O:-build}/tests/uninstall" DESTDIR="$root/opt" PREFIX=/opt/dmactl "$@"; }
		with_make install-user >/dev/null && dest=$root/opt has etc/udev/rules.d/70-dmactl.rules \
			etc/sysusers.d/dmactl.conf etc/modules-load.d/dmactl.conf &&
			with_make UDEVDIR=/u SYSUSERSDIR=/s MODULESLOADDIR=/m COMPLETIONSDIR=/c install-user >/dev/null &&
			dest=$root/opt has u/70-dmactl.rules s/dmactl.conf m/dmactl.conf c/dmactl
	)
}

starts_from_the_build() {
	env -u LD_LIBRARY_PATH "${build[0]#O=}/dmactl" version
}

# A RUNPATH into the build directory would load libraries that other users could place there.
no_runpath() {
	! readelf -d "$dest/usr/bin/dmactl" | grep RUNPATH
}

nothing_left() {
	[ -z "$(find "$dest" -mindepth 1)" ] || {
		find "$dest" -mindepth 1
		return 1
	}
}

check 'install' with_make install
check 'the modules are there' has 'lib/modules/*/updates/dmactl/dmactl.ko*' 'lib/modules/*/updates/dma-sim/dma-sim.ko*'
check 'the tool is there' has usr/bin/dmactl usr/share/man/man1/dmactl.1 usr/share/bash-completion/completions/dmactl \
	usr/share/zsh/site-functions/_dmactl usr/share/fish/vendor_completions.d/dmactl.fish \
	usr/share/dmactl/dmactl.schema.json usr/share/man/man5/dmactl-json.5
check 'the library is there' has 'usr/lib/libdmauser.so.0.*' usr/lib/libdmauser.so.0 usr/lib/libdmauser.so \
	usr/lib/libdmauser.a usr/lib/pkgconfig/libdmauser.pc usr/include/dmauser.h usr/include/linux/dmactl.h \
	'usr/share/man/man3/dmauser_*.3' usr/share/man/man7/dmauser.7
check 'the rule and the group are there' has usr/lib/udev/rules.d/70-dmactl.rules usr/lib/sysusers.d/dmactl.conf usr/share/man/man4/dmactl.4
check 'and what loads the module at boot' has usr/lib/modules-load.d/dmactl.conf
check 'the modules are where this kernel looks' release_is
check 'the tool names no directory of libraries' no_runpath
check 'the tool starts from the build directory' starts_from_the_build
check 'DESTDIR may be relative' relative_destdir
check 'for one user, below PREFIX' for_one_user
check 'with another PREFIX, files of the system are where it looks' with_another_prefix
check 'uninstall' with_make uninstall
check 'nothing is left' nothing_left
check 'files of others stay' spares_others
finish
