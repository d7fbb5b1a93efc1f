# SPDX-License-Identifier: GPL-2.0-or-later
"""What only x86-64 has: how root's Linux uses its CPUs, what a guest's sees of them, and what else is refused."""
import glob
import lzma
import os
import re
import threading

import pytest

from hypervisor import TEST, Hypervisor
from machine import BOOT_LOG, CACHE
from traps import X86Traps, arguments

pytestmark = pytest.mark.arch("x86_64")

KVM = ("virt/lib/irqbypass", "arch/x86/kvm/kvm", "drivers/crypto/ccp/ccp", "arch/x86/kvm/kvm-amd")


@pytest.mark.core
def test_root_uses_what_this_machine_is_for(bh):
    """Else the other scenarios would say nothing of it."""
    m = bh.machine
    x2apic = m.gic == "x2apic"
    said = m.sh(f"head -n 1 {BOOT_LOG}; grep -i 'switched apic routing\\|IRQ remapping' {BOOT_LOG} || true")
    assert "Linux version" in said, "the log's beginning is gone: that something is not there would mean nothing"
    assert bool(re.search("switched apic routing.* x2apic", said, re.IGNORECASE)) == x2apic
    if m.cpu == "max":
        assert " la57 " in m.sh("grep -m1 ^flags /proc/cpuinfo") + " "
    if x2apic:
        assert "Enabled IRQ remapping in x2apic mode" in said


@pytest.mark.core
def test_every_cpu_of_root_answers_an_nmi(bh):
    """sysrq-l sends one to each, and each shows its stack, or says that it idles."""
    m = bh.machine
    m.sh("dmesg -c >/dev/null; echo l >/proc/sysrq-trigger; sleep 2")
    shown = m.sh("dmesg -c")
    assert all(re.search(rf"NMI backtrace for cpu {n}\b", shown) for n in range(4)), shown


@pytest.mark.core
def test_linux_cell_uses_x2apic_and_knows_its_clock(bh):
    """On every machine: without remapped interrupts Linux needs to be told that it may."""
    bh.boot(bh.vm("linux", 2), timeout=120)
    bh.wait_console("linux", "bulkhead-guest ready", 120)
    said = bh.machine.sh("bulkhead console linux --new --send 'dmesg; echo en\"d.\"' --until 'end.' --timeout 60", 90)
    assert "x2apic enabled" in said
    assert "tsc: Detected" in said and "calibration failed" not in said
    assert "tsc_early_khz" not in said
    bh.cell("destroy", "linux", timeout=60)


def boot_like(bh, other, name, more=""):
    """A cell as in another's file, with a program of another name."""
    bh.machine.sh(f"sed 's/{other}/{name}/; s/protocol: flat/&{more}/' {TEST}/{other}.yaml >/tmp/{name}.yaml")
    bh.boot(f"/tmp/{name}.yaml")
    bh.wait_state(name, "stopped")


@pytest.mark.core
@pytest.mark.parametrize("way", ("cf9", "triple"))
def test_every_way_to_reset_stops_the_cell_alone(bh, way):
    """Port 0x64 is the way of test_cell.py."""
    boot_like(bh, "reset", way)
    assert "reset" in bh.machine.sh(f"bulkhead cell show {way}")
    bh.cell("destroy", way)


@pytest.mark.parametrize("mode", ("real", "long"))
def test_modes_of_a_bare_metal_cell(bh, mode):
    """Protected mode is that of all others."""
    boot_like(bh, "poweroff", mode, f", mode: {mode}")
    assert f"in {mode} mode" in bh.console(mode)
    bh.cell("destroy", mode)


