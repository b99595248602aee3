# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# shellcheck source=axi/lib.sh
. "$BOARDS_DIR/axi/lib.sh"

BOARD_TITLE='FPGA with AXI DMA, CDMA, MCDMA and VDMA (virt, vfio-user), 64-bit Arm'
BOARD_ARCH=arm64
axi_memory=1G
BOARD_MACHINE=(-M "virt,highmem-ecam=off" -cpu cortex-a53 -smp 2 -m "$axi_memory" -nic none)
