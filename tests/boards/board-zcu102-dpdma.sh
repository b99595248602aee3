# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # run sets work, results and command
# The DMA of the DisplayPort: its channels lead only to the display and its sound. Channel 3 has the
# picture, 4 and 5 the sound.

BOARD_TITLE='Xilinx ZCU102 (xlnx-zcu102), the DMA of its DisplayPort'
BOARD_ARCH=arm64
BOARD_DRIVER=xilinx_dpdma
BOARD_CHANNELS=6
BOARD_PROVIDERS=(xilinx_dpdma)
BOARD_MACHINE=(-M xlnx-zcu102 -m 2G)
BOARD_CONSOLE=ttyPS0,115200
BOARD_SERIAL=(both)
BOARD_PORT=/dev/ttyPS0
BOARD_FRAME=dma0chan3
BOARD_SOUND=dma0chan4
# Set 64 x 16 pixels and enable the transmitter; set the volume and enable the sound.
BOARD_PREPARE='devmem 0xfd4a0194 32 64; devmem 0xfd4a0198 32 16; devmem 0xfd4a0080 32 1'
BOARD_PREPARE+='; devmem 0xfd4ac000 32 0x2000; devmem 0xfd4a0300 32 1'

board_dtb() {
	zynqmp_dtb "$1/xilinx/zynqmp-zcu102-rev1.0.dtb" "$2" '^dma(-controller)?@fd4c'
}

display=''

board_start() {
	# shellcheck disable=SC2054 # commas of QEMU's syntax
	command+=(-qmp "unix:$work/qmp,server=on,wait=off" -audiodev "wav,id=sound,path=$work/sound")
	python3 -B "$BOARDS_DIR/display" "$work/qmp" "$work/seen" &
	display=$!
}

# The display must have shown the two pictures of guest/tests/frame, and nothing of the memory
# between their lines.
board_stop() {
	local picture result heard
	[ -n "$display" ] || return 0
	kill "$display" 2>/dev/null || true
	wait "$display" 2>/dev/null || true
	display=''
	! grep -q $'^frame\t' "$results/tests" || for picture in 112233 556677; do
		result=fail
		! grep -q "^$picture 64x16 " "$work/seen" || result=pass
		printf 'display\t%s\t%s\t0\tseen: %s\n' "picture $picture" "$result" "$(tr '\n' ',' <"$work/seen")" >>"$results/tests"
	done
	# The sound must have the word at least as often as a tenth of a second holds it.
	if grep -q $'^sound\t' "$results/tests"; then
		heard=$(($(LC_ALL=C grep -aoP '\x66\x99\x5a\x3c' "$work/sound" | LC_ALL=C grep -ac .) * 4))
		result=fail
		[ $heard -lt 17640 ] || result=pass
		printf 'display\tsound\t%s\t0\theard: %s bytes\n' "$result" "$heard" >>"$results/tests"
	fi
}
