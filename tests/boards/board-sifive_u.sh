# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034

BOARD_TITLE='SiFive HiFive Unleashed (sifive_u)'
BOARD_ARCH=riscv64
BOARD_DRIVER=sf-pdma
BOARD_CHANNELS=4
BOARD_SERIES=(6.12 sid)
BOARD_PROVIDERS=(sf-pdma)
BOARD_MACHINE=(-M sifive_u -smp 5 -m 2G)
BOARD_CONSOLE=ttySIF0
BOARD_SERIAL=(console records)
BOARD_PORT=/dev/ttySIF1
# sf_pdma_terminate_all() frees the running descriptor, which is still in the list of issued ones,
# and then frees that list; its tasklet may use chan->desc after that.
BOARD_EXPECT=(
	"never|cancel *|sf-pdma: terminate with a transfer under way frees its descriptor twice"
	"never|conformance *|sf-pdma: terminate with a transfer under way frees its descriptor twice"
)
