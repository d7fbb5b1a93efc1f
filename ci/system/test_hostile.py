# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile guests and a hostile root: rows of inmates/tests/hostile/ and of helpers/attack.c.

The first configuration runs all rows, the others the first of each class; --full runs all rows everywhere.
One line a row is printed, build/hostile/CONFIGURATION.json says the same.
"""
import pytest

import handover
import hostile
from conftest import is_full
from machine import matrix


def is_everything(bh, request):
    """The first configuration runs all rows."""
    m = bh.machine
    return is_full(request.config) or (m.kernel, m.gic, m.cpu) == matrix()[0]


@pytest.mark.core
def test_rows_of_a_hostile_guest(bh, request):
    """Each row on its own is a line of the output; every one must be as its table says."""
    m = bh.machine
    everything = is_everything(bh, request)
    hostile.begin(bh)
    rows = hostile.run(bh, first_only=not everything)
    hostile.save(rows, m.label)
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem] + hostile.finish(bh)
    wrong += hostile.missing(rows) if everything else []
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= (60 if everything else 7)
    bh.cell("destroy", "victim")


@pytest.mark.core
def test_rows_of_a_hostile_root(bh):
    """What root's administrator can do without changing the kernel."""
    hostile.begin(bh)
    rows = hostile.run_root(bh)
    hostile.save(rows, f"{bh.machine.label}-root")
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem] + hostile.finish(bh)
    assert bh.beats("victim")
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= 30
    bh.cell("destroy", "victim")


@pytest.mark.core
def test_rows_of_a_hostile_root_kernel(bh, request):
    """What a kernel can do: EL1 on root's CPUs, tables and vectors of its own."""
    everything = is_everything(bh, request)
    hostile.begin(bh)
    with hostile.Kernel(bh) as kernel:
        rows = kernel.rows(first_only=not everything)
    log = bh.machine.sh("bulkhead log")
    hostile.save(rows, f"{bh.machine.label}-kernel")
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem] + hostile.finish(bh) + hostile.unnamed(log, rows)
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= (100 if everything else 6)
    bh.cell("destroy", "victim")


CPU3 = "/sys/devices/system/cpu/cpu3/online"


@pytest.mark.core
def test_the_next_owner_of_a_cpu_reads_reset_values(bh):
    """A cell poisons all that one owner can leave to the next: the cell started anew, root, and another cell."""
    gic = bh.machine.gic
    with hostile.Kernel(bh) as kernel:
        bh.machine.sh(f"echo 0 >{CPU3} && echo 1 >{CPU3}")
        before = handover.parse_root(kernel.tell("cpu 3"))
        bh.boot_test("handover")
        bh.wait_state("handover", "stopped")
        _, poisoned = handover.last_run(bh.console("handover"), gic)
        bh.cell("restart", "handover")
        bh.wait_state("handover", "stopped")
        again, _ = handover.last_run(bh.console("handover"), gic)
        bh.cell("destroy", "handover")
        after = handover.parse_root(kernel.tell("cpu 3"))
    bh.boot_test("handover")
    bh.wait_state("handover", "stopped")
    other, _ = handover.last_run(bh.console("handover"), gic)
    bh.cell("destroy", "handover")
    rows = (handover.judge_cell("handover-restart", gic, poisoned, again)
            + handover.judge_cell("handover", gic, poisoned, other)
            + handover.judge_root(gic, poisoned, before, after))
    hostile.save(rows, f"{bh.machine.label}-handover")
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem]
    assert after["times"] == before["times"] + 1, "root's CPU did not come back, or the module did not see it"
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 120
