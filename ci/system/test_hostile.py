# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile guests and a hostile root: rows of inmates/tests/hostile/ and of helpers/attack.c.

The first configuration runs all rows, the others the first of each class; --full runs all rows everywhere.
One line a row is printed, build/hostile/CONFIGURATION.json says the same.
"""
import pytest

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