@pytest.mark.core
def test_a_pc_of_its_own(bh):
    """Started by multiboot: memory map, HPET, PM timer, clock, I/O APIC, 1 GiB pages, CPUID; the program judges."""
    bh.boot_test("pc")
    bh.wait_state("pc", "stopped", 60)
    said = bh.console("pc")
    assert re.search(r"pc: (\d+) checks, \1 good", said), said
    assert "pc: map 100000 f00000 1" in said
    assert "switched itself off" in bh.machine.sh("bulkhead cell show pc")
    bh.cell("destroy", "pc")


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
    m.sh("kvmhold >/tmp/held & echo $! >/tmp/holder")
    m.wait_for("grep -q held /tmp/held")
    assert "holds it)" in m.refused(f"bulkhead enable {bh.board}")
    m.sh("kill $(cat /tmp/holder)")
    for module in ("kvm_amd", "kvm"):  # its machine is taken apart a little later than its owner ends
        m.wait_for(f"rmmod {module}")
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


def nmis(m):
    """How many each CPU of root has counted."""
    return [int(n) for n in re.search(r"NMI:((?:\s+\d+)+)", m.sh("grep NMI: /proc/interrupts"))[1].split()]


@pytest.mark.parametrize("series, gic", (("6.12", "xapic"), ("6.1", "x2apic")))
def test_nmis_while_the_hypervisor_comes_and_goes(own_machine, series, gic):
    """By a wire to all CPUs, wherever they are: in the kernel, on the way, in the hypervisor. None does harm."""
    name = f"x86_64-nmis-{gic}"
    m = own_machine(kernel=series, gic=gic, name=name, qemu=arguments(name), append="apic_extnmi=all")
    bh, monitor, over, sent = Hypervisor(m), X86Traps(name), threading.Event(), []
    m.sh("echo 0 >/proc/sys/kernel/printk")  # the kernel has something to say of each

    def storm():
        while not over.wait(0.003):
            monitor.nmi()
            sent.append(1)

    before = nmis(m)
    thread = threading.Thread(target=storm)
    thread.start()
    try:
        for _ in range(10):
            bh.enable(timeout=60)
            bh.disable(timeout=60)
        bh.enable(timeout=60)
        bh.boot_test("heartbeat")
        assert bh.beats("heartbeat")
        bh.cell("destroy", "heartbeat")
    finally:
        over.set()
        thread.join()
    taken = [now - then for now, then in zip(nmis(m), before)]
    print(f"\n{len(sent)} sent, taken {taken}")
    # What comes while another one is pending is one with it, and CPU 3 is not root's for a while.
    assert len(sent) > 100 and all(len(sent) >= n > len(sent) // 4 for n in taken[:3])
    assert "on the way into the hypervisor" not in m.sh("dmesg")
    bh.disable()
    assert m.health() == []


def test_preflight_finds_an_iommu_that_the_kernel_uses(own_machine):
    """It translates by tables that the hypervisor does not have."""
    m = own_machine(gic="x2apic", append="intel_iommu=on")
    m.sh("grep -q 'DMAR: Intel.* I/O' " + BOOT_LOG)
    said = m.refused(f"bulkhead enable {Hypervisor(m).board}")
    assert "(PCI function 00:" in said and "intel_iommu=off" in said
    assert m.health() == []


@pytest.mark.parametrize("cpu, append", (("max", "pti=on"), ("max,-la57", "pti=on"), ("max", "pti=off nosmap nosmep")))
def test_root_with_other_page_tables(own_machine, cpu, append):
    """Isolated from user space and not, four levels and five: enabled, and a cell beside it."""
    m = own_machine(gic="xapic", cpu=cpu, append=append)
    isolated = m.run("dmesg | grep -q 'page tables isolation: enabled'").code == 0
    assert isolated == ("pti=on" in append)
    bh = Hypervisor(m)
    bh.enable()
    # SVM walks a cell's tables in the mode that the hypervisor itself is in: that of root's kernel.
    levels = 5 if " la57 " in m.sh("grep -m1 ^flags /proc/cpuinfo") + " " else 4
    assert levels == (4 if "la57" in cpu else 5)
    assert f"tables of cells have {levels} levels" in m.sh("bulkhead log")
    bh.boot_test("heartbeat")
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")
    m.sh("echo 0 >/sys/devices/system/cpu/cpu3/online && echo 1 >/sys/devices/system/cpu/cpu3/online")
    bh.disable()
    assert m.health() == []
