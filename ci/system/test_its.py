# SPDX-License-Identifier: GPL-2.0-or-later
"""Root's message interrupts: they go on through enable and disable, and root cannot turn their engine on others."""
import os

import pytest

import evidence
import hostile
from hypervisor import Hypervisor
from machine import Machine

pytestmark = pytest.mark.arch("aarch64")

ITS = 0x08080000
CBASER, CWRITER, BASER = 0x80, 0x88, 0x100
POOL = 0x60000000
DISK = "0000:00:01.0"


@pytest.fixture(params=["6.12", "6.1"], scope="module")
def nvme(request, tmp_path_factory):
    """A machine with GICv3 and a disk that has an MSI-X vector for each CPU."""
    image = tmp_path_factory.mktemp("its") / "disk"
    with open(image, "wb") as f:
        os.truncate(f.fileno(), 16 << 20)
    with Machine(kernel=request.param, gic=3, name=f"its-{request.param}",
                 qemu=["-drive", f"file={image},if=none,id=disk,format=raw", "-device",
                       "nvme,drive=disk,serial=1"]) as machine:
        yield machine


def read_disk(machine):
    """Read from all CPUs; the interrupts that it took."""
    count = "awk '/nvme0q/ {for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) n += $i} END {print n}' /proc/interrupts"
    before = int(machine.sh(count))
    machine.sh("for cpu in 0 1 2 3; do taskset -p $((1 << cpu)) $$ >/dev/null; "
               "dd if=/dev/nvme0n1 of=/dev/null bs=4k iflag=direct count=20 2>/dev/null || exit 1; done", 60)
    return int(machine.sh(count)) - before


def rebind(machine):
    """The driver lets its vectors go and takes new ones: the device is unmapped and mapped again."""
    machine.sh(f"echo {DISK} >/sys/bus/pci/drivers/nvme/unbind; echo {DISK} >/sys/bus/pci/drivers/nvme/bind; "
               "for i in $(seq 50); do test -b /dev/nvme0n1 && exit; sleep 0.2; done; exit 1", 60)


def register(machine, offset, value=None, bits=64):
    """Read a register of the ITS, or write it."""
    text = machine.sh(f"devmem {ITS + offset:#x} {bits} {'' if value is None else f'{value:#x}'}")
    return int(text, 16) if value is None else None


def test_messages_go_on(nvme):
    bh = Hypervisor(nvme)
    assert read_disk(nvme) >= 80
    for _ in range(2):
        nvme.sh("(dd if=/dev/nvme0n1 of=/dev/null bs=4k iflag=direct && echo whole >/tmp/whole) >/dev/null 2>&1 &")
        bh.enable()
        assert read_disk(nvme) >= 80
        rebind_while_enabled(nvme)
        bh.disable()
        assert read_disk(nvme) >= 80
        nvme.sh("rm -f /tmp/whole")
    assert nvme.health() == []


def rebind_while_enabled(machine):
    machine.sh("wait; for i in $(seq 300); do test -f /tmp/whole && break; sleep 0.2; done; test -f /tmp/whole", 90)
    rebind(machine)
    assert read_disk(machine) >= 80
    for cpu in (1, 3):
        machine.sh(f"cd /sys/devices/system/cpu/cpu{cpu}; echo 0 >online; echo 1 >online")
    assert read_disk(machine) >= 80


def test_lent_cpu_and_back(nvme):
    bh = Hypervisor(nvme)
    bh.enable()
    bh.boot_test("heartbeat")
    assert bh.beats("heartbeat")
    nvme.sh("dd if=/dev/nvme0n1 of=/dev/null bs=4k iflag=direct count=20 2>/dev/null")
    bh.cell("destroy", "heartbeat")
    assert read_disk(nvme) >= 80
    bh.disable()
    assert read_disk(nvme) >= 80
    assert nvme.health() == []


def test_registers_stay(nvme):
    """Root's user has /dev/mem; a kernel has no other way to these registers."""
    bh = Hypervisor(nvme)
    bh.enable()
    before = [register(nvme, offset) for offset in (CBASER, BASER, BASER + 8)]
    assert all(value >> 63 for value in before[:2])
    register(nvme, 0, 0, bits=32)
    for offset in (CBASER, BASER, BASER + 8):
        register(nvme, offset, 1 << 63 | POOL)
    assert register(nvme, 0, bits=32) & 1, "the ITS is off"
    assert [register(nvme, offset) for offset in (CBASER, BASER, BASER + 8)] == before
    assert register(nvme, 0x10000, bits=32) == 0
    # An end of the queue that lies behind it; the next command of the kernel is right again.
    register(nvme, CWRITER, 0xfffe0)
    rebind(nvme)
    assert read_disk(nvme) >= 80
    bh.disable()
    assert nvme.health() == []


def test_rows_of_a_hostile_kernel(nvme):
    """With a device there is a table for the ITS to take: a hostile kernel aims it at memory of others."""
    bh = Hypervisor(nvme)
    bh.enable()
    hostile.begin(bh)
    with hostile.Kernel(bh) as kernel:
        rows = kernel.rows(only="kernel-write-for-me")
    hostile.save(rows, f"{nvme.label}-its")
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem] + hostile.finish(bh)
    assert not wrong, "\n".join(wrong)
    assert len(rows) >= 15
    bh.cell("destroy", "victim")
    rebind(nvme)
    assert read_disk(nvme) >= 80
    bh.disable()
    assert nvme.health() == []


def test_what_the_log_and_counters_say(nvme):
    """Commands that are left out are named with the reason; messages of root's do not reach a CPU that is lent."""
    bh = Hypervisor(nvme)
    bh.enable()
    hostile.begin(bh)
    rows = evidence.run(bh, with_its=True)
    hostile.save(rows, f"{nvme.label}-evidence")
    print("\n".join(row.line() for row in rows))
    wrong = [row.line() for row in rows if row.problem] + hostile.finish(bh)
    assert not wrong, "\n".join(wrong)
    assert len([row for row in rows if not row.skipped]) >= 9
    bh.cell("destroy", "victim")
    rebind(nvme)
    assert read_disk(nvme) >= 80
    bh.disable()
    assert nvme.health() == []
