# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

BOARD_TITLE='Xilinx ZCU102 (xlnx-zcu102)'
BOARD_ARCH=arm64
BOARD_DRIVER=zynqmp_dma
BOARD_CHANNELS=16
BOARD_PROVIDERS=(zynqmp_dma)
BOARD_MACHINE=(-M xlnx-zcu102 -m 2G)
BOARD_CONSOLE=ttyPS0,115200
BOARD_SERIAL=(both)
BOARD_PORT=/dev/ttyPS0

# Two faults of zynqmp_dma. Its terminate_all masks the interrupts and empties the
# lists, and leaves `idle' as it is: what it had started never ends for the driver,
# and the next start waits for that. And zynqmp_dma_chan_desc_cleanup() lets go of
# its lock for each callback: a terminate_all on another processor then takes away
# the list it walks, and it walks on for ever. With one processor nothing of that
# is to be seen, and no transfer under way either.
BOARD_APPEND='softlockup_panic=1'
BOARD_EXPECT=(
	"fails|conformance dma* terminate-again|zynqmp_dma: after terminate with transfers in flight, the next ones never complete"
	"never|uapi test-lifetime *|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
	"may|cancel dma*|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
	"may|kill dma*|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
	"may|board end|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
	"kernel|*watchdog: BUG: soft lockup*|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
	"kernel|Kernel panic - not syncing: softlockup: hung tasks|zynqmp_dma: terminate on one processor while a callback runs on another may lock that up for ever"
)

# QEMU has no firmware of the power management unit: fixed clocks instead of its
# own, and neither its power domains nor the IOMMU.
board_dtb() {
	zynqmp_dtb "$1/xilinx/zynqmp-zcu102-rev1.0.dtb" "$2" '^dma(-controller)?@(fd5|ffa)'
}
