# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# A private apt, for suites or architectures other than the machine's: it installs nothing, and does
# not change the machine's apt. Source it after lib.sh, and call apt_setup first.

apt_dir=
apt_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_mirror ARCHIVE: prints the mirror that the machine uses for debian or debian-security
apt_mirror() {
	local archive=$1
	{
		grep -hs '^URIs:' /etc/apt/sources.list.d/*.sources | awk '{print $2}'
		grep -hs '^deb ' /etc/apt/sources.list /etc/apt/sources.list.d/*.list | sed 's/\[[^]]*\]//' | awk '{print $2}'
		echo "http://deb.debian.org/$archive"
	} | grep "/$archive/*\$" | head -n 1
}

# apt_setup NAME ARCH SUITE...: makes the configuration, in the cache under this name. It has no
# installed packages, so that apt lists all dependencies.
apt_setup() {
	local suite mirror
	apt_dir=$CACHE/apt/$1
	apt_arch=$2
	shift 2
	[ -r "$apt_keyring" ] || die "no $apt_keyring: install debian-archive-keyring"
	mkdir -p "$apt_dir"/{lists/partial,cache/archives/partial}
	: >"$apt_dir/status"
	mirror=$(apt_mirror debian)
	for suite; do
		echo "deb [signed-by=$apt_keyring] $mirror $suite main"
	done >"$apt_dir/sources.list"
}

# apt_private apt-get|apt-cache ARGUMENT...
apt_private() {
	local command=$1
	shift
	"$command" -q -o Dir::Etc::sourcelist="$apt_dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::Lists="$apt_dir/lists" -o Dir::State::status="$apt_dir/status" \
		-o Dir::Cache="$apt_dir/cache" -o APT::Architecture="$apt_arch" -o APT::Architectures::="$apt_arch" \
		-o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Install-Recommends=false \
		-o Debug::NoLocking=1 "$@"
}

# apt_try DIR ARGUMENT...: runs apt-get in that directory; prints errors
apt_try() {
	local dir=$1
	shift
	(cd "$dir" && apt_private apt-get "$@") >"$apt_dir/log" 2>&1 || {
		tail -n 5 "$apt_dir/log" >&2
		return 1
	}
}

apt_update() {
	apt_try / update || die "the index of Debian ($(awk '{printf "%s ", $4}' "$apt_dir/sources.list")) cannot be had"
}

# apt_unpack_all ROOT PACKAGE...: unpacks them with all their dependencies
apt_unpack_all() {
	local root=$1 deb d
	shift
	rm -f "$apt_dir"/cache/archives/*.deb
	apt_try / install -y --download-only "$@" || return 1
	# Make a merged /usr, though packages may still use the old paths.
	for d in bin sbin lib lib64; do
		mkdir -p "$root/usr/$d"
		[ -e "$root/$d" ] || ln -s "usr/$d" "$root/$d"
	done
	for deb in "$apt_dir"/cache/archives/*.deb; do
		dpkg --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
	done
	rm -f "$apt_dir"/cache/archives/*.deb
}
