# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # run sets qemu, work, results and command;
# the guest expands BOARD_PREPARE
# Shared by the boards with Xilinx's DMA cores: an emulated FPGA fabric beside QEMU's virt.

AXI_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../vfio/lib.sh
. "$AXI_DIR/../vfio/lib.sh"

BOARD_DRIVER=xilinx_dma
BOARD_CHANNELS=9
BOARD_QEMU=11
BOARD_PROVIDERS=(xilinx_dma)
BOARD_CONSOLE=ttyAMA0
BOARD_PORT=/dev/ttyAMA0
BOARD_OWN=axi/guest
# The driver waits for the core with 100,000 reads of a register. Here a read is a message to another
# process, so on a busy machine that takes a minute, in which the processor does nothing else.
BOARD_APPEND='iomem=relaxed watchdog_thresh=60'

axi_cores=(axidma cdma mcdma vdma) axi_options=() axi_overlays=()

# What firmware would do: set the registers of slot N to 0x10000000 + (N - 1) * 64 KiB, and enable
# decoding. QEMU cannot do so before the machine is reset.
BOARD_PREPARE='for n in 1 2 3 4; do config=$((0x3f000000 + (n << 15)))'
BOARD_PREPARE+='; devmem $((config + 0x10)) 32 $((0x10000000 + (n - 1) * 0x10000)) && devmem $((config + 4)) 16 6 || exit 1; done'

# overlay OUT SOURCE: compiles an overlay, with symbols
overlay() {
	dtc -q -@ -I dts -O dtb -o "$1" "$2"
}

# QEMU's own tree without PCI, with the cores and the ports of docs/bindings.
board_dtb() {
	local out=$2 source
	need dtc fdtoverlay
	own_dtb "$out" || return 1
	for source in "$AXI_DIR/fabric.dtso" "$ROOT/docs/bindings/port-axi-dma.dtso" ${axi_overlays[0]+"${axi_overlays[@]}"}; do
		overlay "$work/overlay.dtbo" "$source" &&
			fdtoverlay -i "$out" -o "$out.next" "$work/overlay.dtbo" && mv "$out.next" "$out" || return 1
	done
	echo "$out"
}

board_start() {
	local core slot=0
	local -a flags=()
	for core in "${axi_cores[@]}"; do
		flags+=(--core "$core")
	done
	start_emulator "$AXI_DIR/emulator" "$work" "$results/cores.log" --sockets "$work" "${flags[@]}" \
		${axi_options[0]+"${axi_options[@]}"}
	shared_memory "$axi_memory"
	for core in "${axi_cores[@]}"; do
		slot=$((slot + 1))
		vfio_device "$work/$core" "\"addr\":\"$slot\""
	done
	command+=("${vfio_qemu[@]}")
}

board_stop() {
	judge_emulator "$work" "$results"
}
