# SPDX-License-Identifier: MIT
"""Everything that needs a guest on one kernel, in few boots:

uapi.*		tests/uapi, with two processors for their races
integration.*	tests/integration, with one, because scripts are emulated faster then; those
		that watch a controller while it works have two
bounce.*	tests that move data, with all of it bounced (SWIOTLB): without a correct
		sync to the device and back, a buffer arrives with wrong bytes
fault.*		tests/fault, on kernels that can make an allocation fail
own.*		tests/uapi/own, which leave the system unusable, each in a guest of
		its own

A boot gets a list of programs (tests/vm/guest/suite describes it), long enough that booting is a
small part of it, and short enough that the guests end at about the same time.

"""
import fnmatch
import os
import shlex
import subprocess
from dataclasses import dataclass

from report import read, write

# Two controllers, to test that they do not affect each other.
TWO = "devices=2 channels=4"

# 32-bit programs that test ioctls and memory whose layout depends on the width of pointers.
QUICK_32 = ("contract", "numbers", "submit", "stream", "stream-end", "uring", "ring-map", "mmap", "buf")

# What uses functions of the kernel that differ between versions (kmod/compat.h): memory, dma-bufs, files,
# eventfd, io_uring, ports, dmaengine.
QUICK_OLD_UAPI = ("aio", "buf", "contig", "contract", "descriptors", "dmabuf*", "escape", "event", "fence*", "liveness",
                  "metadata", "mmap", "numbers", "port*", "ring-map", "ring-wait", "slave", "stream*", "submit",
                  "unbind", "uring*", "user*", "video")
QUICK_OLD = ("dmatest", "memory", "ring", "streams", "uring")
# In other files the tag marks tests that do: O_DIRECT and file systems, kinds of memory, capabilities, signals,
# sysfs, configfs, tracepoints. The rest would find the same errors on 6.1 as on 6.12.
DEPENDS = "kernel"

# For check-all. Races and starvation, which seldom find something in one run; pages and examples.
LONG = ("uapi.test-context-programs", "uapi.test-burden", "uapi.test-storm", "integration.examples",
        "integration.pages")
# In other files the tag marks tests of rarer ways, options and faults.
TAKES_LONG = "long"

# The width of pointers does not change what is bounced.
BOUNCED = ("*burst", "*copy*", "*prepared*", "*mmap", "*sg*", "*xor*", "*pq*", "*aio", "*user", "*dmabuf", "*syncfile*")

# Tests that need other projects' sources and large packages: make adapters-check.
ADAPTERS = ("dpdk", "fio", "gstreamer", "tracing", "zmq")

# Programs that need other channels than dma-sim has by default.
SIM = {"examples": "peripherals=counter,sink", "python": "peripherals=loopback,counter,sink,mem",
       "gstreamer": "peripherals=counter"}

# These take minutes, and would find the same errors on 6.1 as on 6.12.
TWICE = ("test-context", "test-context-programs")

# These poll a controller's progress: with one processor, the polling would keep dma-sim's thread
# from running.
WATCHES = ("cli-conformance",)

BOOT = 7	# seconds of processor time
CHUNK = 120	# limit for the programs of one boot


@dataclass
class Program:
    name: str
    sim: str
    dmactl: str
    command: str
    weight: float


@dataclass
class Boot:
    """Programs for one guest, and its options."""
    name: str
    programs: list
    options: list

    @property
    def weight(self):
        return BOOT + sum(program.weight for program in self.programs)


def executables(directory, names=("*",)):
    try:
        found = sorted(os.listdir(directory))
    except OSError:
        return []
    paths = [os.path.join(directory, name) for name in found if any(fnmatch.fnmatch(name, n) for n in names)]
    return [path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)]


def weights(path):
    """Seconds of processor time by name, as measured before."""
    table = {}
    for line in read(path).splitlines():
        name, seconds = line.split("#")[0].split() or ("", 0)
        if name:
            table[name] = float(seconds)
    return table


