# SPDX-License-Identifier: MIT
# shellcheck shell=dash disable=SC2034,SC2154
# Memory above what the kernel was given stands for a peripheral: a register that is always ready.
# Reading it returns the same word every time.
# shellcheck source=/dev/null
. /board/job
phys=$job_slave_phys
word=3c5a9966
where="--width 4 --burst 1"
from="$where --src-addr $job_slave_bus --direction dev-to-mem"
into="$where --dst-addr $job_slave_bus --direction mem-to-dev"

poke() {
	devmem "$phys" 32 "0x$1" || exit 1
	[ "$(peek)" = "$1" ] || { echo "cannot write to the memory at $phys" && exit 1; }
}

peek() {
	devmem "$phys" 32 | sed 's/^0x//' | tr A-F a-f
}

# words FILE COUNT WORD: makes a file of COUNT words, little endian
words() {
	local bytes
	bytes=$(echo "$3" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\x\4\\x\3\\x\2\\x\1/')
	# shellcheck disable=SC2059 # the bytes are the format
	printf "$bytes" >"$1"
	while [ "$(wc -c <"$1")" -lt $(($2 * 4)) ]; do
		cat "$1" "$1" >"$1.twice"
		mv "$1.twice" "$1"
	done
	head -c $(($2 * 4)) "$1" >"$1.exactly"
	mv "$1.exactly" "$1"
}

# only FILE WORD: checks that the file is not empty and has only this word
only() {
	local size
	size=$(wc -c <"$1")
	[ "$size" -gt 0 ] || { echo "$1 is empty" && return 1; }
	words expected $((size / 4)) "$2"
	cmp "$1" expected
}
