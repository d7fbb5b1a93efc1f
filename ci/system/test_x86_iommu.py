# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: what devices reach, by QEMU's "edu" device in a cell, and root's disk while IOMMUs change hands."""
import glob
import hashlib
import lzma
import os
import re

import pytest

import hostile
from hypervisor import Hypervisor
from machine import BOOT_LOG, BUILD, CACHE, Machine

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")

# The cell's; one of root's; a bridge with nothing behind it; the cell's, which has extended capabilities.
EDU = ("-device", "edu,addr=0x10,dma_mask=0xffffffffffffffff", "-device", "edu,addr=0x11",
       "-device", "pcie-root-port,addr=0x12,chassis=1,slot=1,id=bridge", "-device", "igb,addr=0x0c,romfile=")
FUNCTION, CARD, SPARE, BRIDGE, DISK = "0000:00:10.0", "0000:00:0c.0", 0x11, 0x12, 0x13
ECAM = 0xb0000000
CELL_KERNEL = "/boot/vmlinuz-with-nvme"
ROOT = hostile.SENTINELS["x86_64"]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A disk with random content: its file, and its checksum."""
    path = tmp_path_factory.mktemp("disk") / "disk"
    content = os.urandom(4 << 20)
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def nvme(tmp_path_factory):
    """
    The disk's driver of the kernel that knows AMD-Vi, which has it as modules, in the order of loading; and for a cell
    a kernel that has it built in.
    """
    files = {f"{CACHE}/kernels/x86_64-6.12/Image": CELL_KERNEL}
    for name in ("nvme-auth", "nvme-core", "nvme"):
        found = glob.glob(f"{CACHE}/kernels/x86_64-6.12-full/root/**/{name}.ko.xz", recursive=True)
        assert found, f"no {name}.ko in the cache; run ci/setup"
        path = tmp_path_factory.mktemp("modules") / f"{name}.ko"
        path.write_bytes(lzma.open(found[0]).read())
        files[str(path)] = f"/lib/{name}.ko"
    return files


@pytest.fixture(scope="module", params=["x2apic", "amdvi"])
def x86(request, disk, nvme):
    """VT-d that remaps the kernel's interrupts, or AMD-Vi; an edu device, and a disk that signals by MSI-X."""
    drive = ("-drive", f"file={disk[0]},if=none,id=disk,format=raw,readonly=on", "-device",
             f"nvme,drive=disk,serial=1,addr={DISK:#x}")
    files = nvme if request.param == "amdvi" else {}
    with Machine(gic=request.param, name=f"x86_64-iommu-{request.param}", qemu=EDU + drive, files=files) as machine:
        machine.cells = "-edu"
        for module in files.values():
            if module.endswith(".ko"):
                machine.sh(f"insmod {module}")
        yield Hypervisor(machine)


@pytest.fixture
def pc(x86):
    """The hypervisor, enabled; at the end root is well."""
    x86.ensure(enabled=True)
    yield x86
    x86.destroy_all()
    assert x86.machine.health() == []


def is_vtd(bh):
    return bh.machine.gic == "x2apic"


def judged(rows, name):
    """Print and save them; those that are not as they must be, as lines."""
    hostile.save(rows, name)
    print("\n".join(row.line() for row in rows))
    return [row.line() for row in rows if row.problem]


def test_device_of_a_cell_reaches_its_own_memory_only(pc):
    """With the report of each attempt; QEMU's AMD-Vi never writes its log (hw/i386/amd_iommu.c, amdvi_log_event())."""
    hostile.begin(pc)
    rows = hostile.run(pc, only="dma", timeout=300)
    wrong = judged(rows, f"{pc.machine.name}") + hostile.finish(pc)
    assert not wrong, "\n".join(wrong)
    # Its own message comes, and none to others.
    assert not [row.name for row in rows if row.skipped]
    assert len(rows) >= 41 and any(row.name == "dma.msi-to-victim" for row in rows)
    if is_vtd(pc):
        assert f"write by PCI {FUNCTION}, address {ROOT:x}" in pc.machine.sh("bulkhead log")
        # QEMU does not say whose device sends a message.
        assert "interrupt by PCI 0000:ff:1f.7, address 1234" in pc.machine.sh("bulkhead log")


