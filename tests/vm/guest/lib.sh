# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Shared by the scripts in a test guest: guest/main and guest/suite.

share=/run/dmactl-vm

loaded() {
	grep -q "^$1 " /proc/modules
}

# load FILE [PARAMETER...]: loads a module after its dependencies
load() {
	local ko=$1 dep
	shift
	for dep in $(modinfo -F depends "$ko" | tr , ' '); do
		[ "$dep" = dmactl ] || [ "$dep" = dma_sim ] || modprobe -q "$dep"
	done
	insmod "$ko" "$@"
}

# load_modules SIM DMACTL: loads both modules, if they were built, with these parameters; "none"
# leaves one out
load_modules() {
	# shellcheck disable=SC2086 # parameters are words
	if [ "$1" != none ] && [ -e "$DMACTL_MODULES_DIR/dma-sim.ko" ] && ! loaded dma_sim; then
		load "$DMACTL_MODULES_DIR/dma-sim.ko" $1 || {
			echo "cannot load dma-sim.ko $1"
			return 1
		}
		# If configfs is a module, dma-sim has just loaded it.
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

# Lets kmemleak search for leaks; the runner judges the results (kmemleak-check).
kmemleak_scan() {
	[ -e /sys/kernel/debug/kmemleak ] || return 0
	# kmemleak does not report objects younger than five seconds.
	sleep 6
	# kmemleak reports an object only if its content did not change between two scans.
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak >>$share/kmemleak
	echo clear >/sys/kernel/debug/kmemleak
}

# Unloads both modules. Searches for leaks before, when owners still have names, and after, when the
# modules hold nothing.
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
