# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this directory: . "$(dirname "$0")/lib.sh"

# shellcheck source=../vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
PACKAGES_DIR=$ROOT/tests/packages

# inside TREE COMMAND...: runs it as root of a tree, with its own environment. Its mounts end with
# it.
inside() {
	local tree=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --pid --fork --kill-child -- sh -euc '
		tree=$1
		shift
		mount --make-rprivate /
		mount --bind /dev "$tree/dev"
		mount -t devpts -o newinstance,ptmxmode=666 devpts "$tree/dev/pts"
		mount -t proc proc "$tree/proc"
		mount -t tmpfs tmpfs "$tree/run"
		exec chroot "$tree" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive INITRD=No "$@"' sh "$tree" "$@"
}

# listing TREE: all files of a tree, except those that change by themselves
listing() {
	(cd "$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp \
		-o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt \) -prune -o -print | LC_ALL=C sort)
}
