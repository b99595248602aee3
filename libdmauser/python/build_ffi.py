#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""build_ffi DIRECTORY: generates the parts of the Python package that come from dmauser.h.

DIRECTORY/_lib.c	the source of the extension dmauser._lib, made by cffi: all
		functions, structs, enumerations and constants of the header
DIRECTORY/_constants.py	the constants for programs, as enumerations

No declaration is written by hand: cffi reads the preprocessed header. A constant that is
neither a number nor a string stops the build, so that none is forgotten.

Environment: CC is the compiler; CPPFLAGS names the directories of the headers.
"""
import os
import re
import shlex
import subprocess
import sys

import cffi

HEADER = "#include <dmauser.h>\n"
BEGIN = "enum dmactl_ioctl_nr"
# The kernel's types, in terms of types that cffi knows.
TYPES = """
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
"""
# Leave out the ioctl numbers; only the library makes these calls.
NOT_OURS = re.compile(r"DMACTL_IO(C_\w+)?$")
CONSTANT = re.compile(r'^@constant "(\w+)" (.*);$', re.M)
# Sets of bits and enumerations that become classes in Python.
FLAGS = {
    "Cap": ("DMACTL_CAP_", "Capabilities of a channel."),
    "Direction": ("DMACTL_DIR_", "Direction of a channel, seen from memory."),
    "OpFlag": ("DMACTL_OPF_", "Flags of one op; bits 8 and above belong to the opcode."),
    "Feature": ("DMACTL_FEATURE_", "Features of the module."),
    "Completion": ("DMACTL_COMP_", "Flags of a completion."),
    "Bound": ("DMACTL_BOUND_", "Sources of a channel's bounds."),
    "SyncFlag": ("DMACTL_SYNC_", "How to sync a range, see Buffer.sync()."),
}
ENUMS = {
    "State": ("enum dmactl_state", "DMACTL_STATE_", "State of an op, see Channel.status()."),
    "Residue": ("enum dmactl_residue", "DMACTL_RESIDUE_", "Granularity of a channel's residue."),
    "Opcode": ("enum dmactl_opcode", "DMACTL_OP_", "Operation of an op."),
}


def preprocess(source, *options):
    command = [*shlex.split(os.environ.get("CC", "cc")), "-E", "-P", *options,
               *shlex.split(os.environ.get("CPPFLAGS", "")), "-x", "c", "-"]
    return subprocess.run(command, input=source, stdout=subprocess.PIPE, check=True, text=True).stdout


def declarations():
    """Return the header without its includes. The compiler, not cffi, finds the offsets of
    fields."""
    text = preprocess(HEADER, "-D__attribute__(x)=")
    text = text[text.index(BEGIN):]
    return TYPES + re.sub(r"^(struct \w+ \{.*?)^\};", r"\1...;\n};", text, flags=re.M | re.S)


def constants():
    """Return the value of each macro of the header, a number or a string."""
    names = sorted(set(re.findall(r"^#define (DMA(?:CTL|USER)_\w+) \S", preprocess(HEADER, "-dM"), re.M)))
    names = [name for name in names if not NOT_OURS.match(name)]
    # The preprocessor does not expand the name in quotes.
    text = preprocess(HEADER + "".join(f'@constant "{name}" {name};\n' for name in names))
    found = {name: value(name, body) for name, body in CONSTANT.findall(text)}
    if list(found) != names:
        sys.exit("build_ffi: the preprocessor did not give the constants that it was asked for")
    return found


def value(name, body):
    if re.fullmatch(r'"[^"]*"', body):
        return body[1:-1]
    number = re.sub(r"(?<=\d)(ull|ul|u)\b", "", body, flags=re.I)
    if not re.fullmatch(r"[0-9a-fA-Fx()<>|~+ ]+", number):
        sys.exit(f"build_ffi: {name}: '{body}' is neither a number nor a string")
    return eval(number) & (0xffffffffffffffff if "ull" in body.lower() else 0xffffffff)


def enumeration(ffi, name, ctype, prefix, doc):
    members = {text: number for number, text in ffi.typeof(ctype).elements.items() if not text.endswith("_END")}
    return class_of("IntEnum", name, prefix, members, doc)


def class_of(base, name, prefix, members, doc):
    lines = [f"class {name}(enum.{base}):", f'    """{doc}"""', ""]
    for text, number in sorted(members.items(), key=lambda item: (item[1], item[0])):
        lines.append(f"    {text[len(prefix):]} = {number:#x}" if base == "IntFlag" else f"    {text[len(prefix):]} = {number}")
    return "\n".join(lines) + "\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main(directory):
    ffi = cffi.FFI()
    numbers = constants()
    defines = "".join(f"#define {name} ...\n" for name, number in numbers.items() if isinstance(number, int))
    ffi.cdef(declarations() + defines)
    ffi.set_source("dmauser._lib", HEADER, libraries=["dmauser"])
    os.makedirs(directory, exist_ok=True)
    ffi.emit_c_code(f"{directory}/_lib.c")
    parts = ["# SPDX-License-Identifier: MIT", '"""Made from dmauser.h by build_ffi.py."""', "import enum", ""]
    for name, number in numbers.items():
        if isinstance(number, str):
            parts.append(f'{name} = "{number}"')
    for name, (prefix, doc) in FLAGS.items():
        members = {text: number for text, number in numbers.items() if text.startswith(prefix)}
        parts += ["", "", class_of("IntFlag", name, prefix, members, doc).rstrip()]
    for name, (ctype, prefix, doc) in ENUMS.items():
        parts += ["", "", enumeration(ffi, name, ctype, prefix, doc).rstrip()]
    write(f"{directory}/_constants.py", "\n".join(parts) + "\n")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