def test_messages_by_wide_entries():
    """AMD-Vi with ids of CPUs that have 32 bits: entries are others, and what comes of messages is the same."""
    qemu = EDU + ("-global", "amd-iommu.xtsup=on")
    with Machine(gic="amdvi", name="x86_64-iommu-amdvi-wide", qemu=qemu) as machine:
        machine.cells = "-edu"
        bh = Hypervisor(machine)
        bh.ensure(enabled=True)
        hostile.begin(bh)
        rows = hostile.run(bh, only="dma", timeout=300)
        wrong = judged(rows, machine.name) + hostile.finish(bh)
        assert not wrong, "\n".join(wrong)
        assert len(rows) >= 30 and not [row.name for row in rows if row.skipped]


def config(at, offset):
    """Address of a register in the window of configuration space; at: device of bus 0."""
    return ECAM + (at << 15) + offset


def write_both_ways(m, at, offset, value):
    """A word by the window in memory and by the ports (sysfs); what each reads then."""
    m.sh(f"devmem {config(at, offset):#x} 32 {value:#x}")
    text = "".join(f"\\\\x{byte:02x}" for byte in value.to_bytes(4, "little"))
    m.sh(f"printf {text} | dd of=/sys/bus/pci/devices/0000:00:{at:02x}.0/config bs=4 seek={offset // 4} conv=notrunc "
         "2>/dev/null")
    return int(m.sh(f"devmem {config(at, offset):#x} 32"), 16)


def test_root_moves_nothing_while_a_cell_has_a_function(pc):
    m = pc.machine
    rows = [(BRIDGE, 0x18, 0x00100000, "bus numbers"), (BRIDGE, 0x20, 0x00100000, "window"),
            (BRIDGE, 0x3c, 0x00400000, "reset of what is behind a bridge"), (SPARE, 0x10, 0x00100000, "a base address"),
            (0, 0x60, 0x10000000, "the window of configuration space")]
    before = {(at, offset): int(m.sh(f"devmem {config(at, offset):#x} 32"), 16) for at, offset, *_ in rows}
    # Without a cell that has a function they are root's.
    moved = 0x80000000 | before[SPARE, 0x10] & 0xf
    assert write_both_ways(m, SPARE, 0x10, moved) == moved
    assert write_both_ways(m, SPARE, 0x10, before[SPARE, 0x10]) == before[SPARE, 0x10]
    pc.boot_test("edu")
    for at, offset, change, what in rows:
        assert write_both_ways(m, at, offset, before[at, offset] ^ change) == before[at, offset], what
    assert "ignored while cells have functions" in m.sh("bulkhead log")
    # Its own devices' other registers are as before, and what only the window has can be read.
    assert write_both_ways(m, SPARE, 0x3c, 0x1a5) & 0xff == 0xa5
    assert int(m.sh(f"devmem {config(BRIDGE, 0x100):#x} 32"), 16) not in (0, 0xffffffff)
    # The cell's own function is not there, by either way.
    assert int(m.sh(f"devmem {config(0x10, 0):#x} 32"), 16) == 0xffffffff
    function = f"od -An -tx1 -N16 /sys/bus/pci/devices/{FUNCTION}/config"
    assert set(m.sh(function).split()) == {"ff"}
    pc.cell("destroy", "edu")
    assert m.sh(function).split()[:4] == ["34", "12", "e8", "11"]
    assert write_both_ways(m, SPARE, 0x10, moved) == moved
    assert write_both_ways(m, SPARE, 0x10, before[SPARE, 0x10]) == before[SPARE, 0x10]


def disk_interrupts(m):
    """How many the disk has sent by now, over all of its vectors and CPUs."""
    lines = m.sh("grep nvme /proc/interrupts").split("\n")
    return sum(int(word) for line in lines for word in line.split(":", 1)[1].split()[:len(m.online())])


def test_nmis_reach_every_cpu_while_the_unit_is_ours(pc):
    """The unit has been taken over, and root's APICs are in x2APIC mode where it remaps: sysrq-l all the same."""
    m = pc.machine
    assert ("with root's interrupts" if is_vtd(pc) else "unit(s) of AMD-Vi") in m.sh("bulkhead log")
    assert ("x2apic" in m.sh(f"grep -i 'switched apic routing' {BOOT_LOG} || true")) == is_vtd(pc)
    m.sh("dmesg -c >/dev/null; echo l >/proc/sysrq-trigger; sleep 2")
    shown = m.sh("dmesg -c")
    assert all(f"NMI backtrace for cpu {n}" in shown for n in range(4)), shown


