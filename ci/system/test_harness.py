# SPDX-License-Identifier: GPL-2.0-or-later
"""The harness itself: if this fails, no other result means anything."""
import pytest

from machine import BAD_DMESG, Timeout


@pytest.mark.core
def test_stock_kernel_on_four_cpus(machine):
    assert machine.sh("nproc") == "4"
    assert machine.kernel in machine.sh("uname -r")
    assert machine.started_at_el2 or machine.arch != "aarch64"


def test_output_and_exit_code_are_exact(machine):
    result = machine.run("echo one; echo two >&2; exit 42")
    assert (result.output, result.code) == ("one\ntwo", 42)
    assert machine.run("seq 1 5000").output == "\n".join(str(i) for i in range(1, 5001))


def test_a_hanging_command_is_a_timeout_and_the_shell_lives(machine):
    with pytest.raises(Timeout):
        machine.run("sleep 1000", timeout=2)
    assert machine.sh("echo alive") == "alive"


def test_files_arrive_unchanged(machine):
    content = bytes(range(256)) * 20
    machine.put("/tmp/bytes", content)
    assert machine.sh("wc -c </tmp/bytes; head -c 256 /tmp/bytes | od -An -tu1 | tr -s ' \\n' ' '").split() == \
        ["5120"] + [str(i) for i in range(256)]


def test_health_check_sees_a_warning_and_a_dead_cpu(machine):
    """The negative test of what every scenario relies on."""
    assert machine.health() == []
    for line in ("WARNING: CPU: 1 PID: 7 at kernel/x.c:1", "watchdog: BUG: soft lockup - CPU#1 stuck for 22s",
                 "rcu: INFO: rcu_sched self-detected stall on CPU",
                 "INFO: task sh:12 blocked for more than 120 seconds."):
        assert BAD_DMESG.search(line)
    machine.sh("echo 'BUG: sleeping function, says a test' >/dev/kmsg")
    assert len(machine.health()) == 1
    machine.sh("dmesg -c >/dev/null")
    machine.CHECKSUM = "0" * 64  # of this object only: now every CPU computes a wrong one
    assert len(machine.health()) == 4
    del machine.CHECKSUM
    assert machine.health() == []
