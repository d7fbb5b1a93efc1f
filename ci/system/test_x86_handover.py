# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: what a CPU's next owner reads of what the last one left: a cell started anew, and another cell.

Rows of ci/system/cells/x86_64/handover.S. A register that cannot be changed there shows nothing and is skipped.
"""
import re

from hypervisor import Hypervisor
from machine import Machine

RUN = re.compile(r"^found$(.*?)^poisoned$(.*?)^end$", re.M | re.S)
VALUE = re.compile(r"^(\w+)=(\w+)", re.M)
RESET = {"cr0": 0x11, "dr6": 0xffff0ff0, "dr7": 0x400, "xcr0": 1, "fcw": 0x37f, "mxcsr": 0x1f80,
         "pat": 0x0007040600070406, "svr": 0xff, "dfr": 0xffffffff, "lvt_timer": 0x10000, "lvt_counter": 0x10000,
         "lvt_error": 0x10000}  # others: 0
SHOWN = 45  # at least: registers that QEMU's CPU has, and lets a guest change


def values(text):
    """What a CPU does not have is left out."""
    return {name: int(value, 16) for name, value in VALUE.findall(text) if value != "u"}


def run_once(bh, verb):
    """(what the cell found, what it read after it had poisoned all)."""
    if verb == "boot":
        bh.boot_test("handover-x86_64")
    else:
        bh.cell(verb, "handover")
    bh.wait_state("handover", "stopped")
    found, poisoned = RUN.findall(bh.console("handover").replace("\r", ""))[-1]
    return values(found), values(poisoned)


def wrong(kind, poisoned, found):
    """Rows that are not as after a reset; prints each."""
    bad, shown = [], 0
    for name, value in found.items():
        reset = RESET.get(name, 0)
        can = poisoned[name] != reset
        line = f"{kind}.{name}: {value:#x} after {poisoned[name]:#x}, reset value {reset:#x}"
        print(("ok   " if value == reset else "FAIL ") + line if can else f"skip {kind}.{name}")
        shown += can
        if value != reset:
            bad.append(line)
    return bad + ([f"{kind}: only {shown} registers could be poisoned"] if shown < SHOWN else [])


def test_next_owner_reads_reset_values():
    with Machine(gic="xapic", name="x86_64-handover") as m:
        bh = Hypervisor(m)
        bh.enable()
        first, poisoned = run_once(bh, "boot")
        again, _ = run_once(bh, "restart")
        bh.cell("destroy", "handover")
        other, _ = run_once(bh, "boot")
        bh.cell("destroy", "handover")
        bad = wrong("after-root", poisoned, first) + wrong("restart", poisoned, again) + wrong("other", poisoned, other)
        assert m.health() == []
        assert m.online() == [0, 1, 2, 3]
        bh.disable()
    assert not bad, "\n".join(bad)
