# SPDX-License-Identifier: GPL-2.0-or-later
"""What the scenarios do with the command-line tool, in words of the scenarios."""
import json
import re
import time

from machine import BOARDS, MARK, SCALE, MachineError, Timeout

BOARD = "/etc/bulkhead/board"
VMS = "/etc/bulkhead/vms"
TEST = "/etc/bulkhead/test"
PARAMETER = "/sys/module/bulkhead/parameters/timeout_scale"
NOISE = 2048  # KiB by which root's free memory goes up and down by itself: a leak is more, after 50 rounds


def _states(cells):
    """Name to state, without the root cell."""
    return {c["name"]: c["state"] for c in cells if c["id"] != 0}


class Hypervisor:
    """`bulkhead` in one machine."""

    def __init__(self, machine):
        self.machine = machine
        self.arch = machine.arch
        self.board = f"{BOARD}/qemu-{self.arch}.yaml"
        self.pool, self.memory = (BOARDS.get(self.arch, {}).get(name) for name in ("POOL", "HYPERVISOR"))
        # An emulator on a loaded host may leave a CPU without time for seconds: the hypervisor's own deadlines, 1 s on
        # hardware, are no subject of the scenarios but of test_inject.py, which shortens them.
        machine.sh(f"modprobe bulkhead && echo {max(5, round(SCALE))} >{PARAMETER}")

    def set_timeout_scale(self, scale):
        self.machine.sh(f"echo {scale} >{PARAMETER}")

    # ---- the hypervisor ----------------------------------------------------

    def enable(self, more="", timeout=30):
        return self.machine.sh(f"bulkhead enable {more} {self.board}", timeout)

    def disable(self, timeout=30):
        return self.machine.sh("bulkhead disable", timeout)

    def json(self, command):
        result = self.machine.run(f"bulkhead {command} --json")
        try:
            return json.loads(result.output)
        except json.JSONDecodeError as e:
            raise MachineError(f"no JSON ({e}): {result!r}") from e

    def status(self):
        return self.json("status")

    def enabled(self):
        return bool(self.status()["enabled"])

    def ensure(self, enabled):
        if self.enabled() != enabled:
            self.enable() if enabled else self.disable()

    # ---- cells -------------------------------------------------------------

    def boot_test(self, name):
        """Boot one of the scenarios' own cells, ci/system/files/NAME.yaml."""
        return self.boot(f"{TEST}/{name}.yaml")

    def vm(self, name, cpus=1):
        """Path of a shipped cell file for this machine."""
        return f"{VMS}/{name}-{self.arch}-qemu-smp{cpus}.yaml"

    def cell(self, verb, name, more="", timeout=30):
        return self.machine.sh(f"bulkhead cell {verb} {name} {more}", timeout)

    def boot(self, path, more="", timeout=60):
        return self.machine.sh(f"bulkhead cell boot {path} {more}", timeout)

    def cells(self):
        """Name to state, without the root cell."""
        return _states(self.json("cell list"))

    def state(self, name):
        return self.cells().get(name)

    def show(self, name):
        return self.json(f"cell show {name}")

    def heartbeat(self, name):
        return self.show(name)["heartbeat"]

    def wait_state(self, name, state, timeout=20):
        end = time.monotonic() + timeout * SCALE
        while (found := self.state(name)) != state:
            if time.monotonic() > end:
                raise Timeout(f"cell {name} is {found}, not {state}, after {timeout * SCALE:.0f} s")
            time.sleep(0.2)

    def console(self, name):
        """Everything that the cell's console ring holds now."""
        return self.machine.sh(f"bulkhead console --dump {name}")

    def wait_console(self, name, pattern, timeout=30):
        """Wait until the cell's console shows a pattern; give the match."""
        end, pause = time.monotonic() + timeout * SCALE, 0.2
        while True:
            text = self.console(name)
            match = re.search(pattern, text)
            if match:
                return match
            if time.monotonic() > end:
                raise Timeout(f"cell {name}: no '{pattern}' on its console in {timeout * SCALE:.0f} s: {text[-2000:]}")
            time.sleep(pause)
            pause = min(1.25 * pause, 1)  # each look costs time that a cell that boots could use

    def beats(self, name, seconds=3):
        """True if the cell's heartbeat moves within some seconds."""
        before = self.heartbeat(name)
        end = time.monotonic() + seconds * SCALE
        while time.monotonic() < end:
            if self.heartbeat(name) != before:
                return True
            time.sleep(0.2)
        return False

    def rests(self, name, seconds=2):
        """True if the cell's heartbeat does not move for some seconds."""
        before = self.heartbeat(name)
        time.sleep(seconds * SCALE)
        return self.heartbeat(name) == before

    # ---- what must be the same afterwards ----------------------------------

    SNAPSHOT = {
        "status": "bulkhead status --json",
        "cells": "bulkhead cell list --json",
        "online": "cat /sys/devices/system/cpu/online",
        "iomem": "cat /proc/iomem",
        "bus": "ls /sys/bus/bulkhead/devices 2>/dev/null; true",
        "interrupts": "sed 's/^ *\\([^:]*\\):[ 0-9]*/\\1 /' /proc/interrupts | grep -v '^ *CPU'",
        "modules": "cut -d' ' -f1,3 /proc/modules",
    }

    def snapshot(self):
        """Everything that create and destroy must leave as it was."""
        # One command for all: each costs an emulated CPU more than most of what is in it.
        parts = self.machine.sh(f"; echo {MARK}; ".join(f"{{ {c}; }} || exit 1" for c in self.SNAPSHOT.values()), 60)
        found = dict(zip(self.SNAPSHOT, (part.strip("\n") for part in parts.split(MARK))))
        status, cells = json.loads(found.pop("status")), json.loads(found["cells"])
        return {**found, "enabled": bool(status["enabled"]), "pages_free": status["pages_free"],
                "pool_free": status["pool_free"], "cells": _states(cells)}

    def memory_free(self):
        """Root's free memory in KiB; for leaks that show only after many rounds."""
        # Pages on the CPUs' own lists are free, too, but MemFree does not count them, and it wanders by megabytes.
        return int(self.machine.sh("echo 3 >/proc/sys/vm/drop_caches; echo 1 >/proc/sys/vm/compact_memory; sleep 1; "
                                   "awk '/^MemFree/ {free = $2} / count:/ {lists += $2} END {print free + 4 * lists}' "
                                   "/proc/meminfo /proc/zoneinfo"))

    def destroy_all(self):
        for name in self.cells():
            self.cell("destroy", name, timeout=60)


def differences(before, after):
    """The entries of two snapshots that are not equal, readable in a failed assertion."""
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}
