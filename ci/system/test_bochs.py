# SPDX-License-Identifier: GPL-2.0-or-later
"""The core of the scenarios in Bochs: VMX, which no other emulator has; IBT, which none enforces; a second SVM.

One machine of three CPUs for each model, one boot. Every day: the core on VMX. The rest, and the other models, with
--full. What each costs in seconds of a CPU is printed with -s, and in the report as cpu_seconds.
"""
import re

import pytest

import hostile
from bochs import BochsMachine
from hypervisor import TEST, Hypervisor

pytestmark = [pytest.mark.arch("x86_64"), pytest.mark.weight(10)]
slow = pytest.mark.slow

VMX = ("6.1", "corei7_skylake_x")
IBT = ("6.12", "tigerlake")
SVM = ("6.12", "ryzen")
EVERY_DAY = (VMX,)


def on(*models):
    """Run on these; machines are kept as long as their scenarios last."""
    params = [pytest.param(model, id=model[1], marks=() if model in EVERY_DAY else slow) for model in models]
    return pytest.mark.parametrize("bochs", params, indirect=True)


@pytest.fixture(scope="module")
def bochs(request):
    kernel, cpu = request.param
    with BochsMachine(kernel=kernel, cpu=cpu) as machine:
        yield machine


@pytest.fixture(autouse=True)
def cost(request, bochs):
    """What it cost, with its health afterwards; the boot is not the first one's."""
    before = bochs.cpu_seconds()
    yield
    spent = round(bochs.cpu_seconds() - before, 1)
    request.node.user_properties.append(("cpu_seconds", spent))
    print(f"\n{request.node.name}: {spent} CPU seconds of {round(before + spent, 1)}")


@pytest.fixture
def hv(bochs, cost):
    """The hypervisor, enabled; root must be well afterwards, and no cell may be left."""
    hypervisor = Hypervisor(bochs)
    hypervisor.board = f"{TEST}/bochs.yaml"
    hypervisor.ensure(enabled=True)
    yield hypervisor
    assert not hypervisor.enabled() or hypervisor.cells() == {}
    assert bochs.health() == []


def typed(hv, command, until, timeout=60):
    """Type a command into the Linux guest's shell; give what it shows up to `until`."""
    return hv.machine.sh(f"bulkhead console linux --new --send '{command}' --until '{until}' --timeout {timeout}",
                         timeout + 30)


@slow
@on(VMX, IBT, SVM)
def test_the_machine_is_what_it_shall_be(bochs):
    flags = set(bochs.sh("grep -m 1 '^flags' /proc/cpuinfo; grep -m 1 '^vmx flags' /proc/cpuinfo; true").split())
    assert ({"svm", "npt", "nrip_save", "flushbyasid"} if bochs.cpu == "ryzen" else {"vmx", "ept", "vpid"}) <= flags
    assert ("ibt" in flags) == (bochs.cpu == "tigerlake")
    assert "pti" in flags if bochs.cpu == "corei7_skylake_x" else "pcid" in flags or bochs.cpu == "ryzen"


@on(VMX, IBT, SVM)
def test_enable_and_disable(hv):
    assert ("SVM" if hv.machine.cpu == "ryzen" else "VMX") in hv.machine.sh("bulkhead log")
    hv.disable(timeout=60)
    assert not hv.enabled()
    hv.enable(timeout=60)
    assert hv.status()["cpus"] == 3


@slow
@on(VMX, IBT, SVM)
def test_enabled_again_and_again(hv):
    for _ in range(2):
        hv.disable(timeout=60)
        hv.enable(timeout=60)
    assert hv.status()["cpus"] == 3


@slow
@on(VMX, IBT, SVM)
def test_every_cpu_of_root_answers_an_nmi(hv):
    """sysrq-l sends one to each, which shows its stack or that it idles; again, after the IRETs of the first."""
    m = hv.machine
    for _ in range(2):
        m.sh("dmesg -c >/dev/null; echo l >/proc/sysrq-trigger; sleep 2")
        shown = m.sh("dmesg -c")
        assert all(re.search(rf"NMI backtrace for cpu {n}\b", shown) for n in range(3)), shown


