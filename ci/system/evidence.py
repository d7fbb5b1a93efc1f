# SPDX-License-Identifier: GPL-2.0-or-later
"""Attacks that change nothing which root or a guest could read: what came of them, log or counters tell.

Rows as in hostile.py. The victim lives already; CPU 3 is free.
"""
import time

import hostile
from hostile import Row

LENT_CPU, FREE_CPU = 2, 3
VALID = 1 << 63
ROOT_MEMORY, VICTIM = 0x50000000, 0x61000000
MAPD, MAPC, MOVALL, SYNC, VMAPP = 0x08, 0x09, 0x0e, 0x05, 0x29
SPARE_DEVICE = 2 << 32
NO_DEVICE = 0xfffffff << 32
LENT, NOBODY = LENT_CPU << 16, 0xff << 16  # QEMU's ITS names CPUs by their number
TRIES = 4
LPIS = 2000
ERROR_RECORDS = 1000  # reads of the row sysreg.error-records
WITH_RAS = ("cortex-a76", "max")

# Name, command of the ITS, and the reason for which it is left out.
COMMANDS = (
    ("its-unknown", (VMAPP, 0, VALID, 0), "no command for root"),
    ("its-event-bits", (MAPD | SPARE_DEVICE, 0x1f, VALID | ROOT_MEMORY, 0), "more events than the ITS has"),
    ("its-device", (MAPD | NO_DEVICE, 0, VALID | ROOT_MEMORY, 0), "the device is outside of the device table"),
    ("its-table", (MAPD | SPARE_DEVICE, 0, VALID | VICTIM, 0),
     "the translation table is not in memory that root keeps"),
    ("its-sync", (SYNC, 0, NOBODY, 0), "the target is no CPU"),
    ("its-collection", (MAPC, 0, VALID | LENT | 3, 0), "the target is no CPU of root's"),
    ("its-move-from", (MOVALL, 0, LENT, 0), "the target is no CPU of root's"),
    ("its-move-to", (MOVALL, 0, 0, LENT), "the target is no CPU of root's"),
)


def command_row(bh, kernel, name, words, why):
    """The log must name the command and why it is left out; it is limited, so some more tries."""
    line = "command 0x{:x} {:x} {:x} {:x} of root is left out: ".format(*words) + why
    row = Row(None, f"logged.{name}", "ok", "value", 0, 0)
    for _ in range(TRIES):
        row.got = kernel.tell("its {:x} {:x} {:x} {:x}".format(*words))
        if row.got != "its read":
            row.problem = f"the ITS did not read it: {row.got}"
            return row
        if line in bh.machine.sh("bulkhead log"):
            return row
        time.sleep(1)
    row.problem = f"the log does not say '{line}'"
    return row


def interrupts_of(bh, name, cpu):
    """Interrupts that this CPU took while the cell had it, without those of the hypervisor's own."""
    stats = bh.json(f"cell stats {name}")[str(cpu)]
    return stats["exits_irq"] - stats["exits_kick"]


def lpis_row(bh, kernel):
    """A device of root's sends messages to a CPU that is lent: the cell that has it is not disturbed."""
    row = Row(None, "counted.lpis-to-lent-cpu", "ok", "value", 0, 0)
    bh.boot_test("spin")
    before = interrupts_of(bh, "spin", FREE_CPU)
    row.got = kernel.tell(f"lpis {FREE_CPU} {LPIS}")
    taken = interrupts_of(bh, "spin", FREE_CPU) - before
    bh.machine.run("bulkhead cell kill spin")
    bh.cell("destroy", "spin")
    if row.got != "lpis sent":
        row.problem = row.got
    elif taken > LPIS // 100:
        row.problem = f"the cell's CPU took {taken} interrupts"
    return row


def error_records_row(bh):
    """Each read of an error record's register is trapped."""
    has = bh.machine.cpu in WITH_RAS
    row = Row(None, "counted.error-records", "ok" if has else "skipped", "value", 0, ERROR_RECORDS)
    if not has:
        return row
    bh.machine.run(hostile.command_for(only="sysreg"), 60)
    row.got = str(sum(cpu["exits_sysreg"] for cpu in bh.json("cell stats hostile").values()))
    bh.cell("destroy", "hostile")
    if int(row.got) < ERROR_RECORDS:
        row.problem = f"{row.got} trapped accesses to system registers, {ERROR_RECORDS} were tried"
    return row


def run(bh, with_its):
    """@with_its: a device of root's uses the ITS. Rows, judged."""
    rows = [error_records_row(bh)]
    if with_its:
        with hostile.Kernel(bh) as kernel:
            rows += [command_row(bh, kernel, *entry) for entry in COMMANDS]
            rows.append(lpis_row(bh, kernel))
    return rows
