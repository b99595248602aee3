# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# The emulated controller, for scripts that start QEMU:
#
#	. tests/boards/ioat/lib.sh	# after tests/vm/lib.sh

IOAT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
emulator=''

# start_emulator DIR MODEL LOG: its sockets are DIR/vfu and DIR/control, and what
# it complains about is in DIR/emulator.err
start_emulator() {
	local dir=$1 model=$2 log=$3 i
	need python3
	rm -f "$dir"/{vfu,control}
	python3 -B "$IOAT_DIR/emulator" --socket "$dir/vfu" --control "$dir/control" \
		--model "$model" --log "$log" 2>"$dir/emulator.err" &
	emulator=$!
	for ((i = 0; i < 300; i++)); do
		[ ! -S "$dir/control" ] || return 0
		kill -0 "$emulator" 2>/dev/null || break
		sleep 0.1
	done
	cat "$dir/emulator.err" >&2
	die "the emulated controller does not start"
}

stop_emulator() {
	if [ -n "$emulator" ]; then
		kill "$emulator" 2>/dev/null || true
		wait "$emulator" 2>/dev/null || true
		emulator=''
	fi
}

# ioat_arguments DIR MEMORY [IOMMU]: sets ioat_qemu, what QEMU needs to have the
# controller, and ioat_append, what the kernel needs
ioat_arguments() {
	ioat_append='' ioat_qemu=()
	if [ -n "${3:-}" ]; then
		ioat_append='intel_iommu=on iommu.strict=1'
		# shellcheck disable=SC2054 # the commas are QEMU's
		ioat_qemu=(-machine kernel-irqchip=split -device intel-iommu,intremap=on,caching-mode=on)
	fi
	# shellcheck disable=SC2054
	ioat_qemu+=(
		-object "memory-backend-memfd,id=mem,size=$2,share=on" -machine memory-backend=mem
		-device "{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"$1/vfu\"}}"
	)
}
