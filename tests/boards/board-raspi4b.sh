# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

# shellcheck source=raspi.sh
. "$BOARDS_DIR/raspi.sh"

BOARD_TITLE='Raspberry Pi 4B (raspi4b), 64-bit'
BOARD_ARCH=arm64
BOARD_CHANNELS=9
BOARD_SERIES=(6.12 sid)
BOARD_QEMU=11
BOARD_MACHINE=(-M raspi4b)

# Access to a device that QEMU does not model causes an external abort. The remaining serial line is
# the one of the Bluetooth chip.
board_dtb() {
	local node
	need fdtput fdtget
	cp "$1/broadcom/bcm2711-rpi-4-b.dtb" "$2" && chmod u+w "$2" || return 1
	for node in soc/interrupt-controller@7ef00100 soc/clock@7ef00000 soc/hdmi@7ef00700 soc/hdmi@7ef05700 \
		soc/i2c@7ef04500 soc/i2c@7ef09500 soc/vec@7ec13000 soc/hvs@7e400000 gpu soc/avs-monitor@7d5d2000 \
		soc/serial@7e215040; do
		! fdtget "$2" "/$node" compatible >/dev/null 2>&1 || fdtput -t s "$2" "/$node" status disabled
	done
	fdtput -r "$2" /soc/serial@7e201000/bluetooth 2>/dev/null || true
	echo "$2"
}
