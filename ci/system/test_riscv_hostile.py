# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile guests on RISC-V: rows of inmates/tests/hostile/. One line a row is printed, JSON in build/hostile/.

With a PLIC all rows, on the other interrupt controllers those of the controller and the first of each class; all rows
everywhere with --full.
"""
import pytest

import handover
import hostile
from conftest import is_full
from machine import Machine, architectures

pytestmark = pytest.mark.skipif("riscv64" not in architectures(), reason="not built: make ARCH=riscv64 all")
OWN_CLASSES = {"aplic": ("aplic",), "imsic": ("aplic", "imsic")}
CPUS = {"aplic": "max"}
EVERYTHING, ENOUGH = 250, 11


@pytest.fixture(scope="module", params=("plic", "aplic", "imsic"))
def riscv(request):
    """One machine for each kind of interrupt controller."""
    with Machine(gic=request.param, cpu=CPUS.get(request.param), name=f"riscv64-hostile-{request.param}") as m:
        yield m


@pytest.fixture
def rv(riscv):
    """The hypervisor, enabled, with the victim; at the end victim and root are well."""
    with hostile.beside_victim(riscv) as bh:
        yield bh


def test_rows_of_a_hostile_guest(rv, request):
    """Each row on its own is a line of the output; every one must be as its table says."""
    everything = rv.machine.gic == "plic" or is_full(request.config)
    rows = hostile.run(rv, first_only=not everything, timeout=900)
    wrong = hostile.judged(rv, rows) + (hostile.missing(rows) if everything else [])
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= (EVERYTHING if everything else ENOUGH)


def test_rows_of_the_controller(rv):
    """What the interrupt controller of this machine lets a guest try, of others' sources, harts and files."""
    for name in OWN_CLASSES.get(rv.machine.gic, ()):
        rows = hostile.run(rv, only=name, timeout=300)
        wrong = hostile.judged(rv, rows, f"-{name}")
        assert not wrong, "\n".join(wrong)
        assert len([r for r in rows if not r.skipped]) >= 9


def test_rows_of_a_hostile_root(rv):
    """What root's administrator can do without changing the kernel; the rows of interrupts are the PLIC's."""
    if rv.machine.gic != "plic":
        pytest.skip("its rows of interrupts are the PLIC's")
    rows = hostile.run_root(rv, 300)
    wrong = hostile.judged(rv, rows, "-root")
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= 40


def test_rows_of_a_hostile_root_kernel(rv, request):
    """What a kernel can do: all of VS-mode on root's harts, a table and a trap vector of its own."""
    everything = rv.machine.gic == "plic" or is_full(request.config)
    with hostile.Kernel(rv) as kernel:
        rows = kernel.rows(first_only=not everything)
        rows += [] if everything else [row for name in OWN_CLASSES.get(rv.machine.gic, ())
                                       for row in kernel.rows(only=f"kernel-{name}")]
    wrong = hostile.judged(rv, rows, "-kernel") + hostile.unnamed(rv.machine.sh("bulkhead log"), rows)
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= (120 if everything else 20)


def test_the_next_owner_of_a_hart_reads_reset_values(rv):
    """A cell poisons all that one owner can leave to the next: the cell started anew, root, and another cell."""
    rows = handover.run(rv)
    wrong = hostile.judged(rv, rows, "-handover")
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 35


def test_two_cells_that_collude(rv):
    """One opens its doors to the other, and attacks the same victim at the same time."""
    rows, wrong = hostile.run_collusion(rv)
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 8


def test_100000_attacks_while_cells_come_and_go(rv):
    """Cheap refused attacks of each kind in a loop; beside, a cell is created and destroyed again and again."""
    if rv.machine.gic != "plic":
        pytest.skip("once is enough: nothing of it is the interrupt controller's")
    rows, wrong, rounds = hostile.run_endless(rv)
    assert not wrong, "\n".join(wrong)
    assert len(rows) == 4 and rounds >= 2
