# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: what devices reach, by QEMU's "edu" device in a cell, and root's disk while IOMMUs change hands."""
import glob
import hashlib
import lzma
import os
import re

import pytest

from hypervisor import Hypervisor
from machine import BUILD, CACHE, Machine

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")

EDU = ("-device", "edu,addr=0x10,dma_mask=0xffffffffffffffff")
FUNCTION = "0000:00:10.0"
ROOT = 0x1000000         # root's kernel
HYPERVISOR = 0x7e000000  # configs/board/qemu-x86_64.yaml
POOL = 0x40000000        # where the first cell has its memory
NOTHING = ("0" * 16, "f" * 16)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A disk with random content: its file, and its checksum."""
    path = tmp_path_factory.mktemp("disk") / "disk"
    content = os.urandom(4 << 20)
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def nvme(tmp_path_factory):
    """The disk's driver of the kernel that knows AMD-Vi, which has it as modules; in the order of loading."""
    files = {}
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
    drive = ("-drive", f"file={disk[0]},if=none,id=disk,format=raw,readonly=on", "-device", "nvme,drive=disk,serial=1")
    files = nvme if request.param == "amdvi" else {}
    with Machine(gic=request.param, name=f"x86_64-iommu-{request.param}", qemu=EDU + drive, files=files) as machine:
        for module in files.values():
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


def tell(bh, line):
    """Type a line on the cell's console; the cell may fail meanwhile."""
    bh.machine.run(f"(sleep 1; echo '{line}'; sleep 3) | timeout 30 bulkhead console edu", 40)


def boot_edu(bh):
    bh.boot_test("edu")
    bh.wait_console("edu", "edu: ready", 60)


def peek(bh, address):
    """Eight bytes as the device reads them; None: the cell failed."""
    tell(bh, f"peek {address:x}")
    if bh.show("edu")["state"] == "failed":
        return None
    bh.wait_console("edu", f"peek {address:x}:")
    return re.findall(rf"peek {address:x}: ([0-9a-f]{{16}})", bh.console("edu"))[-1]


def expect_report(bh, verb, address):
    bh.wait_state("edu", "failed")
    assert f"{verb} by PCI {FUNCTION}" in str(bh.show("edu")["reason"])
    assert f"{verb} by PCI {FUNCTION}, address {address:x}" in bh.machine.sh("bulkhead log")


def test_device_of_a_cell_reaches_its_own_memory_only(pc):
    pc.boot_test("heartbeat")
    boot_edu(pc)
    # Of the bus it sees one function, which does not move.
    assert re.findall(r"PCI (\S+) is", pc.console("edu")) == ["00:10.0"]
    tell(pc, "move")
    pc.wait_console("edu", "base address stays")
    tell(pc, "own")
    pc.wait_console("edu", r"256 bytes, 0 wrong\s*$")
    assert peek(pc, 0) not in NOTHING
    for verb, address in (("write", ROOT), ("peek", ROOT), ("write", HYPERVISOR), ("peek", HYPERVISOR), ("write", POOL),
                          ("peek", POOL)):
        if verb == "peek":
            assert peek(pc, address) in (None, *NOTHING)
        else:
            tell(pc, f"{verb} {address:x}")
        # QEMU's AMD-Vi never writes its log (hw/i386/amd_iommu.c, amdvi_log_event()): there the cell goes on.
        if is_vtd(pc):
            expect_report(pc, "read" if verb == "peek" else verb, address)
            pc.cell("destroy", "edu")
            boot_edu(pc)
    tell(pc, "own")
    pc.wait_console("edu", r"256 bytes, 0 wrong\s*$")
    # What was written went nowhere: this cell's program is at that address.
    assert pc.beats("heartbeat", 5)


def test_root_does_not_see_the_configuration_of_a_cells_function(pc):
    m = pc.machine
    config = f"od -An -tx1 -N16 /sys/bus/pci/devices/{FUNCTION}/config"
    before = m.sh(config)
    pc.boot_test("edu")
    assert set(m.sh(config).split()) == {"ff"}
    pc.cell("destroy", "edu")
    assert m.sh(config).split()[:4] == before.split()[:4] == ["34", "12", "e8", "11"]


def test_root_reads_its_disk_while_the_unit_changes_hands(x86, disk):
    m = x86.machine
    x86.ensure(enabled=False)
    assert ("IR-PCI-MSIX" if is_vtd(x86) else " PCI-MSIX") in m.sh("grep nvme /proc/interrupts")
    m.sh("(while [ ! -e /tmp/stop ]; do dd if=/dev/nvme0n1 bs=64k iflag=direct 2>/dev/null | sha256sum; done "
         ">/tmp/sums; echo over >>/tmp/sums) &")
    for _ in range(20):
        x86.enable()
        assert ("with root's interrupts" if is_vtd(x86) else "unit(s) of AMD-Vi") in m.sh("bulkhead log")
        x86.disable()
    m.sh("touch /tmp/stop; while ! grep -q over /tmp/sums; do sleep 1; done", 60)
    words = [line.split()[0] for line in m.sh("cat /tmp/sums").split("\n") if line.strip()]
    assert set(words) == {disk[1], "over"} and len(words) > 5, words
    assert m.health() == []
