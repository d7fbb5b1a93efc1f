# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: what devices reach, by QEMU's "edu" device in a cell and under VT-d, and root's interrupts meanwhile."""
import hashlib
import os
import re

import pytest

from hypervisor import Hypervisor
from machine import BUILD

built = os.path.exists(os.path.join(BUILD, "x86_64/bulkhead-x86_64.bin"))
pytestmark = pytest.mark.skipif(not built, reason="not built: make ARCH=x86_64 all")

EDU = ("-device", "edu,addr=0x10,dma_mask=0xffffffffffffffff")
FUNCTION = "0000:00:10.0"
ROOT = 0x1000000         # root's kernel
HYPERVISOR = 0x7e000000  # configs/board/qemu-x86_64.yaml
POOL = 0x40000000        # where the first cell has its memory


@pytest.fixture
def pc(own_machine):
    """A machine whose kernel remaps interrupts by VT-d, with the hypervisor enabled."""
    bh = Hypervisor(own_machine(gic="x2apic", qemu=EDU))
    bh.enable()
    yield bh
    bh.destroy_all()
    bh.disable()
    assert bh.machine.health() == []


def tell(bh, line, answer):
    with bh.machine.session("bulkhead console edu") as console:
        console.send(f"{line}\r")
        console.expect(answer, 30)
        assert console.leave("\x1d") == 0


def test_device_of_a_cell_reaches_its_own_memory_only(pc):
    pc.boot(pc.vm("heartbeat"))
    pc.boot_test("edu")
    pc.wait_console("edu", "edu: ready")
    # Of the bus it sees one function, which does not move.
    assert re.findall(r"PCI (\S+) is", pc.console("edu")) == ["00:10.0"]
    tell(pc, "move", "base address stays")
    tell(pc, "own", "256 bytes, 0 wrong")
    for address in (ROOT, HYPERVISOR, POOL):
        for verb in ("read", "write"):
            tell(pc, f"{verb} {address:x}", "reaching for")
            pc.wait_state("edu", "failed")
            reason = pc.show("edu")["reason"]
            assert f"{verb} by PCI {FUNCTION}" in str(reason) and f"{address:x}" in pc.machine.sh("bulkhead log")
            pc.cell("start", "edu")
            pc.wait_console("edu", "edu: ready")
    tell(pc, "own", "256 bytes, 0 wrong")
    assert pc.beats("heartbeat", 5)


def test_root_does_not_see_the_configuration_of_a_cells_function(pc):
    m = pc.machine
    config = f"od -An -tx1 -N16 /sys/bus/pci/devices/{FUNCTION}/config"
    before = m.sh(config)
    pc.boot_test("edu")
    assert set(m.sh(config).split()) == {"ff"}
    pc.cell("destroy", "edu")
    assert m.sh(config).split()[:4] == before.split()[:4] == ["34", "12", "e8", "11"]


def disk(path):
    """A disk with random content, behind a controller that signals by MSI-X: arguments for QEMU, and its checksum."""
    content = os.urandom(4 << 20)
    path.write_bytes(content)
    return ("-drive", f"file={path},if=none,id=disk,format=raw,readonly=on",
            "-device", "nvme,drive=disk,serial=bulkhead"), hashlib.sha256(content).hexdigest()


def test_root_reads_its_disk_while_the_unit_changes_hands(own_machine, tmp_path):
    qemu, expected = disk(tmp_path / "disk")
    bh = Hypervisor(own_machine(gic="x2apic", qemu=qemu))
    m = bh.machine
    assert "IR-PCI-MSIX" in m.sh("grep nvme /proc/interrupts")
    m.sh("(while [ ! -e /tmp/stop ]; do dd if=/dev/nvme0n1 bs=64k iflag=direct 2>/dev/null | sha256sum; done "
         ">/tmp/sums; echo over >>/tmp/sums) &")
    for _ in range(20):
        bh.enable()
        assert "with root's interrupts" in m.sh("bulkhead log")
        bh.disable()
    m.sh("touch /tmp/stop; while ! grep -q over /tmp/sums; do sleep 1; done", 60)
    sums = m.sh("cat /tmp/sums").split("\n")
    assert {line.split()[0] for line in sums if line.strip()} == {expected, "over"}, sums
    assert m.health() == []
