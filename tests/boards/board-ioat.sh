# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # work, results and command are run's
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
	start_emulator "$work" 3.2 "$results/controller.log"
	ioat_arguments "$work" 1G "$ioat_iommu"
	command+=("${ioat_qemu[@]}")
}

# The controller has noted every access outside what it was given.
board_stop() {
	local strays result=pass
	[ -n "$emulator" ] || return 0
	strays=$("$BOARDS_DIR/ioat/ask" "$work/control" strays) || strays='the controller does not answer,'
	[ "$strays" = 0 ] || result=fail
	printf 'strays\tof the controller\t%s\t0\t%s\n' "$result" "$strays accesses outside what is mapped" >>"$results/tests"
	stop_emulator
	result=pass
	[ ! -s "$work/emulator.err" ] || result=fail
	printf 'strays\tcomplaints of the controller\t%s\t0\t%s\n' "$result" "$(tail -n 1 "$work/emulator.err")" >>"$results/tests"
}
