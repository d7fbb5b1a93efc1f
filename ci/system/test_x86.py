# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: the core of the scenarios on SVM with xAPIC, and what only this architecture refuses."""
import glob
import lzma
import os

import pytest

from hypervisor import Hypervisor
from machine import BUILD, CACHE, Machine

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")

KVM = ("virt/lib/irqbypass", "arch/x86/kvm/kvm", "drivers/crypto/ccp/ccp", "arch/x86/kvm/kvm-amd")


@pytest.fixture(scope="module")
def x86():
    """One machine for all of this file."""
    with Machine(gic="xapic", name="x86_64-xapic") as machine:
        yield Hypervisor(machine)


@pytest.fixture
def pc(x86):
    """The hypervisor, enabled; at the end root is well and has all of its CPUs."""
    x86.ensure(enabled=True)
    yield x86
    x86.destroy_all()
    assert x86.machine.health() == []
    assert x86.machine.online() == [0, 1, 2, 3]


def test_check_only(x86):
    x86.ensure(enabled=False)
    assert "nothing hinders" in x86.enable("--check-only")
    assert not x86.enabled()


def test_enable_and_disable(x86):
    m = x86.machine
    x86.ensure(enabled=False)
    before = m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem")
    for _ in range(5):
        x86.enable()
        status = x86.status()
        assert status["enabled"] and status["cpus"] == 4 and status["root_cpus"] == 4
        x86.disable()
    assert m.health() == []
    assert m.sh("cat /sys/devices/system/cpu/online; cat /proc/iomem") == before


def test_cpu_hotplug_comes_back_below_the_hypervisor(pc):
    m = pc.machine
    m.sh("echo 0 >/sys/devices/system/cpu/cpu3/online && echo 1 >/sys/devices/system/cpu/cpu3/online")
    assert pc.status()["root_cpus"] == 4
    pc.disable()
    pc.enable()


def test_every_cpu_of_root_answers_an_nmi(pc):
    """sysrq-l sends one to each, and each shows its stack."""
    m = pc.machine
    m.sh("dmesg -c >/dev/null; echo l >/proc/sysrq-trigger; sleep 2")
    shown = m.sh("dmesg -c")
    assert all(f"CPU: {n} " in shown for n in range(4)), shown


def test_bare_metal_cells(pc):
    pc.boot(pc.vm("heartbeat"))
    pc.boot(pc.vm("smp", 2))
    assert pc.machine.online() == [0]
    assert pc.beats("heartbeat", 10)
    pc.wait_console("smp", "2 vCPUs, all interrupts arrived")
    pc.cell("destroy", "smp")
    pc.cell("stop", "heartbeat")
    assert pc.state("heartbeat") == "stopped"


def test_guest_switches_itself_off(pc):
    pc.boot(pc.vm("hello"))
    pc.wait_state("hello", "stopped")
    assert "Hello from a Bulkhead cell, vCPU 0" in pc.console("hello")


def test_console_input_by_interrupt(pc):
    pc.boot(pc.vm("console-echo"))
    pc.wait_console("console-echo", "echo: ready")
    with pc.machine.session("bulkhead console console-echo") as console:
        console.send("123456789\r")
        console.expect("9 bytes, crc32 cbf43926, 0 lost")
        assert console.leave("\x1d") == 0


def test_linux_cell(pc):
    pc.boot(pc.vm("linux", 2), timeout=120)
    pc.wait_console("linux", "bulkhead-guest ready", 120)
    with pc.machine.session("bulkhead console linux") as console:
        console.send("\n")
        console.expect("guest:[^#]*# ")
        console.send("nproc; dmesg | grep -c 'x2apic enabled'\n")
        console.expect(r"2\r*\n1\r*\n", 30)
        assert console.leave("\x1d") == 0


def kvm_modules(series, into):
    """KVM's modules of a stock kernel, unpacked: {source: target} for Machine."""
    files = {}
    for name in KVM:
        found = glob.glob(f"{CACHE}/kernels/x86_64-{series}/root/lib/modules/*/kernel/{name}.ko*")
        if not found:
            continue
        target = os.path.join(into, os.path.basename(name) + ".ko")
        with open(found[0], "rb") as f:
            data = f.read()
        with open(target, "wb") as f:
            f.write(lzma.decompress(data) if found[0].endswith(".xz") else data)
        files[target] = f"/root/{os.path.basename(target)}"
    return files


@pytest.mark.parametrize("series", ("6.1", "6.12"))
def test_kvm_and_the_hypervisor_exclude_each_other(own_machine, tmp_path, series):
    files = kvm_modules(series, tmp_path)
    insert = "; ".join(f"insmod {target}" for target in files.values())
    m = own_machine(gic="xapic", kernel=series, files=files)
    bh = Hypervisor(m)
    m.sh(insert)
    said = m.refused(f"bulkhead enable {bh.board}")
    assert "KVM is loaded" in said and "modprobe -r kvm_amd kvm_intel" in said
    m.sh("rmmod kvm_amd kvm")
    bh.enable()
    m.refused("insmod /root/kvm.ko")
    assert "no KVM while the hypervisor is enabled" in m.sh("dmesg")
    bh.disable()
    assert m.health() == []


def test_preflight_says_what_hinders(own_machine):
    m = own_machine(gic="xapic", el2=False, drop=["memmap"])
    bh = Hypervisor(m)
    said = m.refused(f"bulkhead enable {bh.board}")
    assert "neither SVM nor VMX" in said
    assert "the hypervisor's memory is not reserved" in said and "the pool is not reserved" in said
    m.sh("echo 0 >/sys/devices/system/cpu/cpu2/online")
    assert "a CPU is offline" in m.refused(f"bulkhead enable {bh.board}")
