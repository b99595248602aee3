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

# zynqmp_dma_chan_desc_cleanup() lets go of its lock for each callback: a
# terminate_all on another processor then takes away the list it walks, and it walks
# on for ever. So there is one processor. Then nothing is under way when a program
# looks: the model copies while the driver starts it.
BOARD_APPEND='maxcpus=1'

# QEMU has no firmware of the power management unit: fixed clocks instead of its
# own, and neither its power domains nor the IOMMU.
board_dtb() {
	zynqmp_dtb "$1/xilinx/zynqmp-zcu102-rev1.0.dtb" "$2" '^dma(-controller)?@(fd5|ffa)'
}
