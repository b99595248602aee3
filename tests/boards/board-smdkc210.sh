# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154

BOARD_TITLE='Samsung SMDKC210, Exynos 4210 (smdkc210), 32-bit'
BOARD_ARCH=armhf
BOARD_DRIVER=pl330
BOARD_CHANNELS=72
BOARD_MACHINE=(-M smdkc210 -smp 2 -m 1G)
BOARD_CONSOLE=ttySAC0,115200n8
BOARD_SERIAL=(console records)
BOARD_PORT=/dev/ttySAC1
BOARD_APPEND='mem=896M'
BOARD_SLAVE_PHYS=0x7d000000
# The model takes milliseconds for each word.
BOARD_SLAVE_SIZE=1024
# The rest of the 68 channels would take an hour.
BOARD_EVERY=memcpy
BOARD_DEADLINE=2700
BOARD_MORE=(port)
# pl330_issue_pending() calls pl330_tasklet() itself, which drops its lock around each callback:
# together with the tasklet of the interrupt, two processors call back at once.
BOARD_EXPECT=(
	"may|uapi test-threads *|pl330 calls back on two processors at once, and so out of order"
	"may|conformance * pause|pl330: a tasklet that comes after the pause starts the channel again"
	"may|conformance * cyclic|pl330: the residue of a ring goes back and forth where no descriptor runs"
)

# pl330 of 6.1 does not clear callback_result when a descriptor goes to its next client. The driver
# of the serial lines sets only callback, so pl330 calls the previous client's callback_result with
# the new parameter, and the kernel panics.
board_dtb() {
	local stock node
	need fdtput
	stock=$(first_dtb "$1" exynos4210-smdkv310.dtb) || return 1
	if [[ $series != 6.1 ]]; then
		echo "$stock"
		return
	fi
	cp "$stock" "$2" && chmod u+w "$2" || return 1
	for node in 13800000 13810000 13820000 13830000; do
		fdtput -d "$2" "/soc/serial@$node" dmas dma-names || return 1
	done
	echo "$2"
}
