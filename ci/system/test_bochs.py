# SPDX-License-Identifier: GPL-2.0-or-later
"""The core of the scenarios on VMX, which only Bochs emulates: one machine of two CPUs, one boot."""
import pytest

from bochs import BochsMachine
from hypervisor import TEST, Hypervisor

pytestmark = [pytest.mark.arch("x86_64"), pytest.mark.slow]


@pytest.fixture(scope="module", params=["6.1"])
def bochs(request):
    with BochsMachine(kernel=request.param) as machine:
        yield machine


@pytest.fixture
def vmx(bochs):
    """The hypervisor, enabled; root must be well afterwards, and no cell may be left."""
    hypervisor = Hypervisor(bochs)
    hypervisor.board = f"{TEST}/bochs.yaml"
    hypervisor.ensure(enabled=True)
    yield hypervisor
    assert not hypervisor.enabled() or hypervisor.cells() == {}
    assert bochs.health() == []


def test_the_machine_has_vmx(bochs):
    flags = bochs.sh("grep -m 1 '^flags' /proc/cpuinfo; grep -m 1 '^vmx flags' /proc/cpuinfo")
    assert {"vmx", "ept", "vpid"} <= set(flags.split())


def test_enable_and_disable(vmx):
    assert "VMX" in vmx.machine.sh("bulkhead log")
    for _ in range(3):
        vmx.disable(timeout=60)
        assert not vmx.enabled()
        vmx.enable(timeout=60)
    assert vmx.status()["cpus"] == 2


def test_bare_metal_cell(vmx):
    vmx.boot_test("bochs-heartbeat")
    assert vmx.beats("heartbeat", seconds=20)
    vmx.cell("suspend", "heartbeat")
    assert not vmx.beats("heartbeat", seconds=2)
    vmx.cell("resume", "heartbeat")
    assert vmx.beats("heartbeat", seconds=20)
    vmx.cell("destroy", "heartbeat", timeout=60)
    assert vmx.machine.online() == [0, 1]


def test_spinning_cell_is_stopped(vmx):
    vmx.boot_test("bochs-spin")
    assert vmx.state("spin") == "running"
    vmx.cell("stop", "spin")
    assert vmx.state("spin") == "stopped"
    vmx.cell("destroy", "spin", timeout=60)


def test_a_cell_that_reaches_beyond_its_own_fails_alone(vmx):
    vmx.boot_test("bochs-bad-access")
    vmx.wait_state("bad-access", "failed", 60)
    console = vmx.console("bad-access")
    assert "own memory reads 600d" in console and "survived" not in console
    assert "0xbf000000" in vmx.machine.sh("bulkhead cell show bad-access")
    vmx.cell("destroy", "bad-access", timeout=60)


def test_linux_cell_comes_to_its_console(vmx):
    vmx.boot(f"{TEST}/bochs-linux.yaml", timeout=120)
    vmx.wait_console("linux", "bulkhead-guest ready", 300)
    vmx.cell("destroy", "linux", timeout=120)


def test_disable_at_the_end(vmx):
    vmx.disable(timeout=60)
    assert not vmx.enabled()
    assert vmx.machine.sh("nproc") == "2"
