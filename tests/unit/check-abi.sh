#!/bin/bash
# SPDX-License-Identifier: MIT
# Checks that the layout in abi.c holds for 64 and 32 bits, and that it is complete.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/unit/tap.sh
CC=${CC:-gcc}
header=uapi/linux/dmactl.h
# Where gcc finds <asm/...> for -m32 without gcc-multilib.
multiarch=-idirafter/usr/include/$($CC -print-multiarch)

compiles() {
	$CC -std=c11 -Wall -Wextra -Werror -Iuapi "$multiarch" "$@" -fsyntax-only tests/unit/abi.c
}

# A wrong number must stop the compiler; otherwise the check proves nothing.
refuses() {
	! sed "$1" tests/unit/abi.c | $CC -std=c11 -Iuapi -fsyntax-only -xc - 2>/dev/null
}

without_comments() {
	$CC -fpreprocessed -dD -E -P $header
}

header_fields() {
	without_comments | awk '
		/^struct .*{/ { name = $2 }
		/^};/ { name = "" }
		name && /;/ { field = $NF; gsub(/\[.*|;/, "", field); print name "." field }'
}

abi_fields() {
	sed -nE 's/^FIELD\((\w+), (\w+),.*/\1.\2/p' tests/unit/abi.c
}

header_structs() {
	without_comments | sed -nE 's/^struct (\w+) \{.*/\1/p'
}

abi_structs() {
	sed -nE 's/^STRUCT\((\w+),.*/\1/p' tests/unit/abi.c
}

# Each DMACTL_ name with a value, except the last of an enum, which changes intentionally.
header_values() {
	without_comments | sed -nE -e 's/^#define (DMACTL_\w+)\s+[^"].*/\1/p' \
		-e '/_END$/d' -e 's/^\s+(DMACTL_\w+)( = \S+)?,?$/\1/p'
}

abi_values() {
	sed -nE 's/^VALUE\((\w+),.*/\1/p' tests/unit/abi.c
}

# Every byte belongs to a field: there is no padding.
no_padding() {
	awk -F'[(), ]+' '
		/^STRUCT/ { size[$2] = $3 }
		/^FIELD/ { sum[$2] += $5 }
		END {
			for (name in size)
				if (size[name] != sum[name]) {
					print name ": " size[name] " bytes, fields " sum[name]
					bad = 1
				}
			exit bad
		}' tests/unit/abi.c
}

check "64-bit layout" compiles
check "32-bit layout" compiles -m32
# C90 has no // comments: one in a macro would be an error where it is used.
check "64-bit layout in C90" compiles -std=c90
check "a wrong size is noticed" refuses 's/^STRUCT(dmactl_op, 64/STRUCT(dmactl_op, 65/'
check "a wrong offset is noticed" refuses 's/^FIELD(dmactl_op, len, 40/FIELD(dmactl_op, len, 48/'
check "a wrong value is noticed" refuses 's/^VALUE(DMACTL_OP_SG, 2/VALUE(DMACTL_OP_SG, 3/'
check "every struct is frozen" same "$(header_structs)" "$(abi_structs)"
check "every field is frozen" same "$(header_fields)" "$(abi_fields)"
check "every value is frozen" same "$(header_values)" "$(abi_values)"
check "no padding" no_padding
finish
