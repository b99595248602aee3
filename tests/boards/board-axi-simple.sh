# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# AXI DMA without scatter-gather. Software cannot detect that, so the port has to say so.
# shellcheck source=board-axi.sh
. "$BOARDS_DIR/board-axi.sh"

BOARD_TITLE='FPGA with AXI DMA without scatter-gather (virt, vfio-user), 64-bit Arm'
axi_options=(--no-sg axidma)
axi_overlays=("$AXI_DIR/simple.dtso")