class Suite:
    def __init__(self, env, kernel, everything, patterns):
        self.root, self.out, self.vm = env["ROOT"], env["OUT"], env["VM_DIR"]
        self.kernel, self.everything, self.patterns = kernel, everything, patterns
        self.label = os.path.basename(kernel.rstrip("/"))
        # lib.sh finds the kernel's directory: a debug kernel may be elsewhere.
        self.dir = subprocess.run(["bash", "-c", '. "$0/lib.sh" && kernel_dir "$1"', self.vm, kernel],
                                  check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.results = f"{self.out}/results/guest-{self.label}"
        self.old = self.label == "6.1"
        self.slow = self.label.startswith("debug")	# KASAN and lockdep cost several times as much
        self.limit = 3600 if self.slow else 400
        # Newer kernels with two processors sometimes crash in QEMU 7.2.
        self.smp = "1" if self.label == "sid" else "2"
        self.weights = weights(f"{self.root}/tests/runner/weights.txt")
        self.missing = []

    def weight(self, name):
        return self.weights.get(name, self.weights.get(name.split(".")[0] + ".*", 5)) * (8 if self.slow else 1)

    def runs_32_bit(self):
        """Returns whether the kernel has CONFIG_COMPAT."""
        config = read(f"{self.dir}/build/include/generated/autoconf.h")
        return not config or "#define CONFIG_COMPAT 1\n" in config

    def wanted(self, name):
        return any(fnmatch.fnmatch(name, pattern) for pattern in self.patterns)

    def program(self, name, sim, dmactl, command, share=1):
        if self.wanted(name):
            yield Program(name, sim, dmactl, command, self.weight(name) * share)

    def quick(self, name):
        """Returns whether a program is only to run as far as `make check` does: --only does not name it."""
        return not self.everything and name not in self.patterns

    def tags(self, name):
        """The tags that tests of a file have, or "!" and those that they do not have, in order to run."""
        depends = self.old and self.everything < 2 and name not in QUICK_OLD and f"integration.{name}" not in self.patterns
        return [DEPENDS] * depends + [f"!{TAKES_LONG}"] * self.quick(f"integration.{name}")

    @staticmethod
    def share(path, tags):
        """The part of a file's tests that have these tags, 0 to 1."""
        run, tests, own = 0, 0, set()
        for line in read(path).splitlines():
            if line.startswith("# bats test_tags="):
                own = set(line.split("=")[1].split(","))
            elif line.startswith("@test "):
                tests += 1
                run += all((tag[1:] not in own) if tag[0] == "!" else (tag in own) for tag in tags)
                own = set()
        return run / max(1, tests)

    def need(self, group, directory, found):
        """A build without tests must not look like tests that pass."""
        if not found and any(fnmatch.fnmatch(group, pattern.split(".")[0]) for pattern in self.patterns):
            self.missing.append(f"{directory}: no tests")
        return found

    def uapi_programs(self):
        """All 64-bit programs, without Criterion unless everything is to be tested, and some 32-bit ones."""
        whole, quick = f"{self.out}/tests/uapi", f"{self.out}/tests/uapi-quick"
        if self.slow or (self.everything and not self.old):
            return self.need("uapi", whole, executables(whole))
        wide = [path for path in executables(quick, ("test-*",)) if not path.endswith("-32")]
        if self.old and not self.everything:
            wide = [path for path in wide if not self.quick(f"uapi.{os.path.basename(path)}")
                    or any(fnmatch.fnmatch(os.path.basename(path), f"test-{name}") for name in QUICK_OLD_UAPI)]
        return self.need("uapi", quick, wide) + (
            executables(quick, [f"test-{name}-32" for name in QUICK_32]) if self.everything or not self.old else [])

    @staticmethod
    def criterion(path):
        # One test at a time, because they share the channels.
        return f'{shlex.quote(path)} --tap="$TAP" -j1'

    def plain(self, path):
        return f'{shlex.quote(self.vm + "/guest/plain")} {shlex.quote(path)} >"$TAP"'

    def skip(self, name, why):
        write(f"{self.results}/{name}.tap", f"1..1\nok 1 - {name} # SKIP {why}\n")
        write(f"{self.results}/{name}.rc", "0\n")
        self.skipped.append(name)

    def uapi(self):
        programs, bounced = [], []
        runs_32_bit = self.runs_32_bit()
        for path in self.uapi_programs():
            name = os.path.basename(path)
            if f"uapi.{name}" in LONG and self.quick(f"uapi.{name}"):
                continue
            if self.old and self.everything < 2 and name in TWICE and f"uapi.{name}" not in self.patterns:
                continue
            if not self.wanted(f"uapi.{name}") and not self.wanted(f"bounce.{name}"):
                continue
            if name.endswith("-32") and not runs_32_bit:
                self.skip(f"uapi.{name}", f"kernel {self.kernel} runs no 32-bit programs")
                continue
            programs += self.program(f"uapi.{name}", TWO, "", self.criterion(path))
            if any(fnmatch.fnmatch(name, pattern) for pattern in BOUNCED):
                bounced += self.program(f"bounce.{name}", TWO, "", self.criterion(path))
        return programs, bounced

    def integration(self):
        programs, bounced = [], []
        directory = f"{self.root}/tests/integration"
        paths = [path for path in sorted(os.path.join(directory, name) for name in os.listdir(directory))
                 if path.endswith(".bats") or (path.endswith(".sh") and os.access(path, os.X_OK))]
        for path in self.need("integration", directory, paths):
            name = os.path.splitext(os.path.basename(path))[0]
            if name in ADAPTERS and self.everything < 2:
                continue
            if f"integration.{name}" in LONG and self.quick(f"integration.{name}"):
                continue
            tags = self.tags(name)
            options = f"--filter-tags {shlex.quote(','.join(tags))} " if tags else ""
            share = self.share(path, tags) if path.endswith(".bats") else float(DEPENDS not in tags)
            if not share:
                continue
            if name == "dmatest":
                # It loads the simulator itself, and does not use dmactl.
                command = (f"DMATEST_KO={shlex.quote(f'{self.out}/dmatest/{self.label}/dmatest.ko')} "
                           f'DMA_SIM_KO="$DMACTL_MODULES_DIR/dma-sim.ko" {self.plain(path)}')
                programs += self.program("integration.dmatest", "none", "none", command)
                bounced += self.program("bounce.dmatest", "none", "none", command)
            elif path.endswith(".bats"):
                programs += self.program(f"integration.{name}", SIM.get(name, ""), "",
                                         f'bats --formatter tap {options}{shlex.quote(path)} >"$TAP"', share)
            else:
                programs += self.program(f"integration.{name}", SIM.get(name, ""), "", self.plain(path))
        return programs, bounced

    def boots(self, group, programs, options):
        """Spreads programs over a number of boots that fits their cost."""
        chunk = CHUNK * (8 if self.slow else 1)
        if os.environ.get("GCOV_PREFIX"):
            chunk = float("inf")	# all share one file of counters
        number = max(1, round(sum(program.weight for program in programs) / chunk))
        boots = [Boot(f"{group}-{i + 1}" if number > 1 else group, [], options) for i in range(number)]
        for program in sorted(programs, key=lambda program: -program.weight):
            min(boots, key=lambda boot: boot.weight).programs.append(program)
        return [boot for boot in boots if boot.programs]

    def plan(self):
        """Writes the list of each boot and returns the boots."""
        os.makedirs(self.results, exist_ok=True)
        self.skipped = []
        uapi, bounced = self.uapi()
        integration, more = self.integration()
        bounced += more
        if self.old and not self.everything:
            bounced = []	# testing swiotlb on one kernel is enough
        many = ["--smp", self.smp, "--scratch", "1G"]
        watches = [p for p in integration if p.name.split(".")[1] in WATCHES]
        integration = [p for p in integration if p not in watches]
        boots = self.boots("uapi", uapi + watches, many)
        boots += self.boots("integration", integration, ["--smp", "1", "--scratch", "1G"])
        boots += self.boots("bounce", bounced, [*many, "--append", "swiotlb=force"])
        if self.slow:
            boots += self.boots("fault", list(self.program("fault.fault", TWO, "", self.criterion(
                f"{self.out}/tests/fault/fault"))), many)
        own = f"{self.out}/tests/uapi-own" if self.everything or self.slow else f"{self.out}/tests/uapi-quick-own"
        for path in executables(own):
            name = f"own.{os.path.basename(path)}"
            boots += self.boots(name, list(self.program(name, TWO, "", self.criterion(path))),
                                ["--smp", self.smp, "--no-unload", "--scratch", "256M"])
        if self.missing:
            lines = [f"not ok {i + 1} - {text}" for i, text in enumerate(self.missing)]
            write(f"{self.results}/missing.tap", "\n".join([*lines, f"1..{len(lines)}"]) + "\n")
            write(f"{self.results}/missing.rc", "1\n")
            self.skipped.append("missing")
        for boot in boots:
            write(f"{self.results}/{boot.name}.list", "".join(
                f"{p.name}\t{p.sim}\t{p.dmactl}\t{self.limit}\t{p.command}\n" for p in boot.programs))
        return boots

    def doing(self, boot):
        return read(f"{self.results}/{boot.name}.list.current").strip()

    def check_json(self, name):
        """Checks the JSON that a program's dmactl printed against the schema."""
        seen = f"{self.results}/{name}.json-seen"
        if not os.path.exists(seen):
            return []
        done = subprocess.run([f"{self.root}/tests/integration/json-check", seen], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        said = "".join(f"# {line}\n" for line in done.stdout.splitlines())
        write(f"{self.results}/{name}+json.tap",
              f"1..1\n{'not ' if done.returncode else ''}ok 1 - its JSON is as the schema says\n{said}")
        write(f"{self.results}/{name}+json.rc", f"{done.returncode}\n")
        return [f"{name}+json"]

    def reports(self, boot):
        """The reports of a boot: its programs, kernel faults during them, and the guest itself."""
        names = []
        for program in boot.programs:
            names += [program.name, *self.check_json(program.name)]
            if os.path.exists(f"{self.results}/{program.name}+kernel.rc"):
                names.append(f"{program.name}+kernel")
        guests = sorted(entry[:-3] for entry in os.listdir(self.results)
                        if entry.startswith(f"guest.{boot.name}:") and entry.endswith(".rc"))
        return names + (guests or [f"guest.{boot.name}:1"])
