# SPDX-License-Identifier: GPL-2.0-or-later
"""What the emulator itself saw of a machine's traps: a count that owes nothing to the hypervisor.

The machine must have been made with qemu=arguments(...). Between start() and stop() QEMU writes a line for every trap
of every hart; its cause tells who takes it.
"""
import collections
import json
import os
import re
import socket

from machine import LOG, MachineError

LINE = re.compile(r"hart:(\d+), async:(\d), cause:([0-9a-f]+), ")
# Causes by who takes the trap, as the hypervisor delegates: interrupts that are the guest's own, those that are the
# hypervisor's; exceptions that are the hypervisor's. The rest of the exceptions stays in the guest.
GUEST_INTERRUPTS = {2: "software", 6: "timer", 10: "external"}
EXITS = {10: "ecall from VS-mode", 20: "guest page fault (fetch)", 21: "guest page fault (load)",
         22: "virtual instruction", 23: "guest page fault (store)"}


def paths(name):
    return os.path.join(LOG, f"{name}.qmp"), os.path.join(LOG, f"{name}.traps")


def arguments(name, apart=False):
    """For QEMU's command line; apart: a log for each of QEMU's threads."""
    monitor, log = paths(name)
    return ["-qmp", f"unix:{monitor},server=on,wait=off", "-D", *([log + ".%d", "-d", "tid"] if apart else [log])]


class Traps:
    """
    guest  (hart, what) -> how often: interrupts that a hart took without leaving the guest
    exits  likewise: traps to the hypervisor, or to firmware
    """

    WORDS = "int"  # what QEMU is to log

    def __init__(self, name):
        self.monitor, self.log = paths(name)
        self.guest, self.exits = collections.Counter(), collections.Counter()

    def _command(self, line):
        self._ask("human-monitor-command", {"command-line": line})

    def _ask(self, execute, arguments_of=None):
        """Have QEMU's monitor do something; give what it answers."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.monitor)
            stream = s.makefile("rw", encoding="utf-8")
            stream.readline()
            for command in ({"execute": "qmp_capabilities"}, {"execute": execute, "arguments": arguments_of or {}}):
                stream.write(json.dumps(command) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
                if "return" not in answer:
                    raise MachineError(f"QEMU's monitor, {command}: {answer}")
            return answer["return"]

    def nmi(self):
        """One by the wire of every CPU that listens to it."""
        self._ask("inject-nmi")

    def start(self):
        self.offset = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        self._command(f"log {self.WORDS}")

    def stop(self):
        self._command("log none")
        # QEMU opens the file anew, and empties it, with each 'log'.
        with open(self.log, encoding="ascii", errors="replace") as f:
            for line in f:
                self._read(line)
        return self

    def _read(self, line):
        match = LINE.search(line)
        if match:
            self._count(int(match[1]), match[2] == "1", int(match[3], 16))

    def _count(self, hart, is_interrupt, cause):
        if is_interrupt and cause in GUEST_INTERRUPTS:
            self.guest[hart, GUEST_INTERRUPTS[cause]] += 1
        elif is_interrupt:
            self.exits[hart, f"interrupt {cause}"] += 1
        elif cause in EXITS:
            self.exits[hart, EXITS[cause]] += 1

    def of(self, counter, harts):
        return {key: count for key, count in counter.items() if key[0] in harts}


class X86Traps(Traps):
    """
    Of a cell of x86-64 on SVM that runs below LIMIT, where no kernel does.

    guest  vector -> how often: interrupts from outside that its CPUs took without leaving it
    exits  reason -> how often
    """

    WORDS = "int,in_asm"  # QEMU tells of #VMEXIT among what it translates
    LIMIT = 0x200000
    EXIT = re.compile(r"vmexit\(([0-9a-f]{8}), ([0-9a-f]{16}), [0-9a-f]{16}, ([0-9a-f]+)\)")
    INTERRUPT = re.compile(r"v=([0-9a-f]{2}) e=[0-9a-f]{4} i=0 cpl=\d IP=[0-9a-f]{4}:([0-9a-f]{16})")
    REASONS = {0x60: "interrupt", 0x61: "NMI", 0x64: "virtual interrupt", 0x72: "CPUID", 0x78: "HLT", 0x7b: "port",
               0x400: "memory"}
    MSR = 0x7c

    def _read(self, line):
        # What two CPUs have to say may stand in one line.
        for match in self.EXIT.finditer(line):
            code, info, address = (int(match[n], 16) for n in (1, 2, 3))
            if self._is_cell(address):
                kind = "MSR write" if code == self.MSR and info else "MSR read" if code == self.MSR else None
                self.exits[kind or self.REASONS.get(code, hex(code))] += 1
        for match in self.INTERRUPT.finditer(line):
            vector, address = int(match[1], 16), int(match[2], 16)
            if vector >= 0x20 and self._is_cell(address):
                self.guest[vector] += 1

    def _is_cell(self, address):
        return address < self.LIMIT


class X86CpuTraps(X86Traps):
    """The same of the CPUs that a cell has, whatever it is: their logs are apart (arguments())."""

    WORDS = "int,in_asm,tid"

    def __init__(self, name, cpus):
        super().__init__(name)
        found = {cpu["cpu-index"]: cpu["thread-id"] for cpu in self._ask("query-cpus-fast")}
        self.logs = [f"{self.log}.{found[cpu]}" for cpu in cpus]

    def start(self):
        self.offsets = [os.path.getsize(log) if os.path.exists(log) else 0 for log in self.logs]
        self._command(f"log {self.WORDS}")

    def stop(self):
        self._command("log none")
        for log, offset in zip(self.logs, self.offsets):
            with open(log, encoding="ascii", errors="replace") as f:
                f.seek(offset)
                for line in f:
                    self._read(line)
        return self

    def _is_cell(self, address):
        return True
