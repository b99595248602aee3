# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Cores for 40-bit addresses, and memory above 4 GiB.
# shellcheck source=board-axi.sh
. "$BOARDS_DIR/board-axi.sh"

BOARD_TITLE='FPGA with AXI DMA, CDMA, MCDMA and VDMA for 40-bit addresses (virt, vfio-user), 64-bit Arm'
axi_memory=5G
BOARD_MACHINE=(-M "virt,highmem-ecam=off" -cpu cortex-a53 -smp 2 -m "$axi_memory" -nic none)
axi_options=(--wide)
axi_overlays=("$AXI_DIR/wide.dtso")
# The region for contiguous memory would be below 4 GiB, and all descriptors in it.
BOARD_APPEND+=' cma=0'
# The driver links the descriptors of CDMA by the lower 32 bits of their addresses.
BOARD_PARAMETERS='bounds=10010000.dma/descriptors=1'
# Without test-hold, which wants room for several.
BOARD_UAPI='test-completion test-lifetime test-mmap test-stall test-submit test-threads test-user test-user-lifetime'
