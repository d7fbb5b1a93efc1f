# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile guests and a hostile root: rows of inmates/tests/hostile/ and of helpers/attack.c.

The first configuration runs all rows, the others the first of each class; --full runs all rows everywhere.
One line a row is printed, build/hostile/CONFIGURATION.json says the same.
"""
import pytest

import evidence
import handover
import hostile
from conftest import is_full
from machine import gets_all

pytestmark = pytest.mark.arch("aarch64")


def span(log, words):
    """Seconds between the first and the last line of the log with these words, by the hypervisor's own clock."""
    times = [float(line.split("]")[0].strip("[ ")) for line in log.splitlines() if words in line]
    return times[-1] - times[0] if times else 0


def is_everything(bh, request):
    """The first configuration runs all rows."""
    m = bh.machine
    return is_full(request.config) or gets_all(m.configuration)


@pytest.mark.core
def test_rows_of_a_hostile_guest(bh, request):
    """Each row on its own is a line of the output; every one must be as its table says."""
    everything = is_everything(bh, request)
    hostile.begin(bh)
    rows = hostile.run(bh, first_only=not everything) + evidence.run(bh, with_its=False)
    wrong = hostile.judged(bh, rows) + hostile.finish(bh)
    wrong += hostile.missing(rows) if everything else []
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= (60 if everything else 7)
    bh.cell("destroy", "victim")


@pytest.mark.core
def test_rows_of_a_hostile_root(bh):
    """What root's administrator can do without changing the kernel."""
    hostile.begin(bh)
    rows = hostile.run_root(bh)
    wrong = hostile.judged(bh, rows, "-root") + hostile.finish(bh)
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
    wrong = hostile.judged(bh, rows, "-kernel") + hostile.finish(bh) + hostile.unnamed(log, rows)
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= (100 if everything else 6)
    bh.cell("destroy", "victim")


@pytest.mark.core
def test_the_next_owner_of_a_cpu_reads_reset_values(bh):
    """A cell poisons all that one owner can leave to the next: the cell started anew, root, and another cell."""
    rows = handover.run(bh)
    wrong = hostile.judged(bh, rows, "-handover")
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 120


def test_100000_attacks_while_cells_come_and_go(bh):
    """Cheap refused attacks of each kind in a loop; beside, a cell is created and destroyed again and again."""
    hostile.begin(bh)
    rows, wrong, rounds = hostile.run_endless(bh)
    wrong += hostile.finish(bh)
    assert not wrong, "\n".join(wrong)
    assert len(rows) == 4 and rounds >= 2
    bh.cell("destroy", "victim")


def test_two_cells_that_collude(bh):
    """One opens its doors to the other, and attacks the same victim at the same time."""
    hostile.begin(bh)
    rows, wrong = hostile.run_collusion(bh)
    wrong += hostile.finish(bh)
    assert not wrong, "\n".join(wrong)
    assert len([r for r in rows if not r.skipped]) >= 7
    for name in ("accomplice", "victim"):
        bh.cell("destroy", name)


def test_nothing_of_a_cell_is_found_by_the_next(bh):
    """The next cell has its number and CPU, hence its VMID; first at the same host addresses, then at others."""
    for where in ("seek", "seek-elsewhere"):
        bh.boot_test("fill")
        bh.machine.sh("sleep 0.5")
        bh.cell("destroy", "fill")
        bh.boot_test(where)
        bh.wait_state("seek", "stopped")
        assert "seek: zeros" in bh.console("seek")
        bh.cell("destroy", "seek")


def log_counts(bh):
    """(lines of the cell's refused accesses, messages left out)."""
    log = bh.json("log")
    return len([line for line in log["lines"] if "is not for guests" in line]), log["lost_messages"]


def test_a_guest_cannot_flood_the_log(bh):
    """Every refused access is a line or is counted as lost; root is not interrupted by any of them."""
    board = "/tmp/debug.yaml"
    bh.disable()
    bh.machine.sh(f"sed 's/log: info/log: debug/' {bh.board} >{board} && bulkhead enable {board}")
    bh.boot_test("flood")
    bh.wait_console("flood", "flood: ready")
    busy = bh.json("cell stats flood")["3"]["exits_sysreg"]
    before = bh.json("cell stats root")
    bh.machine.sh("sleep 1")
    after = bh.json("cell stats root")
    bh.cell("kill", "flood")
    refused = bh.json("cell stats flood")["3"]["exits_sysreg"]
    lines, lost = log_counts(bh)
    text = bh.machine.sh("bulkhead log")
    bh.cell("destroy", "flood")
    bh.disable()
    bh.enable()
    print(f"{refused} refused accesses: {lines} lines, {lost} counted as lost")
    assert refused > busy + 1000, "this was no flood"
    assert lines + lost == refused
    seconds = span(text, "is not for guests")
    assert lines <= 10 + 2 * (seconds + 1), f"{lines} lines in {seconds} s"
    assert "enabled:" in text, "the flood has pushed older messages out"
    moved = {what: sum(after[cpu][what] - before[cpu][what] for cpu in before)
             for what in ("exits_kick", "exits_ipi", "injected_faults")}
    # Root's own IPIs come as kicks, to each other CPU at most; the flood brings none.
    assert moved["exits_kick"] <= moved["exits_ipi"] * (len(before) - 1), moved
    assert moved["injected_faults"] == 0


FILL = 0x60000000


def test_a_stale_mapping_of_the_kernel(bh):
    """Mapped and used before the cell has the memory; dead while it has it; zeros afterwards."""
    with hostile.Kernel(bh) as kernel:
        assert kernel.tell(f"map {FILL:#x}").startswith("touch read done")
        bh.boot_test("fill")
        assert kernel.tell("touch") == "touch read refused 0x0 written refused"
        bh.cell("destroy", "fill")
        assert kernel.tell("touch").startswith("touch read done 0x0 ")


def test_an_oops_takes_only_its_task(bh):
    """Without vectors of its own, a kernel thread that reads the hypervisor's memory dies of an external abort."""
    m = bh.machine
    hostile.begin(bh)
    with hostile.Kernel(bh) as kernel:
        # The kernel's messages fall into what the shell prints meanwhile, so its answer is asked for afterwards.
        kernel.tell("oops 0xbf003000")
        m.wait_for("dmesg | grep -q 'end trace'")
        assert kernel.answer() == "oops tried"
        assert m.sh("dmesg | grep -c 'Internal error: synchronous external abort'") == "1"
        m.wait_for("! ps | grep -q '[a]ttack-victim'")
        assert "address bf003000" in m.sh("bulkhead log")
        oopses = [line for line in m.dmesg_errors() if "Internal error" in line]
        assert len(oopses) == 1, oopses
        # That one was meant; whatever comes now was not.
        m.sh("dmesg -c >/dev/null")
    assert bh.beats("victim")
    wrong = hostile.finish(bh)
    assert not wrong, "\n".join(wrong)
    bh.cell("destroy", "victim")
