# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Shared by the scripts here that fetch and build for other processors:
#
#	. "$(dirname "$0")/cross.sh"
#
# ARCH is Debian's name throughout: amd64, arm64, armhf, riscv64.

BOARDS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../vm/lib.sh
. "$BOARDS_DIR/../vm/lib.sh"

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
# An older index is fetched again.
INDEX_MINUTES=720

# arch_facts ARCH: sets KARCH, the kernel's name; TRIPLET, the compiler's; and SUITE, the oldest
# release since Debian 12 that has the architecture.
arch_facts() {
	SUITE=bookworm
	case $1 in
	amd64) KARCH=x86 TRIPLET=x86_64-linux-gnu ;;
	arm64) KARCH=arm64 TRIPLET=aarch64-linux-gnu ;;
	armhf) KARCH=arm TRIPLET=arm-linux-gnueabihf ;;
	riscv64) KARCH=riscv TRIPLET=riscv64-linux-gnu SUITE=trixie ;;
	*) die "no architecture $1: amd64, arm64, armhf or riscv64" ;;
	esac
}

need_cross_gcc() {
	arch_facts "$1"
	command -v "$TRIPLET-gcc" >/dev/null ||
		die "no $TRIPLET-gcc (packaging/deps/install.sh boards installs it)"
}

# Prints the mirror that the machine uses for a Debian archive: debian or debian-security.
mirror() {
	{
		grep -hs '^URIs:' /etc/apt/sources.list.d/*.sources | awk '{print $2}'
		grep -hs '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list | sed 's/\[[^]]*\]//' | awk '{print $2}'
		echo "http://deb.debian.org/$1"
	} | grep "/$1/*\$" | head -n 1
}

# private_apt ARCH SUITE COMMAND...: apt-get or apt-cache for one architecture and one suite, with
# its own configuration and no installed packages.
private_apt() {
	local arch=$1 suite=$2 command=$3 dir=$CACHE/apt/$1-$2
	shift 3
	"$command" -q -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::Lists="$dir/lists" -o Dir::State::status="$dir/status" \
		-o Dir::Cache="$dir/cache" -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
		-o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Install-Recommends=false \
		-o Acquire::Retries=3 -o Debug::NoLocking=1 "$@"
}

fetch_index() {
	local arch=$1 suite=$2 dir=$CACHE/apt/$1-$2 archive=debian try
	if [ -n "$(find "$dir/fresh" -mmin "-$INDEX_MINUTES" 2>/dev/null)" ]; then
		return 0
	fi
	[ -r $KEYRING ] || die "no $KEYRING: install debian-archive-keyring"
	case $suite in *-security) archive=debian-security ;; esac
	mkdir -p "$dir"/{lists/partial,cache/archives/partial}
	: >"$dir/status"
	echo "deb [signed-by=$KEYRING] $(mirror $archive) $suite main" >"$dir/sources.list"
	# A mirror that is being updated has checksums that do not match, so try again.
	for try in 1 2 3; do
		if private_apt "$arch" "$suite" apt-get -o APT::Update::Error-Mode=any update >"$dir/log" 2>&1; then
			touch "$dir/fresh"
			return 0
		fi
		rm -rf "$dir"/lists
		mkdir -p "$dir/lists/partial"
	done
	tail -n 5 "$dir/log" >&2
	die "the index of Debian $suite for $arch cannot be had"
}

# ensure_index ARCH SUITE
ensure_index() {
	need apt-get apt-cache dpkg
	with_lock "apt-$1-$2" fetch_index "$@"
}

# newest_package ARCH SUITE REGEX: the newest package whose name matches
newest_package() {
	ensure_index "$1" "$2"
	private_apt "$1" "$2" apt-cache --names-only search "$3" | awk '{print $1}' | sort -V | tail -n 1
}

# download_packages ARCH SUITE DIR PACKAGE...
download_packages() {
	local arch=$1 suite=$2 dir=$3 count
	shift 3
	ensure_index "$arch" "$suite"
	mkdir -p "$dir"
	(cd "$dir" && private_apt "$arch" "$suite" apt-get download "$@") >"$dir/apt.log" 2>&1 || {
		tail -n 5 "$dir/apt.log" >&2
		die "download of $* for $arch failed"
	}
	count=$(find "$dir" -name '*.deb' | wc -l)
	[ "$count" -ge $# ] || die "download of $* for $arch: only $count files arrived"
}

# download_closure ARCH SUITE DIR PACKAGE...: downloads them with all dependencies, because no
# package counts as installed
download_closure() {
	local arch=$1 suite=$2 dir=$3
	shift 3
	ensure_index "$arch" "$suite"
	mkdir -p "$dir/partial"
	private_apt "$arch" "$suite" apt-get -o Dir::Cache::archives="$dir" \
		install -y --download-only "$@" >"$dir/apt.log" 2>&1 || {
		tail -n 5 "$dir/apt.log" >&2
		die "download of $* for $arch failed"
	}
}

# unpack_system DIR DEB...: unpacks packages as a system with a merged /usr, though packages may
# still use the old paths
unpack_system() {
	local dir=$1 deb d
	shift
	for d in bin sbin lib lib64; do
		mkdir -p "$dir/usr/$d"
		[ -L "$dir/$d" ] || ln -s "usr/$d" "$dir/$d"
	done
	for deb; do
		dpkg --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$dir"
	done
}

# put_in_place TMP DIR: replaces DIR with the finished tree TMP
put_in_place() {
	local tmp=$1 dir=$2
	rm -rf "$dir.old"
	[ ! -e "$dir" ] || mv "$dir" "$dir.old"
	chmod 755 "$tmp"
	mv "$tmp" "$dir"
	rm -rf "$dir.old"
}
