# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scenarios cost: processor seconds of this process, of the programs that it ran, and of the emulators.

A pytest plugin of conftest.py. One line for each scenario goes to build/log/costs.txt: seconds of a clock and processor
seconds of set-up, test and end, its machine, its name. Processor seconds are nearly the same on a busy host.
"""
import os
import time

import pytest

from machine import LOG

TICKS = os.sysconf("SC_CLK_TCK")


def _of_living_children():
    """Processor seconds of this process' children that have not ended yet: emulators, mostly."""
    total = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == os.getpid():
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _now():
    """(seconds on the clock, processor seconds so far)"""
    return time.monotonic(), sum(os.times()[:4]) + _of_living_children()


class Costs:
    """What the scenarios cost; folder: for the list of runs that share their work."""

    def __init__(self, folder):
        os.makedirs(folder or LOG, exist_ok=True)
        self.path, self.parts, self.begin = os.path.join(folder or LOG, "costs.txt"), {}, _now()
        if not folder and os.path.exists(self.path):
            os.unlink(self.path)

    def _measured(self, item, part):
        before = _now()
        yield
        after = _now()
        self.parts[part] = tuple(b - a for a, b in zip(before, after))
        if part == "end":
            seconds = [f"{self.parts.get(p, (0, 0))[i]:7.2f}" for i in (0, 1) for p in ("set-up", "test", "end")]
            machine = item.callspec.params["machine"].label if "machine" in item.fixturenames else "own"
            self.parts = {}
            with open(self.path, "a", encoding="utf-8") as f:
                f.write(" ".join([*seconds, machine, item.nodeid]) + "\n")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item):
        yield from self._measured(item, "set-up")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item):
        yield from self._measured(item, "test")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item):
        yield from self._measured(item, "end")

    def pytest_terminal_summary(self, terminalreporter):
        clock, processor = (b - a for a, b in zip(self.begin, _now()))
        terminalreporter.write_line(f"{clock:.0f} s, {processor:.0f} s of processors")
