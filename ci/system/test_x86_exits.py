# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: what a busy cell costs. Own statistics and what the emulator saw must agree, exit by exit."""
import os
import re
import time

import pytest

from hypervisor import Hypervisor
from machine import BUILD, SCALE, X86_CPU, Machine
from traps import X86CpuTraps, X86Traps, arguments

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")

NAME = "x86_64-exits-{}"
CPUS = {"x2apic": X86_CPU, "xapic": X86_CPU.replace("+x2apic", "-x2apic")}
CELL_CPUS = ("2", "3")
FIRST = 0x30  # vectors of inmates/lib/x86_64: the number of the interrupt added
TIMER, NUMBER, UART = FIRST + 16, FIRST + 5, FIRST + 36
ROW = r"busy: (\d+) sent, (\d+) arrived, (\d+) and (\d+) timer"


def statistics(bh, cell):
    """Of both CPUs together."""
    stats = bh.json(f"cell stats {cell}")
    return {name: sum(stats[cpu][name] for cpu in CELL_CPUS) for name in stats[CELL_CPUS[0]]}


class Run:
    """Ten seconds of a busy cell: what it says, what the hypervisor counted, what the emulator saw."""

    def __init__(self, bh, traps):
        bh.boot_test("busy-x86_64")
        bh.wait_console("busy", "busy: ready")
        time.sleep(SCALE)
        traps.start()
        before = statistics(bh, "busy")
        bh.machine.run("bulkhead console busy --new --send x --timeout 1", 60)
        said = bh.wait_console("busy", ROW, 120)
        after = statistics(bh, "busy")
        traps.stop()
        bh.cell("destroy", "busy")
        self.sent, self.arrived, *self.ticks = (int(n) for n in said.groups())
        self.own = {name: after[name] - before[name] for name in after}
        self.exits, self.interrupts = dict(traps.exits), dict(traps.guest)
        print(f"\nsent {self.sent}, timer {self.ticks}\nown statistics: "
              f"{ {name: count for name, count in self.own.items() if count} }\n"
              f"the emulator: exits {self.exits}, interrupts taken {self.interrupts}")


@pytest.fixture(params=("x2apic", "xapic"))
def run(request):
    name = NAME.format(request.param)
    with Machine(gic="xapic", cpu=CPUS[request.param], name=name, qemu=arguments(name)) as m:
        bh = Hypervisor(m)
        bh.enable()
        yield request.param, Run(bh, X86Traps(name))
        bh.disable()
        assert m.health() == []


def test_a_busy_cell(run):
    """x2APIC: an exit for each interrupt command, none for timer, end of interrupt and what comes from outside."""
    mode, r = run
    own = r.own
    assert r.arrived == r.sent > 20 and min(r.ticks) > 40  # of ten seconds, however slow the emulator
    # Both saw the same exits, and each one has a reason.
    assert own["exits_total"] == sum(r.exits.values())
    assert own["exits_total"] == sum(own[f"exits_{name}"] for name in ("ipi", "intc", "sysreg", "mmio", "kick"))
    assert own["exits_ipi"] == r.sent
    assert own["exits_mmio"] == r.exits["port"]
    assert r.exits.get("interrupt", 0) == r.exits.get("virtual interrupt", 0) == 0
    # Interrupts that the emulator delivered into the guest, without anybody else being asked.
    assert r.interrupts[TIMER] >= sum(r.ticks) and r.interrupts[NUMBER] == r.arrived and r.interrupts[UART] >= 1
    if mode == "x2apic":
        assert r.exits["MSR write"] == r.sent
        assert own["exits_intc"] == own["exits_sysreg"] == r.exits.get("memory", 0) == 0
    else:
        # Registers in memory: end of interrupt, timer and commands leave the guest, and nothing else does.
        assert r.exits["memory"] == own["exits_intc"] + own["exits_ipi"]
        assert "MSR write" not in r.exits


# A pipe between two CPUs: each wakes the other up again and again, and the timers go on.
BUSY = '(taskset 1 cat /dev/zero | taskset 2 cat >/dev/null) & echo en"d."'
LINUX_TIMER = 0xec  # its vector
COUNTS = 'grep -E "LOC|RES|CAL" /proc/interrupts; echo en"d."'


def guest(bh, command, until="end."):
    return bh.machine.sh(f"bulkhead console linux --new --send '{command}' --until '{until}' --timeout 30", 60)


def taken(bh):
    """Timer interrupts and IPIs that Linux in the cell has counted so far."""
    shown = re.findall(r"(LOC|RES|CAL):\s+(\d+)\s+(\d+)", guest(bh, COUNTS))
    return {name: int(a) + int(b) for name, a, b in shown}


def test_a_busy_linux_cell():
    """
    Ten seconds between two suspensions, so that nothing is left out or counted twice: an exit for each interrupt
    command, one on each CPU for the suspension at the end, and no other.
    """
    name = NAME.format("linux")
    with Machine(gic="xapic", name=name, qemu=arguments(name, apart=True)) as m:
        bh = Hypervisor(m)
        bh.enable()
        bh.boot(bh.vm("linux", 2), timeout=90)
        bh.wait_console("linux", "bulkhead-guest ready", 60)
        earlier = taken(bh)
        guest(bh, BUSY)
        time.sleep(2 * SCALE)  # until the prompt is out
        traps = X86CpuTraps(name, [int(cpu) for cpu in CELL_CPUS])
        bh.cell("suspend", "linux")
        before = statistics(bh, "linux")
        traps.start()
        bh.cell("resume", "linux")
        m.sh("sleep 10")
        bh.cell("suspend", "linux")
        traps.stop()
        after = statistics(bh, "linux")
        bh.cell("resume", "linux")
        guest(bh, 'killall cat; echo en"d."')
        later = taken(bh)
        bh.cell("destroy", "linux", timeout=60)
        bh.disable()
        assert m.health() == []

    own = {what: after[what] - before[what] for what in after if after[what] != before[what]}
    print(f"\nown statistics: {own}\nthe emulator: exits {dict(traps.exits)}, interrupts taken {dict(traps.guest)}\n"
          f"Linux: {earlier}, {later}")
    assert own == {"exits_total": traps.exits.total(), "exits_ipi": traps.exits["MSR write"], "exits_kick": 2}
    assert traps.exits == {"MSR write": own["exits_ipi"], "NMI": 2}
    # Each command is an interrupt of the other CPU's, unless it was pending there already; what was pending when the
    # window opened, one of each vector on each CPU at most, is taken in it.
    timers = traps.guest[LINUX_TIMER]
    before_window = len(CELL_CPUS) * (len(traps.guest) - 1)
    assert own["exits_ipi"] > 100 and sum(traps.guest.values()) - timers <= own["exits_ipi"] + before_window
    assert timers > 500 and later["LOC"] - earlier["LOC"] >= timers, (traps.guest, earlier, later)
