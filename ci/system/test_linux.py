# SPDX-License-Identifier: GPL-2.0-or-later
"""A stock Linux on two CPUs beside root, spoken to through its console."""
import hashlib
import secrets

import pytest


def guest(bh, command, until, timeout=20):
    """Type a command into the guest's shell; give what it shows up to `until`."""
    return bh.machine.sh(f"bulkhead console linux --new --send '{command}' --until '{until}' --timeout {timeout}",
                         timeout + 10)


@pytest.fixture
def linux(bh):
    bh.boot(bh.vm("linux", 2), timeout=90)
    bh.wait_console("linux", "bulkhead-guest ready", 60)
    yield bh
    if bh.state("linux") is not None:
        bh.cell("destroy", "linux", timeout=60)


def shows_two_cpus(linux):
    token = secrets.token_hex(16)
    digest = hashlib.sha256(token.encode()).hexdigest()
    # The quotes keep the echo of what is typed from being taken for the answer.
    assert digest in guest(linux, f"printf {token} | sha256sum", digest)
    assert "cpus=2." in guest(linux, 'echo cpus=$(nproc)"."', "cpus=2.")
    assert linux.machine.kernel in guest(linux, 'uname -r; echo en"d."', "end.")


def has_a_bare_metal_cell_beside_it(linux):
    """Linux has CPUs 2 and 3 here, so the bare-metal cell takes CPU 1."""
    linux.boot_test("heartbeat-cpu1")
    assert linux.beats("heartbeat-cpu1")
    assert "fine." in guest(linux, 'head -c 1000000 /dev/zero | md5sum; echo fin"e."', "fine.")
    assert linux.machine.online() == [linux.machine.linux_cpu(0)]
    assert sorted(linux.cells()) == ["heartbeat-cpu1", "linux"]
    linux.cell("destroy", "heartbeat-cpu1")
    assert "fine." in guest(linux, 'echo fin"e."', "fine.")


def power_off_stops_it_alone(linux):
    linux.machine.sh("bulkhead console linux --new --send 'poweroff -f' --timeout 5")
    linux.wait_state("linux", "stopped", 30)
    assert "switched itself off" in linux.machine.sh("bulkhead cell show linux")


@pytest.mark.core
def test_two_cpus_a_cell_beside_it_and_power_off(linux):
    """One boot for the three, on every configuration: it is what takes the time."""
    shows_two_cpus(linux)
    has_a_bare_metal_cell_beside_it(linux)
    power_off_stops_it_alone(linux)


def has_an_interactive_console(linux):
    m = linux.machine
    token = secrets.token_hex(8)
    with m.session("bulkhead console linux") as console:
        console.send("\n")
        console.expect("guest:")
        console.send(f"printf {token} | sha256sum\n")
        console.expect(hashlib.sha256(token.encode()).hexdigest())
        assert console.leave("\x1d") == 0


def hotplugs_its_own_cpu(linux):
    off = "echo 0 >/sys/devices/system/cpu/cpu1/online; echo n=$(nproc)."
    assert "n=1." in guest(linux, off, "n=1.")
    on = "echo 1 >/sys/devices/system/cpu/cpu1/online; echo n=$(nproc)."
    assert "n=2." in guest(linux, on, "n=2.")


def is_suspended_and_resumed(linux):
    linux.cell("suspend", "linux")
    assert linux.state("linux") == "suspended"
    linux.machine.sh("sleep 2")
    linux.cell("resume", "linux")
    assert "back." in guest(linux, 'echo bac"k."', "back.")


def has_stats_that_count(linux):
    stats = linux.json("cell stats linux")
    assert stats


def panics_alone(linux):
    linux.machine.sh("bulkhead console linux --new --send 'echo c >/proc/sysrq-trigger' "
                     "--until 'end Kernel panic' --timeout 20 >/dev/null")  # else it would be taken for root's
    assert linux.machine.health() == []
    linux.cell("kill", "linux")
    assert linux.state("linux") == "stopped"


def test_console_hotplug_suspension_stats_and_panic(linux):
    """One boot for the five: the last is its end."""
    has_an_interactive_console(linux)
    hotplugs_its_own_cpu(linux)
    is_suspended_and_resumed(linux)
    has_stats_that_count(linux)
    panics_alone(linux)


def test_reset_stops_the_cell_alone_and_restart_brings_it_back(linux):
    linux.machine.sh("bulkhead console linux --new --send 'reboot -f' --timeout 5")
    linux.wait_state("linux", "stopped", 30)
    assert "reset" in linux.machine.sh("bulkhead cell show linux")
    linux.cell("restart", "linux", timeout=90)
    # The console still holds what the guest said in its former life: only an answer tells that it is back.
    linux.machine.wait_for(
        "bulkhead console linux --send 'echo agai\"n.\"' --until 'again.' --timeout 5 >/dev/null", 60)
