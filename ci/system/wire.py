# SPDX-License-Identifier: GPL-2.0-or-later
"""A wire that is raised while its owner changes: root to cell, life to life of the cell, cell to root (RISC-V).

It is the alarm of QEMU's clock, which rings until its owner stops it. Each ring must come once, to who owns the clock.
QEMU's APLIC shows each ring of a wire twice to who claims at it, also without a hypervisor. Its PLIC looks at a wire
only when that changes: what rings while a cell is started anew rings for nobody, where hardware would raise it again.
"""
import time

from hypervisor import TEST
from machine import SCALE

EACH = {"plic": 1, "aplic": 2, "imsic": 1}  # interrupts of a ring
STILL = {"plic": 0, "aplic": 1, "imsic": 1}  # rings that are heard of a wire that does not change


def at_root(bh):
    """Interrupts of the clock that root's kernel took."""
    return int(bh.machine.sh("awk '/101000.rtc/ {for (n = 2; n <= NF && $n ~ /^[0-9]+$/; n++) sum += $n} "
                             "END {print sum + 0}' /proc/interrupts"))


def wait_root(bh, count):
    """Root took that many, and goes on taking no more."""
    end = time.monotonic() + 20 * SCALE
    while at_root(bh) < count and time.monotonic() < end:
        time.sleep(0.3)
    time.sleep(1)
    assert at_root(bh) == count, (at_root(bh), count)


def says(bh, count):
    """The cell took that many, and no more in the time that it waits before it says so."""
    bh.wait_console("alarm", rf"alarm: {count}\s*$", 20)
    time.sleep(1)
    assert bh.console("alarm").rstrip().endswith(f"alarm: {count}"), bh.console("alarm")


def tell(bh, command):
    bh.machine.run(f"bulkhead console alarm --new --send '{command}' --timeout 1", 20)


# Its driver offers no alarm here; written past it: the time in nanoseconds, and the alarm.
ALARM = """
at=$(($(devmem 0x101000 32) + ($(devmem 0x101004 32) << 32) + {ns}))
devmem 0x101010 32 1
devmem 0x10100c 32 $((at >> 32))
devmem 0x101008 32 $((at & 0xffffffff))
"""


def pending_before_the_cell(bh):
    """Root's alarm rings when the clock is the cell's: the cell hears it, once, and root does not."""
    bh.machine.sh(ALARM.format(ns=int(5e9 * SCALE)))
    bh.boot(f"{TEST}/alarm.yaml")
    each = EACH[bh.machine.gic]
    says(bh, each)
    tell(bh, "r")  # it works as it should besides
    says(bh, 2 * each)


def pending_between_its_lives(bh):
    """It switches off with a ringing alarm that it does not look at: its next life hears it, once."""
    each, still = EACH[bh.machine.gic], STILL[bh.machine.gic]
    tell(bh, "o")
    bh.wait_state("alarm", "stopped")
    bh.cell("restart", "alarm")
    says(bh, still * each)
    tell(bh, "r")
    says(bh, (still + 1) * each)


def pending_behind_the_cell(bh, heard):
    """It leaves an alarm behind that rings when the clock is root's again: root hears it, once, and so the next one."""
    each = EACH[bh.machine.gic]
    tell(bh, "l")
    bh.cell("destroy", "alarm")
    wait_root(bh, heard + each)
    bh.machine.sh(ALARM.format(ns=1000))
    wait_root(bh, heard + 2 * each)


def check(bh):
    """Root's driver stays with the clock all the time: it hears nothing while the cell has that."""
    heard = at_root(bh) + EACH[bh.machine.gic]
    bh.machine.sh(ALARM.format(ns=1000))
    wait_root(bh, heard)
    pending_before_the_cell(bh)
    pending_between_its_lives(bh)
    pending_behind_the_cell(bh, heard)
