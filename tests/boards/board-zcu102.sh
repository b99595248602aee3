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

# zynqmp_dma_chan_desc_cleanup() drops its lock for each callback. If another processor calls
# terminate_all meanwhile, it empties the list that the cleanup walks, which then loops forever. So
# the guest has one processor. Programs never see a transfer in flight, because the model copies
# while the driver starts it.
BOARD_APPEND='maxcpus=1'

# QEMU has no firmware of the power management unit: use fixed clocks instead of the firmware's, and
# neither power domains nor the IOMMU.
board_dtb() {
	zynqmp_dtb "$1/xilinx/zynqmp-zcu102-rev1.0.dtb" "$2" '^dma(-controller)?@(fd5|ffa)'
}
