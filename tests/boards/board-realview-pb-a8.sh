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
# QEMU's pl081 copies when the driver writes a channel's configuration, and never raises its
# interrupt, so nothing completes. The board still shows that dmactl can stop such transfers, and
# that the module unloads.
BOARD_EVERY=info
BOARD_UAPI=''
BOARD_EXPECT=(
	"may|cancel * cyclic|QEMU's pl081 never raises its interrupt: no transfer completes"
	"may|kill * cyclic|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|memcpy *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|sg *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|copy *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|threads *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|all *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|cancel *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|kill *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|recv *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|send *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|capture *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"fails|play *|QEMU's pl081 never raises its interrupt: no transfer completes"
	"may|conformance *|QEMU's pl081 never raises its interrupt: no transfer completes"
)

board_dtb() {
	need dtc
	dtc -q -I dts -O dtb -o "$2" "$BOARDS_DIR/realview-pb-a8.dts" && echo "$2"
}
