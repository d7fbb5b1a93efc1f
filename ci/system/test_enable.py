# SPDX-License-Identifier: GPL-2.0-or-later
"""The hypervisor goes under a running Linux and away again."""
import pytest

from hypervisor import NOISE, Hypervisor

LOAD = "for n in 0 1 2 3; do taskset -c $n sh -c 'while :; do head -c 65536 /dev/zero | md5sum; done' >/dev/null & " \
       "echo $! >>/tmp/load; done"
UNLOAD = "kill $(cat /tmp/load); rm /tmp/load"


@pytest.fixture
def off(machine):
    """The tool on a machine where the hypervisor is not enabled, before and after."""
    hypervisor = Hypervisor(machine)
    hypervisor.ensure(enabled=False)
    yield hypervisor
    hypervisor.ensure(enabled=False)


@pytest.mark.core
def test_enable_and_disable(off):
    m = off.machine
    before = m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem")
    off.enable()
    status = off.status()
    assert status["enabled"] and status["cpus"] == 4 and status["root_cpus"] == 4 and status["cells"] == 1
    assert m.health() == []
    assert m.sh("nproc") == "4"
    off.disable()
    assert not off.enabled()
    assert m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem") == before


@pytest.mark.core
def test_enable_and_disable_under_load(off):
    m = off.machine
    m.sh(LOAD)
    try:
        for _ in range(5):
            off.enable(timeout=60)
            off.disable(timeout=60)
    finally:
        m.sh(UNLOAD)


def test_enable_and_disable_100_times(off):
    m = off.machine
    rounds = f"for i in $(seq 50); do bulkhead enable {off.board} >/dev/null && bulkhead disable >/dev/null || " \
             "{ echo failed in round $i; exit 1; }; done"
    m.sh(rounds, timeout=300)  # what is allocated once for all is there now
    before = off.memory_free()
    m.sh(rounds, timeout=300)
    assert off.memory_free() > before - NOISE


def test_what_is_out_of_order_is_refused(off):
    m = off.machine
    assert "not enabled" in m.refused("bulkhead disable")
    assert "not enabled" in m.refused("bulkhead cell list")
    off.enable()
    assert "already enabled" in m.refused(f"bulkhead enable {off.board}")


def test_check_only_changes_nothing(off):
    assert "nothing hinders" in off.enable("--check-only")
    assert not off.enabled()


def test_the_module_cannot_go_while_enabled(off):
    m = off.machine
    off.enable()
    m.refused("rmmod bulkhead")
    off.disable()
    m.sh("rmmod bulkhead && modprobe bulkhead")


def test_log_tells_of_the_start_and_survives_disable(off):
    off.enable()
    log = off.machine.sh("bulkhead log")
    assert log
    off.disable()
    assert log.splitlines()[0] in off.machine.sh("bulkhead log")


def test_another_user_is_refused(off):
    m = off.machine
    off.enable()
    m.sh("grep -q nobody /etc/passwd || echo 'nobody::65534:65534::/:/bin/sh' >>/etc/passwd")
    m.refused("su nobody -c 'bulkhead disable'")
    assert off.enabled()
