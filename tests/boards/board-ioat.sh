# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # run sets work, results and command
# Intel I/OAT, emulated beside QEMU: tests/boards/ioat.
# shellcheck source=ioat/lib.sh
. "$BOARDS_DIR/ioat/lib.sh"

BOARD_TITLE='PC with an Intel I/OAT controller (q35, vfio-user), 64-bit x86'
BOARD_ARCH=amd64
BOARD_DRIVER=ioatdma
BOARD_CHANNELS=4
BOARD_QEMU=11
BOARD_MODULES=(ioatdma)
BOARD_MACHINE=(-M q35 -cpu max -smp 1 -m 1G -nodefaults -audio none)
BOARD_CONSOLE=ttyS0
BOARD_SERIAL=(console records)
BOARD_PORT=/dev/ttyS1
BOARD_MORE=(ioat/run --kernel)

ioat_iommu=''

board_start() {
	start_ioat "$work" 3.2 "$results/controller.log"
	ioat_arguments "$work" 1G "$ioat_iommu"
	command+=("${ioat_qemu[@]}")
}

# The controller has recorded every access outside the memory that it was given.
board_stop() {
	judge_emulator "$work" "$results"
}
