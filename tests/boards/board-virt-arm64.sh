# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# This board has no DMA controller; it runs the whole suite of tests/uapi on another processor.

BOARD_TITLE='QEMU virt, 64-bit Arm, with dma-sim'
BOARD_ARCH=arm64
BOARD_DRIVER=dma-sim
BOARD_CHANNELS=2
BOARD_MACHINE=(-M virt -cpu cortex-a53 -smp 2 -m 4G)
BOARD_CONSOLE=ttyAMA0
BOARD_PORT=/dev/ttyAMA0
BOARD_SIM='channels=2'
BOARD_UAPI=''
BOARD_SUITE=1
BOARD_DISK=256M
BOARD_DEADLINE=5400
