# SPDX-License-Identifier: GPL-2.0-or-later
"""RISC-V: harts that report little. QEMU's say in htinst what a load or store was, and have VMIDs; an image that
believes neither (CONFIG_POOR_HART) reads each instruction through the guest's tables, and gives all cells VMID 0."""
import hashlib
import os
import subprocess
import zlib

import pytest

import hostile
from hypervisor import Hypervisor
from machine import BUILD, TREE, Machine

pytestmark = [pytest.mark.arch("riscv64"), pytest.mark.slow]


@pytest.fixture(scope="module")
def image():
    out = os.path.join(BUILD, "poor-hart")
    os.makedirs(out, exist_ok=True)
    config = os.path.join(out, ".config")
    with open(os.path.join(TREE, "configs/board/qemu-riscv64_defconfig"), encoding="ascii") as f:
        lines = f.read()
    with open(config, "w", encoding="ascii") as f:
        f.write(lines + "CONFIG_POOR_HART=y\n")
    subprocess.run(["make", "--no-print-directory", "-C", TREE, f"O={out}", f"KCONFIG_CONFIG={config}", "ARCH=riscv64",
                    "hypervisor"], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(out, "riscv64/bulkhead-riscv64.bin")


@pytest.mark.parametrize("gic, cpu", (("plic", "max"), ("aplic", "rv64")))
def test_devices_and_a_linux_cell(image, gic, cpu):
    with Machine(gic=gic, cpu=cpu, image=image, name=f"riscv64-poor-{gic}") as m:
        bh = Hypervisor(m)
        bh.enable()
        assert "VMIDs to 0x0" in bh.machine.sh("bulkhead log")
        with_devices(bh)
        with_linux(bh)
        hostile.begin(bh)
        rows = hostile.run(bh, only="mmio")
        assert [row.line() for row in rows if row.problem] == hostile.finish(bh) == []
        assert len([row for row in rows if not row.skipped]) >= 9
        bh.destroy_all()
        bh.disable()
        assert m.health() == []


def with_devices(bh):
    """Instructions of a program without translation, of two and of four bytes."""
    bh.boot(bh.vm("console-echo"))
    bh.wait_console("console-echo", "echo: ready")
    bh.machine.put("/tmp/line", b"x" * 500 + b"\n")
    shown = bh.machine.sh("bulkhead console console-echo --new </tmp/line", timeout=60)
    assert f"500 bytes, crc32 {zlib.crc32(b'x' * 500):08x}, 0 lost" in shown
    bh.cell("destroy", "console-echo")


def with_linux(bh):
    """Instructions behind its own tables, with a bare-metal cell beside it under the same VMID."""
    bh.boot(bh.vm("linux", 2), timeout=120)
    bh.wait_console("linux", "bulkhead-guest ready", 120)
    bh.boot_test("heartbeat-cpu1")
    shown = bh.machine.sh("bulkhead console linux --new --send 'head -c 1000000 /dev/zero | md5sum; echo en\"d.\"' "
                          "--until end. --timeout 30", 40)
    assert hashlib.md5(bytes(1000000)).hexdigest() in shown
    assert bh.beats("heartbeat-cpu1")
    bh.cell("destroy", "heartbeat-cpu1")
    bh.cell("destroy", "linux", timeout=60)
