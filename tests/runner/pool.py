# SPDX-License-Identifier: MIT
"""Runs jobs side by side, as many as there are slots, the longest first."""
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Callable, Optional, Sequence


@dataclass
class Job:
    """A program with its place in the queue.

    weight: about how many seconds of processor time it takes
    whole:  it uses all processors, so nothing runs beside it
    needs:  names of jobs that have to succeed first
    after:  names of jobs that have to end first, if they run at all
    report: called at the end, to count its results
    doing:  returns what it is working on

    """
    name: str
    command: Sequence[str]
    log: str
    weight: float = 10
    whole: bool = False
    needs: Sequence[str] = ()
    after: Sequence[str] = ()
    stream: str = ""
    limit: float = 0
    report: Optional[Callable[["Job"], None]] = None
    doing: Optional[Callable[[], str]] = None
    status: Optional[int] = None
    wall: float = 0
    cpu: float = 0
    started: float = 0
    shown: int = 0
    process: Optional[subprocess.Popen] = None
    rank: float = field(default=0, init=False)

    def start(self):
        self.started = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    def kill(self):
        """Kills it and its children."""
        for what in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, what)
            except ProcessLookupError:
                return
            time.sleep(3)

    def ended(self):
        """Returns whether it has ended, and notes its cost."""
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if not pid:
            return False
        self.status = self.process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - self.started
        self.cpu = usage.ru_utime + usage.ru_stime
        return True


def minutes(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Pool:
    QUIET = 60	# seconds without a line, after which say() tells what is running

    def __init__(self, jobs, slots):
        self.waiting = list(jobs)
        self.running = []
        self.done = {}
        self.names = {job.name for job in jobs}
        self.slots = slots
        self.total = len(self.waiting)
        self.began = self.spoke = time.monotonic()
        self.rank()

    def rank(self):
        """Ranks jobs by the time from their start to the end of all jobs that need them."""
        by_name = {job.name: job for job in self.waiting}
        for job in self.waiting:
            job.rank = job.weight
        for _ in self.waiting:
            for job in self.waiting:
                for name in (*job.needs, *job.after):
                    if name in by_name:
                        before = by_name[name]
                        before.rank = max(before.rank, before.weight + job.rank)
        self.waiting.sort(key=lambda job: -job.rank)

    def add(self, job):
        """Adds a job that another job's report has made."""
        self.waiting.append(job)
        self.names.add(job.name)
        self.total += 1
        self.rank()

    def cost(self):
        """Seconds of the whole run, on the wall and of the processors."""
        return time.monotonic() - self.began, sum(job.cpu for job in self.done.values())

    def say(self, text):
        self.spoke = time.monotonic()
        print(f"{minutes(self.spoke - self.began):>6} {text}", flush=True)

    def ready(self, job):
        ended = self.done.keys()
        return (all(name in ended for name in job.needs) and
                all(name in ended or name not in self.names for name in job.after))

    def missed(self, job):
        """Returns the failed job that this one needs, or None."""
        return next((name for name in job.needs if name in self.done and self.done[name].status), None)

    def fill(self):
        for job in list(self.waiting):
            missed = self.missed(job)
            if missed:
                self.waiting.remove(job)
                with open(job.log, "w", encoding="utf-8") as log:
                    log.write(f"not run, as '{missed}' failed\n")
                job.status = 1
                self.finish(job)
        for job in list(self.waiting):
            if len(self.running) >= self.slots or any(other.whole for other in self.running):
                return
            if not self.ready(job):
                continue
            if job.whole and self.running:
                return	# it starts when the others have ended
            self.waiting.remove(job)
            self.running.append(job)
            job.start()

    def finish(self, job):
        self.follow(job)
        self.done[job.name] = job
        if job.report:
            job.report(job)

    def follow(self, job):
        """Shows the lines since the last call."""
        if not job.stream:
            return
        try:
            with open(job.log, "rb") as log:
                log.seek(job.shown)
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    job.shown += len(line)
                    self.say(f"{job.stream}: {line.decode(errors='replace').rstrip()}")
        except OSError:
            pass

    def tell(self):
        if time.monotonic() - self.spoke < self.QUIET:
            return
        now = time.monotonic()
        busy = []
        for job in self.running:
            doing = job.doing() if job.doing else ""
            busy.append(f"{job.name} {minutes(now - job.started)}{doing and ' (' + doing + ')'}")
        self.say(f"... {len(self.done)} of {self.total} done; running: {', '.join(busy)}")

    def run(self):
        try:
            while self.waiting or self.running:
                self.fill()
                if not self.running and self.waiting:
                    sys.exit(f"nothing can start: {', '.join(job.name for job in self.waiting)}")
                time.sleep(0.2)
                for job in list(self.running):
                    if job.limit and time.monotonic() - job.started > job.limit:
                        job.limit = 0
                        self.say(f"{job.name} does not end; killing it")
                        job.kill()
                    self.follow(job)
                    if job.ended():
                        self.running.remove(job)
                        self.finish(job)
                self.tell()
        finally:
            for job in self.running:
                job.kill()
