# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

# shellcheck source=raspi.sh
. "$BOARDS_DIR/raspi.sh"

BOARD_TITLE='Raspberry Pi 3B (raspi3b), 64-bit'
BOARD_ARCH=arm64
BOARD_MACHINE=(-M raspi3b)
# The PL011 belongs to the Bluetooth chip, so the other line is used for everything.
BOARD_CONSOLE=ttyS1,115200
BOARD_SERIAL=(null both)
BOARD_PORT=/dev/ttyS1

board_dtb() {
	echo "$1/broadcom/bcm2837-rpi-3-b.dtb"
}
