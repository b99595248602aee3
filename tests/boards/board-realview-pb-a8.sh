# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

BOARD_TITLE='ARM RealView PB-A8 (realview-pb-a8), 32-bit'
BOARD_ARCH=armhf
BOARD_DRIVER=pl08x
BOARD_CHANNELS=1
BOARD_SERIES=(6.12 6.1)
BOARD_MACHINE=(-M realview-pb-a8 -m 512M)
BOARD_CONSOLE=ttyAMA0
BOARD_SERIAL=(console records)
BOARD_PORT=/dev/ttyAMA1
BOARD_APPEND='mem=448M'
BOARD_SLAVE_PHYS=0x8f000000
BOARD_TIMEOUT=3s

board_dtb() {
	need dtc
	dtc -q -I dts -O dtb -o "$2" "$BOARDS_DIR/realview-pb-a8.dts" && echo "$2"
}