@pytest.mark.weight(6)
def test_root_reads_its_disk_while_the_unit_changes_hands(x86, disk):
    m = x86.machine
    x86.ensure(enabled=False)
    assert ("IR-PCI-MSIX" if is_vtd(x86) else " PCI-MSIX") in m.sh("grep nvme /proc/interrupts")
    m.sh("(while [ ! -e /tmp/stop ]; do dd if=/dev/nvme0n1 bs=64k iflag=direct 2>/dev/null | sha256sum; done "
         ">/tmp/sums; echo over >>/tmp/sums) &")
    before = disk_interrupts(m)
    for _ in range(20):
        x86.enable()
        assert ("with root's interrupts" if is_vtd(x86) else "unit(s) of AMD-Vi") in m.sh("bulkhead log")
        x86.disable()
    m.sh("touch /tmp/stop; while ! grep -q over /tmp/sums; do sleep 1; done", 60)
    words = [line.split()[0] for line in m.sh("cat /tmp/sums").split("\n") if line.strip()]
    assert set(words) == {disk[1], "over"} and len(words) > 5, words
    # Of a round each of 64 pieces waits for its own; at times the disk is faster than the kernel.
    assert disk_interrupts(m) - before >= 60 * (len(words) - 1)
    assert m.health() == []


def see_window(bh):
    """The Linux cell has configuration space in memory, and nothing of the network card's that could do harm."""
    card = f"/sys/bus/pci/devices/{CARD}"
    look = f"grep PCI /proc/iomem; ls {card}; od -An -tx4 -v -w16 -j256 -N256 {card}/config; echo en\"d.\""
    said = bh.machine.sh(f"bulkhead console linux --new --send '{look}' --until 'end.' --timeout 60", 90)
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{8} : PCI (ECAM|MMCONFIG) 0000 \[bus 00-00\]", said), said
    words = " ".join(re.findall(r"^ *((?:[0-9a-f]{8} ?){4})\s*$", said, re.M)).split()
    words = [int(word, 16) for word in words]
    assert len(words) == 64
    # Errors that were reported; of all else where the next is, and no more.
    assert words[0] & 0xffff == 1 and any(words[18:]) and not any(word & 0xfffff for word in words[18:]), words
    assert "sriov_totalvfs" not in said


def read_as_cell(bh):
    """Checksum of the disk as the Linux cell reads it, and the lines of its interrupts."""
    said = bh.machine.sh("bulkhead console linux --new --send 'dd if=/dev/nvme0n1 bs=64k iflag=direct 2>/dev/null | "
                         "sha256sum; grep nvme /proc/interrupts; echo en\"d.\"' --until 'end.' --timeout 60", 90)
    return re.search(r"[0-9a-f]{64}", said).group(), re.findall(r".*PCI-MSIX.*nvme.*", said)


@pytest.mark.weight(2)
def test_linux_cell_reads_root_s_disk(pc, disk):
    """Its stock kernel's driver, by MSI-X; root has the disk before and after that."""
    m, at = pc.machine, f"0000:00:{DISK:02x}.0"
    m.sh(f"echo {at} >/sys/bus/pci/drivers/nvme/unbind")
    change = f"s/  - power-off.*/&\\n  - pci: {at}\\n  - pci: {CARD}/"
    if not is_vtd(pc):
        change += f"; s#kernel: .*#kernel: {CELL_KERNEL}#"
    m.sh(f"sed '{change}' {pc.vm('linux', 2)} >/tmp/linux.yaml")
    for _ in range(2):
        pc.boot("/tmp/linux.yaml", timeout=120)
        pc.wait_console("linux", "bulkhead-guest ready", 120)
        see_window(pc)
        checksum, interrupts = read_as_cell(pc)
        assert checksum == disk[1]
        # Each of 64 pieces waits for one, which comes to one of two CPUs.
        assert sum(int(n) for line in interrupts for n in line.split(":", 1)[1].split()[:2]) >= 60, interrupts
        pc.cell("destroy", "linux", timeout=60)
    m.sh(f"echo {at} >/sys/bus/pci/drivers/nvme/bind; for i in $(seq 100); do test -b /dev/nvme0n1 && exit; sleep 0.2; "
         "done; exit 1", 60)
    assert m.sh("dd if=/dev/nvme0n1 bs=64k iflag=direct 2>/dev/null | sha256sum").split()[0] == disk[1]
