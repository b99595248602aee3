# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# The same on a 32-bit processor, as in a Zynq-7000.
# shellcheck source=board-axi.sh
. "$BOARDS_DIR/board-axi.sh"

BOARD_TITLE='FPGA with AXI DMA, CDMA, MCDMA and VDMA (virt, vfio-user), 32-bit Arm'
BOARD_ARCH=armhf
BOARD_MACHINE=(-M "virt,highmem=off" -cpu cortex-a15 -smp 2 -m "$axi_memory" -nic none)
