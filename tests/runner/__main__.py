# SPDX-License-Identifier: MIT
"""The program of tests/check, which describes its arguments."""
import argparse
import glob
import os
import shutil
import signal
import sys

from guests import Suite
from pool import Job, Pool, minutes
from report import Report, merge, read, write

PARTS = ("build", "lint", "unit", "model", "install", "selftest", "guest:6.1", "guest:6.12")
# With --all. The costs that it compares with are those of the kernel of lint.
MORE_PARTS = ("counts",)
# The kernel whose modules lint checks and install installs.
MAIN = "6.12"


def arguments():
    parser = argparse.ArgumentParser(prog="check")
    parser.add_argument("--all", action="count", default=0)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("part", nargs="*")
    args = parser.parse_args()
    for part in args.part:
        if part.split(":")[0] not in ("build", "lint", "unit", "model", "install", "selftest", "counts", "guest") or part == "guest":
            parser.error(f"no part {part}")
    return args


def slots():
    """The number of jobs: two for each processor, because guests also wait; limited by their memory."""
    if "DMACTL_JOBS" in os.environ:
        return max(1, int(os.environ["DMACTL_JOBS"]))
    available = next((int(line.split()[1]) for line in read("/proc/meminfo").splitlines()
                      if line.startswith("MemAvailable:")), 1 << 30)
    return max(1, min(len(os.sched_getaffinity(0)) * 2, available // (1536 << 10)))


class Check:
    def __init__(self, args, env):
        self.all = args.all
        self.patterns = args.only or ["*"]
        self.env = env
        self.out, self.vm = env["OUT"], env["VM_DIR"]
        self.results = f"{self.out}/results"
        self.parts = args.part or [*PARTS, *(MORE_PARTS if args.all else ())]
        self.jobs = []
        self.report = None

    def has(self, part):
        return part in self.parts

    def add(self, name, command, **more):
        file = name.replace("/", "-").replace(" ", "-")
        job = Job(name, command, more.pop("log", f"{self.results}/{file}.log"), **more)
        self.jobs.append(job)
        return job

    def make(self, *targets):
        return ["make", f"O={self.out}", *targets]

    def count(self, job, tap="", name=""):
        cost = f"  ({minutes(job.wall)}, {job.cpu:.0f} s of processor time)"
        self.report.count(name or job.name, job.status, tap or job.log, job.log, cost)

    def verdict(self, job, what, good=True):
        """Reports a job without TAP as one test, by its exit status."""
        tap = f"{job.log}.tap"
        write(tap, f"1..1\n{'' if good and not job.status else 'not '}ok 1 - {what}\n")
        self.count(job, tap)

    def built(self, *names):
        return tuple(name for name in names if any(job.name == name for job in self.jobs))

    # The parts, each with its jobs.

    def build(self, _):
        targets = ["all", "uapi-quick", "bench-program", *(["uapi-tests"] if self.all else []),
                   *(["dpdk", "fio", "gstreamer", "zmq"] if self.all > 1 else [])]
        self.add("build", [*self.make(f"-j{os.cpu_count()}"), *targets], weight=200 if self.all else 100, whole=True,
                 report=lambda job: self.verdict(job, "the library, the tool and the test programs build"))

    def lint(self, _):
        self.add("lint", ["tests/lint/run"], weight=110, after=[f"prepare {MAIN}"], report=self.count)

    def unit(self, _):
        """The targets themselves run the programs and leave .tap files."""
        before = []
        for target, weight in (("unit-check", 45), ("unit-cli-check", 10), ("install-check", 5)):
            # They build in the same directories, so they run one after the other.
            self.add(target, ["setpriv", "--pdeathsig", "TERM", "bash", "-c",
                              'touch "$0.start" && shift && exec "$@"', f"{self.results}/{target}", "-",
                              *self.make("-k", target)],
                     weight=weight, needs=self.built("build"), after=before, limit=2700, report=self.unit_report)
            before = [target]

    def unit_report(self, job):
        """Merges all reports of a target, because the exit status is common to all."""
        start = f"{self.results}/{job.name}.start"
        if not os.path.exists(start):
            # The job was not run, because one that it needs failed.
            self.count(job)
            return
        since = os.stat(start).st_mtime
        taps = [path for path in glob.glob(f"{self.out}/**/tests/**/*.tap", recursive=True) if os.stat(path).st_mtime >= since]
        tap = f"{self.results}/{job.name}.tap"
        merge(sorted(taps), tap, self.out)
        self.count(job, tap)

    def model(self, _):
        self.add("model", ["tests/model/run"], weight=60, limit=2700, report=self.count)

    def install(self, _):
        self.add("install", ["tests/install/uninstall.sh", f"{self.env['CACHE']}/kernels/{MAIN}/build",
                             f"{self.out}/modules/{MAIN}/src"],
                 weight=20, needs=self.built("build", f"prepare {MAIN}"), after=["install-check", "lint"],
                 limit=2700, report=self.count)

    def selftest(self, kernel):
        if self.all:
            # This boots guests without our modules, and tests the limits of a suite's programs.
            self.add("selftest", [f"{self.vm}/selftest", *([kernel] if kernel else [])], weight=60, limit=3600,
                     report=self.count)
        self.add("selftest of the queue", ["tests/runner/selftest"], weight=2, limit=900, report=self.count)
        self.add("selftest of the boards", ["tests/boards/selftest"], weight=4, limit=900, report=self.count)
        self.add("selftest of emulated devices", ["tests/boards/vfio/selftest"], weight=2, limit=900, report=self.count)

    def counts(self, _):
        self.add("counts", ["tests/bench/counts", "--kernel", MAIN], weight=60, limit=1800,
                 needs=self.built("build", f"prepare {MAIN}"), report=self.count)

    def prepare(self, kernel):
        self.add(f"prepare {kernel}", [f"{self.vm}/prepare", kernel], weight=40, needs=self.built("build"),
                 report=lambda job: self.verdict(job, "the modules build without warnings",
                                                 "warning:" not in read(job.log).lower()))

    def guest(self, kernel):
        # The list of programs is known after the build.
        suite = Suite(self.env, kernel, self.all, self.patterns)
        self.add(f"plan {kernel}", ["true"], weight=300,  # high, because the boots that it adds take long
                 needs=self.built("build", f"prepare {kernel}"),
                 report=lambda job: self.boots(suite, job))

    def boots(self, suite, job):
        if job.status:
            self.verdict(job, f"the suite on {suite.label} runs")
            return
        boots = suite.plan()
        self.report.count_all(suite.skipped, suite.results, suite.label)
        if not boots and not suite.skipped:
            job.status = 1
            self.verdict(job, "there is something to run")
        for boot in boots:
            self.pool.add(Job(
                f"{suite.label} {boot.name}",
                [f"{self.vm}/guest-suite", suite.kernel, f"{suite.results}/{boot.name}.list", *boot.options],
                f"{suite.results}/{boot.name}.out", weight=boot.weight, stream=suite.label,
                report=lambda _, boot=boot: self.report.count_all(suite.reports(boot), suite.results, suite.label),
                doing=lambda boot=boot: suite.doing(boot)))

    def plan(self):
        kernels = [part.split(":", 1)[1] for part in self.parts if part.startswith("guest:")]
        if self.has("build"):
            self.build("")
        need = kernels + [MAIN] * ((self.has("install") or self.has("counts")) and MAIN not in kernels)
        for kernel in need:
            self.prepare(kernel)
        for part in self.parts:
            what, _, kernel = part.partition(":")
            if what != "build":
                getattr(self, what)(kernel)

    def run(self):
        shutil.rmtree(self.results, ignore_errors=True)
        os.makedirs(self.results)
        self.plan()
        self.pool = Pool(self.jobs, slots())
        self.report = Report(self.pool.say)
        self.pool.run()
        if self.report.bad:
            print(f"failed: {', '.join(self.report.bad)}")
        wall, cpu = self.pool.cost()
        print(f"{minutes(wall)}, {cpu:.0f} s of processor time")
        print(f"{self.report.passed} passed, {self.report.failed} failed, {self.report.skipped} skipped", flush=True)
        return self.report.failed > 0 or self.report.passed == 0


def main():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    return Check(arguments(), os.environ).run()


sys.exit(main())
