# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Shared by the scripts of this directory: . "$(dirname "$0")/lib.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VM_DIR=$ROOT/tests/vm
CACHE=${DMACTL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dmactl}
# The build directory as in the Makefile, relative to the project.
OUT=${O:-build}
case $OUT in /*) ;; *) OUT=$ROOT/$OUT ;; esac

# Directories of mkfs and modprobe, for users other than root.
PATH=$PATH:/usr/sbin:/sbin

ME=${0##*/}

# Variables of a calling make must not reach the builds of kernels and modules, where O has another
# meaning.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

say() {
	printf '%s: %s\n' "$ME" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

need() {
	local tool missing=
	for tool; do
		command -v "$tool" >/dev/null || missing="$missing $tool"
	done
	[ -z "$missing" ] || die "not installed:$missing (packaging/deps/install.sh installs what the tests need)"
}

# need_list PURPOSE: checks that the programs of that list of packaging/deps are installed. A test
# that calls a missing one might wait forever for its output.
need_list() {
	local deps=$ROOT/packaging/deps programs
	programs=$(awk 'NR == FNR {wanted[$1]; next} !/^(#|text )/ && $2 in wanted {print $1}' \
		<("$deps/install.sh" --list "$1") "$deps/programs.txt")
	[ -n "$programs" ] || die "no programs in the list $1"
	# shellcheck disable=SC2086 # words
	need $programs
}

# depends_of DEB...: prints the dependencies of these packages outside of the set, without those of
# the kernel itself, which is booted, not installed.
depends_of() {
	local deb own
	own=$(for deb; do dpkg-deb -f "$deb" Package; done)
	for deb; do
		case $(dpkg-deb -f "$deb" Package) in
		linux-image-*) ;;
		*) dpkg-deb -f "$deb" Pre-Depends Depends | sed 's/^[A-Za-z-]*: //' | tr , '\n' ;;
		esac
	done | sed 's/^ *//; s/ *$//' | grep -v '^\(linux-image-.*\)*$' | sort -u | while IFS= read -r need; do
		# An alternative of the dependency may have been unpacked.
		grep -qxF -f <(sed 's/([^)]*)//g; s/|/\n/g; s/ //g' <<<"$need" | sed 's/:any$//') <<<"$own" || echo "$need"
	done
}

# follow_depends FILE: installs the missing packages that the lines of FILE, each an item of a
# Depends, name. The unpacked programs need them.
follow_depends() {
	local names there line missing=
	[ -s "$1" ] || return 0
	mapfile -t names < <(sed 's/[ (|:].*//' "$1")
	# shellcheck disable=SC2016 # dpkg's variables
	there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${names[@]}" 2>/dev/null) || true
	while IFS= read -r line; do
		grep -qxF "installed ${line%%[ (|:]*}" <<<"$there" || missing="$missing, $line"
	done <"$1"
	[ -z "$missing" ] || "$ROOT/packaging/deps/install.sh" --satisfy "${missing#, }"
}

# with_lock NAME COMMAND...: runs it while holding a lock on a file in the cache, so that of two
# runs that need the same thing only one makes it.
with_lock() {
	local lock=$CACHE/lock/$1
	shift
	mkdir -p "$CACHE/lock"
	(
		if ! flock -n 9; then
			say "waiting for another run that holds $lock"
			flock 9
		fi
		"$@"
	) 9>"$lock"
}

# kernel_dir NAME|DIR: prints the directory of a kernel: one of the cache by its name, or any
# directory with the same layout (see tests/vm/kernel).
kernel_dir() {
	case $1 in
	*/*) (cd "$1" && pwd) || die "no directory $1" ;;
	debug)
		# A kernel that was built elsewhere does not replace our own.
		if [ -n "${DMACTL_DEBUG_KERNEL:-}" ]; then
			echo "$CACHE/kernels/debug-$(stat -c '%n %s %Y' "$DMACTL_DEBUG_KERNEL" | cksum | cut -d' ' -f1)"
		else
			echo "$CACHE/kernels/debug"
		fi
		;;
	*) echo "$CACHE/kernels/$1" ;;
	esac
}

# modules_dir NAME|DIR: prints the directory in which the modules for a kernel are built
modules_dir() {
	case $1 in
	*/*) echo "$OUT/modules/$(basename "$1")-$(printf %s "$(kernel_dir "$1")" | cksum | cut -d' ' -f1)" ;;
	*) echo "$OUT/modules/$(basename "$(kernel_dir "$1")")" ;;
	esac
}
