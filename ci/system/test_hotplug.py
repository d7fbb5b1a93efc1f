# SPDX-License-Identifier: GPL-2.0-or-later
"""Root takes CPUs offline and online while it is a cell; they come back as its vCPUs, not past the hypervisor."""
import pytest

SET = "echo {on} >/sys/devices/system/cpu/cpu{cpu}/online"


@pytest.mark.core
def test_every_cpu_goes_and_comes_back(bh):
    m = bh.machine
    for cpu in (1, 2, 3):
        m.sh(SET.format(cpu=cpu, on=0))
        assert cpu not in m.online()
        m.sh(SET.format(cpu=cpu, on=1))
        assert cpu in m.online()
    # A CPU that came back past the hypervisor would refuse to leave it.
    bh.disable()
    bh.enable()


def test_all_but_one(bh):
    m = bh.machine
    m.sh("; ".join(SET.format(cpu=n, on=0) for n in (1, 2, 3)))
    assert m.online() == [0]
    m.sh("; ".join(SET.format(cpu=n, on=1) for n in (1, 2, 3)))
    assert m.online() == [0, 1, 2, 3]


def test_twenty_rounds_beside_a_running_cell(bh):
    m = bh.machine
    bh.boot_test("heartbeat")
    off, on = (SET.format(cpu=m.linux_cpu(1), on=n) for n in (0, 1))
    one = f"for i in $(seq 20); do {off} && {on} || exit 1; done"
    m.sh(one, timeout=120)
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")


def test_offline_cpu_stays_offline_through_disable(bh):
    m = bh.machine
    m.sh(SET.format(cpu=2, on=0))
    bh.disable()
    assert m.online() == [0, 1, 3]
    m.sh(SET.format(cpu=2, on=1))
    assert m.online() == [0, 1, 2, 3]
    bh.enable()


def test_a_cell_s_cpu_cannot_be_taken_by_root(bh):
    bh.boot_test("heartbeat")
    bh.machine.refused(SET.format(cpu=bh.machine.linux_cpu(3), on=1))
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")
    assert bh.machine.online() == [0, 1, 2, 3]