@slow
@on(VMX)
def test_a_cpu_of_root_goes_off_and_comes_back(hv):
    hv.machine.sh("cd /sys/devices/system/cpu/cpu2 && echo 0 >online && echo 1 >online", 60)
    assert hv.status()["root_cpus"] == 3


@on(VMX, IBT, SVM)
def test_bare_metal_cell(hv):
    hv.boot_test("bochs-heartbeat")
    assert hv.beats("heartbeat", seconds=20)
    hv.cell("suspend", "heartbeat")
    assert not hv.beats("heartbeat", seconds=2)
    hv.cell("resume", "heartbeat")
    assert hv.beats("heartbeat", seconds=20)
    hv.cell("destroy", "heartbeat", timeout=60)
    assert hv.machine.online() == [0, 1, 2]


@slow
@on(VMX, SVM)
def test_two_cpus_of_a_cell_interrupt_each_other(hv):
    """The second comes by INIT and SIPI, and begins in real mode."""
    hv.boot_test("bochs-smp")
    hv.wait_console("smp", "2 vCPUs, all interrupts arrived", 120)
    hv.cell("destroy", "smp", timeout=60)


@slow
@on(VMX)
def test_spinning_cell_is_stopped(hv):
    hv.boot_test("bochs-spin")
    assert hv.state("spin") == "running"
    hv.cell("stop", "spin")
    assert hv.state("spin") == "stopped"
    hv.cell("destroy", "spin", timeout=60)


@slow
@on(VMX, IBT, SVM)
def test_a_cell_that_reaches_beyond_its_own_fails_alone(hv):
    hv.boot_test("bochs-bad-access")
    hv.wait_state("bad-access", "failed", 60)
    console = hv.console("bad-access")
    assert "own memory reads 600d" in console and "survived" not in console
    assert "0xbf000000" in hv.machine.sh("bulkhead cell show bad-access")
    hv.cell("destroy", "bad-access", timeout=60)


@on(VMX)
def test_linux_cell(hv):
    """A stock kernel on two CPUs: comes to its shell, answers on its console, switches itself off."""
    hv.boot(f"{TEST}/bochs-linux.yaml", timeout=120)
    hv.wait_console("linux", "bulkhead-guest ready", 300)
    # The quotes keep the echo of what is typed from being taken for the answer.
    assert "cpus=2." in typed(hv, 'echo cpus=$(nproc)"."', "cpus=2.")
    assert "en0d." in typed(hv, 'dmesg | grep -ci "calibration failed" ; echo en"0d."', "en0d.")
    hv.machine.sh("bulkhead console linux --new --send 'poweroff -f' --timeout 5", 60)
    hv.wait_state("linux", "stopped", 60)
    hv.cell("destroy", "linux", timeout=120)
    assert hv.machine.online() == [0, 1, 2]


@pytest.fixture
def victim(hv):
    """The victim; at the end it and root are as before."""
    hostile.begin(hv)
    yield hv
    assert hostile.finish(hv) == []
    assert hv.beats("victim", seconds=20)
    hv.destroy_all()


def judge(rows, name, least):
    """Print and save them; all must be as they must be."""
    hostile.save(rows, name)
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem]
    assert not wrong, "\n".join(wrong)
    assert len([row for row in rows if not row.skipped]) >= least


@on(VMX)
def test_one_hostile_row_of_each_class(victim):
    judge(hostile.run(victim, first_only=hostile.ONE_OF_EACH, timeout=300), "bochs-vmx-core", 9)


@slow
@on(VMX)
def test_hostile_rows(victim):
    """Of each class up to the first that comes back: all that reach for memory."""
    judge(hostile.run(victim, first_only=True, timeout=600), "bochs-vmx", 60)


@slow
@on(VMX)
@pytest.mark.parametrize("name, least", (("sysreg", 50), ("virtual", 40), ("irq", 18)))
def test_hostile_rows_of_the_processor(victim, name, least):
    """All rows of the classes that VMX answers otherwise than SVM; of irq, those of xAPIC, all that root has there."""
    judge(hostile.run(victim, only=name, timeout=600), f"bochs-vmx-{name}", least)


@on(VMX, IBT, SVM)
def test_disable_at_the_end(hv):
    hv.disable(timeout=60)
    assert not hv.enabled()
    assert hv.machine.sh("nproc") == "3"
