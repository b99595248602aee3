# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Shared by the boards of the Raspberry Pi: the bcm2835's DMA, as QEMU models it.

BOARD_DRIVER=bcm2835-dma
BOARD_CHANNELS=11
BOARD_CONSOLE=ttyAMA0,115200
BOARD_SERIAL=(both)
BOARD_PORT=/dev/ttyAMA0
BOARD_APPEND='mem=896M'
BOARD_SLAVE_PHYS=0x3a000000
BOARD_SLAVE_BUS=0xfa000000
# The driver declares no alignment, but QEMU's model subtracts 4 from a length until it is exactly
# 0: with other lengths QEMU hangs.
BOARD_ALIGN=4

# raspi_never PATTERN...: leaves out tests that would hang QEMU
raspi_never() {
	local pattern
	for pattern; do
		BOARD_EXPECT+=("never|$pattern|QEMU's bcm2835 goes round a ring of descriptors at once and for ever, and hangs with it")
	done
}
BOARD_EXPECT=()
raspi_never 'capture *' 'play *' '* cyclic' 'conformance * slave'
