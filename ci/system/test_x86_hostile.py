# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile guests on x86-64 and a hostile root: rows of inmates/tests/hostile/ and of ci/system/helpers/ on SVM.

One line a row is printed, JSON is in build/hostile/.
"""
import os

import pytest

import hostile
from machine import BUILD, Machine

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")


@pytest.fixture(scope="module", params=("xapic", "x2apic"))
def booted(request):
    """One machine for each mode of root's local APICs."""
    with Machine(gic=request.param, name=f"x86_64-hostile-{request.param}") as m:
        yield m


@pytest.fixture
def pc(booted):
    """The hypervisor, enabled, with the victim; at the end victim and root are well."""
    with hostile.beside_victim(booted) as bh:
        yield bh


def test_rows_of_a_hostile_guest(pc):
    """All rows with xAPIC, the first of each class with x2APIC."""
    everything = pc.machine.gic == "xapic"
    rows = hostile.run(pc, first_only=not everything, timeout=600)
    wrong = hostile.judged(pc, rows) + (hostile.missing(rows) if everything else [])
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= (200 if everything else 9)


def test_rows_of_a_hostile_root(pc):
    """What root's administrator can do without changing the kernel."""
    if pc.machine.gic != "xapic":
        pytest.skip("once is enough: nothing of it is the interrupt controller's")
    rows = hostile.run_root(pc, 300)
    wrong = hostile.judged(pc, rows, "-root")
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 40


def test_rows_of_a_hostile_root_kernel(pc):
    """What a kernel can do: all rights of CPL 0 on root's CPUs, page tables and exception handlers of its own."""
    everything = pc.machine.gic == "xapic"
    with hostile.Kernel(pc) as kernel:
        rows = kernel.rows(first_only=not everything)
    wrong = hostile.judged(pc, rows, "-kernel") + hostile.unnamed(pc.machine.sh("bulkhead log"), rows)
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= (90 if everything else 4)


def test_two_cells_that_collude(pc):
    """One opens its doors to the other, and attacks the same victim at the same time."""
    if pc.machine.gic != "xapic":
        pytest.skip("once is enough: their own interrupt controllers are in x2APIC mode there, too")
    rows, wrong = hostile.run_collusion(pc)
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 10


@pytest.mark.slow
def test_100000_attacks_while_cells_come_and_go(pc):
    """Cheap refused attacks of each kind in a loop; beside, a cell is created and destroyed again and again."""
    rows, wrong, rounds = hostile.run_endless(pc)
    assert not wrong, "\n".join(wrong)
    assert len(rows) == 4 and rounds >= 2
