# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run sets qemu and work
# Device trees: Debian's, without the devices that QEMU does not model, and QEMU's own.

# own_dtb OUT: the device tree that QEMU makes for the machine, with symbols for overlays
own_dtb() {
	need dtc
	"${qemu[@]}" "${BOARD_MACHINE[@]}" -machine "dumpdtb=$work/own.dtb" >/dev/null 2>&1 || true
	[ -s "$work/own.dtb" ] || return 1
	dtc -q -I dtb -O dts "$work/own.dtb" | dtc -q -@ -I dts -O dtb -o "$1" -
}

# seed_dtb IN OUT: adds a seed for the kernel's random generator, as firmware would. Without one,
# an emulated board has no entropy, and the kernel hashes its pool anew for the random offset of
# each system call's stack.
seed_dtb() {
	local seed
	need fdtput
	seed=$(od -An -v -N64 -tx1 /dev/urandom | tr '\n' ' ')
	cp "$1" "$2" && chmod u+w "$2" || return 1
	# shellcheck disable=SC2086 # bytes
	fdtput -p -t bx "$2" /chosen rng-seed $seed
}

# first_dtb DIR NAME: finds a device tree; newer kernels keep them in the vendor's directory
first_dtb() {
	local path
	path=$(find -L "$1" -name "$2" | head -n 1)
	[ -n "$path" ] || return 1
	echo "$path"
}

# zynqmp_dtb STOCK OUT PATTERN: enables the matching nodes on the bus and the first serial line,
# without firmware, power domains and IOMMU
zynqmp_dtb() {
	local out=$2 bus node property
	local clock=f00
	need fdtput fdtget
	cp "$1" "$out" && chmod u+w "$out" || return 1
	fdtput -c "$out" /fixed-clock
	fdtput -t s "$out" /fixed-clock compatible fixed-clock
	fdtput -t x "$out" /fixed-clock '#clock-cells' 0
	fdtput -t x "$out" /fixed-clock clock-frequency 5f5e100
	fdtput -t x "$out" /fixed-clock phandle $clock
	bus=$(fdtget -l "$out" / | grep -E '^(axi|amba)$' | head -n 1)
	for node in $(fdtget -l "$out" "/$bus" | grep -E "$3") serial@ff000000; do
		fdtput -t x "$out" "/$bus/$node" clocks $clock $clock
		for property in power-domains iommus pinctrl-0 pinctrl-names resets assigned-clocks; do
			fdtput -d "$out" "/$bus/$node" "$property" 2>/dev/null || true
		done
		fdtput -t s "$out" "/$bus/$node" status okay
	done
	echo "$out"
}
