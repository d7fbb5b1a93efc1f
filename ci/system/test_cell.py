# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of a bare-metal cell."""
import pytest

from hypervisor import NOISE, TEST, differences

PATTERN = "0x5ec4e70fb01dfac5"  # of cells/*/fill.S
FILL_SIZE = 0x1000000  # as files/fill.yaml says, which pins it to the beginning of the pool


@pytest.mark.core
def test_create_load_start_stop_destroy(bh):
    path = f"{TEST}/heartbeat.yaml"
    assert bh.cells() == {}
    bh.cell("create", path)
    assert bh.state("heartbeat") == "created"
    assert bh.machine.linux_cpu(3) not in bh.machine.online()
    bh.cell("load", "heartbeat")
    assert bh.state("heartbeat") == "loading"
    bh.cell("start", "heartbeat")
    assert bh.state("heartbeat") == "running"
    assert bh.beats("heartbeat")
    bh.cell("stop", "heartbeat")
    assert bh.state("heartbeat") == "stopped"
    bh.cell("destroy", "heartbeat")
    assert bh.cells() == {}
    assert bh.machine.online() == [0, 1, 2, 3]


@pytest.mark.core
def test_suspend_and_resume(bh):
    bh.boot_test("heartbeat")
    assert bh.beats("heartbeat")
    bh.cell("suspend", "heartbeat")
    assert bh.state("heartbeat") == "suspended"
    assert bh.rests("heartbeat")
    bh.cell("resume", "heartbeat")
    assert bh.state("heartbeat") == "running"
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")


def test_restart(bh):
    bh.boot_test("heartbeat")
    for _ in range(3):
        assert bh.beats("heartbeat")
        bh.cell("restart", "heartbeat")
        assert bh.state("heartbeat") == "running"
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")


def test_load_and_start_again_after_stop(bh):
    bh.boot_test("heartbeat")
    bh.cell("kill", "heartbeat")
    assert bh.state("heartbeat") == "stopped"
    bh.cell("load", "heartbeat")
    bh.cell("start", "heartbeat")
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")


def test_create_start_stop_destroy_50_times(bh):
    """The snapshot that `bh` compares at the end is the point; this adds memory."""
    path = f"{TEST}/heartbeat.yaml"
    life = f"bulkhead cell create {path} && bulkhead cell load heartbeat && bulkhead cell start heartbeat && " \
           "bulkhead cell stop heartbeat && bulkhead cell destroy heartbeat"
    bh.machine.sh(f"({life}) >/dev/null")
    snapshot, before = bh.snapshot(), bh.memory_free()
    bh.machine.sh(f"for i in $(seq 50); do ({life}) >/dev/null || {{ echo failed in round $i; exit 1; }}; done",
                  timeout=300)
    left = differences(snapshot, bh.snapshot())
    assert not left, f"not as before: {left}"
    assert bh.memory_free() > before - NOISE


def see_destroyed_memory(bh):
    """A cell writes a pattern into its memory and is destroyed; what root then sees must be zeros."""
    m = bh.machine
    m.sh(f"memscan fill {bh.pool:#x} {FILL_SIZE:#x} 0")
    bh.boot_test("fill")
    m.wait_for("test $(bulkhead cell stats fill --json | wc -c) -gt 0", 10)
    m.sh("sleep 1")
    bh.cell("kill", "fill")
    # The positive control: the cell did write, to this place; root sees it once the cell is loading again.
    bh.cell("load", "fill")
    start, size = bh.pool + 0x100000, FILL_SIZE - 0x100000  # behind the program
    assert int(m.sh(f"memscan count {start:#x} {size:#x} {PATTERN}")) == size // 8
    m.sh(f"bulkhead cell destroy fill && memscan zero {bh.pool:#x} {FILL_SIZE:#x}", timeout=60)


@pytest.mark.core
def test_destroyed_memory_is_zero_at_once(bh):
    """That this can fail, too, is seen with a mutant: test_mutant.py."""
    see_destroyed_memory(bh)


@pytest.mark.core
def test_guest_power_off_and_reset(bh):
    bh.boot_test("poweroff")
    bh.wait_state("poweroff", "stopped")
    assert "switched itself off" in bh.machine.sh("bulkhead cell show poweroff")
    bh.cell("destroy", "poweroff")
    bh.boot_test("reset")
    bh.wait_state("reset", "stopped")
    assert "reset" in bh.machine.sh("bulkhead cell show reset")
    bh.cell("destroy", "reset")


@pytest.mark.core
def test_spinning_guest_is_stopped_within_the_deadline(bh):
    bh.boot_test("spin")
    assert bh.state("spin") == "running"
    # 'stop: 500ms' in its file; it never answers, so force follows.
    taken = bh.machine.sh("s=$(cut -d' ' -f1 /proc/uptime); bulkhead cell stop spin >/dev/null; "
                          "e=$(cut -d' ' -f1 /proc/uptime); echo $s $e").split()
    assert bh.state("spin") == "stopped"
    assert float(taken[1]) - float(taken[0]) < 5
    bh.cell("destroy", "spin")


@pytest.mark.core
def test_a_cell_that_reaches_beyond_its_own_fails_alone(bh):
    bh.boot_test("heartbeat")
    bh.boot_test("escape")
    bh.wait_state("escape", "failed")
    assert "0xdead0000" in bh.machine.sh("bulkhead cell show escape")
    assert bh.beats("heartbeat")
    bh.cell("destroy", "escape")
    bh.cell("destroy", "heartbeat")


def test_running_cell_is_destroyed(bh):
    bh.boot_test("heartbeat")
    bh.cell("destroy", "heartbeat")
    bh.boot_test("spin")
    bh.cell("destroy", "spin")


def test_what_is_out_of_order_is_refused(bh):
    m = bh.machine
    assert "no cell" in m.refused("bulkhead cell start nobody")
    bh.cell("create", f"{TEST}/heartbeat.yaml")
    m.refused("bulkhead cell resume heartbeat")
    m.refused("bulkhead cell suspend heartbeat")
    assert "exists" in m.refused(f"bulkhead cell create {TEST}/heartbeat.yaml")
    assert "cells" in m.refused("bulkhead disable")
    bh.cell("destroy", "heartbeat")
    m.refused("bulkhead cell destroy heartbeat")


def test_root_cannot_read_a_running_cell(bh):
    """Root's access ends with an error for the one who tried it; the cell does not notice."""
    m = bh.machine
    bh.boot_test("fill")
    m.run(f"memscan count {bh.pool:#x} 0x1000 0")  # may be killed by a signal
    assert bh.state("fill") == "running"
    m.sh("dmesg -c >/dev/null; true")
    bh.cell("destroy", "fill")
    m.sh(f"memscan zero {bh.pool:#x} {FILL_SIZE:#x}")
