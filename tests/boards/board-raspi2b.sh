# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

BOARD_TITLE='Raspberry Pi 2B (raspi2b), 32-bit'
BOARD_ARCH=armhf
BOARD_DRIVER=bcm2835-dma
BOARD_CHANNELS=11
BOARD_MACHINE=(-M raspi2b)
BOARD_CONSOLE=ttyAMA0,115200
BOARD_SERIAL=(both)
BOARD_PORT=/dev/ttyAMA0
BOARD_APPEND='mem=896M'
BOARD_SLAVE_PHYS=0x3a000000
BOARD_SLAVE_BUS=0xfa000000
# See board-raspi3b.sh.
BOARD_ALIGN=4
BOARD_EXPECT=(
	"never|capture *|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|play *|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|* cyclic|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|conformance * slave|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
)

board_dtb() {
	first_dtb "$1" bcm2836-rpi-2-b.dtb
}
