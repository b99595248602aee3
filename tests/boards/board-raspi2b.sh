# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

# shellcheck source=raspi.sh
. "$BOARDS_DIR/raspi.sh"

BOARD_TITLE='Raspberry Pi 2B (raspi2b), 32-bit'
BOARD_ARCH=armhf
BOARD_MACHINE=(-M raspi2b)

board_dtb() {
	first_dtb "$1" bcm2836-rpi-2-b.dtb
}
