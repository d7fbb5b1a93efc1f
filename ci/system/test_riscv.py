# SPDX-License-Identifier: GPL-2.0-or-later
"""RISC-V: the core of the scenarios, on one machine with PLIC and Sstc. Others are not covered yet."""
import os

import pytest

from hypervisor import Hypervisor
from machine import BUILD, Machine

built = os.path.exists(os.path.join(BUILD, "riscv64/bulkhead-riscv64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=riscv64 all")


@pytest.fixture(scope="module")
def riscv():
    """One machine for all of this file."""
    with Machine(gic="plic", name="riscv64-plic") as machine:
        yield Hypervisor(machine)


@pytest.fixture
def rv(riscv):
    """The hypervisor, enabled; at the end root is well and has all of its CPUs."""
    riscv.ensure(enabled=True)
    yield riscv
    riscv.destroy_all()
    assert riscv.machine.health() == []
    assert riscv.machine.online() == [0, 1, 2, 3]


def test_check_only(riscv):
    riscv.ensure(enabled=False)
    assert "nothing hinders" in riscv.enable("--check-only")
    assert not riscv.enabled()


def test_enable_and_disable(riscv):
    m = riscv.machine
    riscv.ensure(enabled=False)
    before = m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem")
    for _ in range(5):
        riscv.enable()
        status = riscv.status()
        assert status["enabled"] and status["cpus"] == 4 and status["root_cpus"] == 4
        riscv.disable()
    assert m.health() == []
    assert m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem") == before


def test_cpu_hotplug_comes_back_below_the_hypervisor(rv):
    m = rv.machine
    m.sh("echo 0 >/sys/devices/system/cpu/cpu3/online && echo 1 >/sys/devices/system/cpu/cpu3/online")
    assert rv.status()["root_cpus"] == 4
    rv.disable()
    rv.enable()


def test_bare_metal_cells(rv):
    rv.boot(rv.vm("heartbeat"))
    rv.boot(rv.vm("smp", 2))
    assert rv.machine.online() == [0]
    assert rv.beats("heartbeat", 10)
    rv.wait_console("smp", "2 vCPUs, all interrupts arrived")
    rv.cell("destroy", "smp")
    rv.cell("stop", "heartbeat")
    assert rv.state("heartbeat") == "stopped"


def test_guest_switches_itself_off(rv):
    rv.boot(rv.vm("hello"))
    rv.wait_state("hello", "stopped")
    assert "Hello from a Bulkhead cell, vCPU 0" in rv.console("hello")


def test_console_input_by_interrupt(rv):
    rv.boot(rv.vm("console-echo"))
    rv.wait_console("console-echo", "echo: ready")
    with rv.machine.session("bulkhead console console-echo") as console:
        console.send("123456789\r")
        console.expect("9 bytes, crc32 cbf43926, 0 lost")
        assert console.leave("\x1d") == 0


def test_linux_cell(rv):
    rv.boot(rv.vm("linux", 2), timeout=120)
    rv.wait_console("linux", "bulkhead-guest ready", 120)
    with rv.machine.session("bulkhead console linux") as console:
        console.send("\n")
        console.expect("guest:[^#]*# ")
        console.send("nproc; grep -c '^isa.*rv64imafdc_' /proc/cpuinfo\n")
        console.expect(r"2\r*\n2\r*\n", 30)
        assert console.leave("\x1d") == 0
