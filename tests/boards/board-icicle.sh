# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # command and initrd are run's

BOARD_TITLE='Microchip PolarFire SoC Icicle Kit (microchip-icicle-kit)'
BOARD_ARCH=riscv64
BOARD_DRIVER=sf-pdma
BOARD_CHANNELS=4
BOARD_SERIES=(6.12 sid)
BOARD_PROVIDERS=(sf-pdma)
BOARD_QEMU=11
# 1 GiB below 4 GiB and the rest above.
BOARD_MACHINE=(-M microchip-icicle-kit -smp 5 -m 3G)
BOARD_CONSOLE=ttyS1,115200
BOARD_SERIAL=(null both)
BOARD_PORT=/dev/ttyS1
# Seen: Oops in sf_pdma_donebh_tasklet(), BUG in mm/slub.c. The driver frees the running descriptor
# twice, because it is in a list as well, and the tasklet still uses it.
BOARD_EXPECT=(
	"never|cancel *|sf-pdma frees the transfer that it terminates twice, and the kernel panics"
	"never|conformance *|sf-pdma frees the transfer that it terminates twice, and the kernel panics"
)

initrd_address=0x8c000000

# QEMU does not modify a device tree that it was given, so add the command line and the initrd here.
board_dtb() {
	local end
	need fdtput
	cp "$1/microchip/mpfs-icicle-kit.dtb" "$2" && chmod u+w "$2" || return 1
	end=$((initrd_address + $(stat -c %s "$3")))
	fdtput -t s "$2" /chosen bootargs "$4"
	fdtput -t x "$2" /chosen linux,initrd-start 0 "${initrd_address#0x}"
	fdtput -t x "$2" /chosen linux,initrd-end 0 "$(printf %x $end)"
	echo "$2"
}

board_command() {
	# shellcheck disable=SC2054 # commas of QEMU's syntax
	command+=(-device "loader,file=$initrd,addr=$initrd_address,force-raw=on")
}
