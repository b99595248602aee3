# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # vfio/lib.sh sets vfio_qemu
# The emulated controller, for scripts that start QEMU:
#
#	. tests/boards/ioat/lib.sh	# after tests/vm/lib.sh

IOAT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../vfio/lib.sh
. "$IOAT_DIR/../vfio/lib.sh"

# start_ioat DIR MODEL LOG: starts the emulator, with the sockets DIR/vfu and DIR/control
start_ioat() {
	rm -f "$1/vfu"
	start_emulator "$IOAT_DIR/emulator" "$1" "$3" --socket "$1/vfu" --model "$2"
}

# ioat_arguments DIR MEMORY [IOMMU]: sets ioat_qemu, QEMU's arguments for the controller, and
# ioat_append, the kernel's
ioat_arguments() {
	ioat_append='' ioat_qemu=()
	if [ -n "${3:-}" ]; then
		ioat_append='intel_iommu=on iommu.strict=1'
		# shellcheck disable=SC2054 # commas of QEMU's syntax
		ioat_qemu=(-machine kernel-irqchip=split -device intel-iommu,intremap=on,caching-mode=on)
	fi
	shared_memory "$2"
	vfio_device "$1/vfu"
	ioat_qemu+=("${vfio_qemu[@]}")
}
