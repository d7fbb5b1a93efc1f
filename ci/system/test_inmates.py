# SPDX-License-Identifier: GPL-2.0-or-later
"""Bare-metal programs of inmates/: demos, and programs that measure whether promises are kept."""
import re
import secrets
import zlib

import pytest

from hypervisor import TEST
from machine import SCALE


@pytest.mark.core
def test_forbidden_registers_are_refused(bh):
    bh.boot_test("sysreg")
    bh.wait_state("sysreg", "stopped")
    said = bh.console("sysreg")
    assert "sysreg: 6 forbidden, 6 refused, 0 wrongly refused" in said
    if bh.arch == "riscv64":  # a guest has the machine's source of entropy, which always traps
        there = "_zkr" in bh.machine.sh("grep -m 1 ^isa /proc/cpuinfo")
        assert f"sysreg: read seed: {'done' if there else 'refused'}" in said and "entropy is" not in said
    bh.cell("destroy", "sysreg")


@pytest.mark.core
def test_two_vcpus_and_their_interrupts(bh):
    bh.boot(bh.vm("smp", 2))
    bh.wait_console("smp", "smp: 2 vCPUs, all interrupts arrived", 30)
    assert bh.beats("smp")
    bh.cell("stop", "smp")
    assert bh.state("smp") == "stopped"
    bh.cell("destroy", "smp")


def test_hello(bh):
    bh.boot(bh.vm("hello"))
    bh.wait_state("hello", "stopped")
    assert "Hello from a Bulkhead cell, vCPU 0" in bh.console("hello")
    assert "switched itself off" in bh.machine.sh("bulkhead cell show hello")
    bh.cell("destroy", "hello")


def test_timer_goes_on(bh):
    bh.boot(bh.vm("timer"))
    bh.wait_console("timer", r"timer: 2000 interrupts, \d+ missed", 60)
    bh.cell("destroy", "timer")


@pytest.mark.core
def test_every_byte_reaches_the_console(bh):
    """The guest's checksum of random lines is that of what was sent."""
    bh.boot(bh.vm("console-echo"))
    bh.wait_console("console-echo", "echo: ready")
    lines = [secrets.token_hex(300) for _ in range(5)]
    bh.machine.put("/tmp/lines", "".join(line + "\n" for line in lines).encode())
    shown = bh.machine.sh("bulkhead console console-echo --new </tmp/lines", timeout=60)
    found = re.findall(r"echo: 600 bytes, crc32 ([0-9a-f]{8}), 0 lost", shown)
    assert found == [f"{zlib.crc32(line.encode()):08x}" for line in lines]
    bh.machine.run("bulkhead console console-echo --send quit --timeout 5")
    bh.wait_state("console-echo", "stopped")
    bh.cell("destroy", "console-echo")


@pytest.mark.core
def test_input_while_suspended_arrives_afterwards(bh):
    """The interrupt that it raises finds nobody at home; the guest gets it when it goes on."""
    bh.boot(bh.vm("console-echo"))
    bh.wait_console("console-echo", "echo: ready")
    bh.cell("suspend", "console-echo")
    bh.machine.run("bulkhead console console-echo --new --send early --timeout 1")
    bh.cell("resume", "console-echo")
    bh.wait_console("console-echo", r"echo: 5 bytes, crc32 [0-9a-f]{8}, 0 lost")
    bh.cell("destroy", "console-echo")


def test_watchdog_notices_a_frozen_guest(bh):
    bh.boot_test("freeze")
    bh.wait_state("freeze", "failed", 30)
    assert "heartbeat stood still" in bh.machine.sh("bulkhead cell show freeze")
    bh.cell("destroy", "freeze")


def test_watch_starts_a_failed_guest_again(bh):
    """As often as its file says, and then it is left as it is."""
    bh.machine.sh(f"sed 's/^cell: .*/cell: again/' {TEST}/freeze.yaml >/tmp/again.yaml; "
                  "echo 'restart: { when: failed, limit: 2 per 1h }' >>/tmp/again.yaml; "
                  "bulkhead watch >/tmp/watch.log 2>&1 & echo $! >/tmp/watch.pid")
    bh.boot("/tmp/again.yaml")
    bh.machine.sh(f"for i in $(seq {int(60 * SCALE)}); do grep -q 'it is left so' /tmp/watch.log && break; "
                  "sleep 1; done")
    said = bh.machine.sh("cat /tmp/watch.log; kill $(cat /tmp/watch.pid)")
    assert said.count("cell 'again' failed: its heartbeat stood still; started again") == 2, said
    assert "it is left so, for it was started 2 times within 3600 s" in said
    assert bh.json("cell show again")["restarts"] == 2 and bh.state("again") == "failed"
    bh.cell("destroy", "again")


def test_a_guest_that_says_no_is_stopped_at_the_deadline(bh):
    bh.boot_test("deny")
    assert bh.beats("deny")
    assert "by force" in bh.cell("stop", "deny")
    assert bh.state("deny") == "stopped"
    bh.cell("destroy", "deny")
