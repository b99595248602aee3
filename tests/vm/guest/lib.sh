# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by what runs in a test guest: guest/main and guest/suite.

share=/run/dmactl-vm

loaded() {
	grep -q "^$1 " /proc/modules
}

# load FILE [PARAMETER...], with what it depends on
load() {
	local ko=$1 dep
	shift
	for dep in $(modinfo -F depends "$ko" | tr , ' '); do
		[ "$dep" = dmactl ] || [ "$dep" = dma_sim ] || modprobe -q "$dep"
	done
	insmod "$ko" "$@"
}

# load_modules SIM DMACTL: both modules, as far as they were built, with these
# parameters; "none" leaves one out.
load_modules() {
	# shellcheck disable=SC2086 # parameters are words
	if [ "$1" != none ] && [ -e "$DMACTL_MODULES_DIR/dma-sim.ko" ] && ! loaded dma_sim; then
		load "$DMACTL_MODULES_DIR/dma-sim.ko" $1 || {
			echo "cannot load dma-sim.ko $1"
			return 1
		}
		# Where configfs is a module, it came with this one.
		grep -q ' /sys/kernel/config ' /proc/mounts || mount -t configfs configfs /sys/kernel/config 2>/dev/null || true
	fi
	# shellcheck disable=SC2086
	if [ "$2" != none ] && [ -e "$DMACTL_MODULES_DIR/dmactl.ko" ] && ! loaded dmactl; then
		load "$DMACTL_MODULES_DIR/dmactl.ko" $2 || {
			echo "cannot load dmactl.ko $2"
			return 1
		}
	fi
}

# Has kmemleak look for lost memory; the runner judges what it finds
# (kmemleak-check).
kmemleak_scan() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	# Objects younger than five seconds are not reported.
	sleep 6
	# An object counts as lost only when its content did not change from
	# one scan to the next.
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >>$share/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
}

# Unloads both modules. Lost memory shows while they are loaded, when its
# owner has a name, or after, when what they held is held no more.
unload_modules() {
	local name status=0
	for name in dmactl dma_sim; do
		awk -v name=$name '$1 == name {print $1, $6, $2}' /proc/modules >>$share/modules
	done
	kmemleak_scan
	for name in dmactl dma_sim; do
		if loaded $name && ! rmmod $name; then
			echo "module $name does not unload"
			status=1
		fi
	done
	kmemleak_scan
	return $status
}
