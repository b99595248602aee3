# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

BOARD_TITLE='Raspberry Pi 3B (raspi3b), 64-bit'
BOARD_ARCH=arm64
BOARD_DRIVER=bcm2835-dma
BOARD_CHANNELS=11
BOARD_MACHINE=(-M raspi3b)
# The PL011 is the Bluetooth chip's; the other line is all there is.
BOARD_CONSOLE=ttyS1,115200
BOARD_SERIAL=(null both)
BOARD_PORT=/dev/ttyS1
BOARD_APPEND='mem=896M'
BOARD_SLAVE_PHYS=0x3a000000
BOARD_SLAVE_BUS=0xfa000000
# The driver declares none, and QEMU's model takes 4 off a length until it is
# exactly 0, which for other lengths is as good as never; QEMU itself hangs.
BOARD_ALIGN=4
BOARD_EXPECT=(
	"never|capture *|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|play *|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|* cyclic|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
	"never|conformance * slave|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it"
)

board_dtb() {
	echo "$1/broadcom/bcm2837-rpi-3-b.dtb"
}
