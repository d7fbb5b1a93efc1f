# SPDX-License-Identifier: GPL-2.0-or-later
"""Root panics, and the cells live on."""
import re
import socket
import time

import pytest

from hypervisor import Hypervisor
from machine import SCALE


def panic(machine):
    machine.child.send("echo c >/proc/sysrq-trigger\n")
    machine.child.expect("Kernel panic - not syncing", timeout=30 * SCALE)
    machine.child.expect("end Kernel panic", timeout=60 * SCALE)


def beats_counted(machine):
    return machine.uart1().count("\n")


@pytest.mark.arch("aarch64")
def test_heartbeat_goes_on_when_root_panics(own_machine):
    m = own_machine(append="panic=0", drop=("panic",))  # root stays in its panic, the machine is not reset
    bh = Hypervisor(m)
    bh.enable()
    bh.boot_test("heartbeat-uart")
    m.wait_for("sleep 1; bulkhead cell list | grep -q running")
    end = time.monotonic() + 20 * SCALE
    while beats_counted(m) < 3 and time.monotonic() < end:
        time.sleep(0.2)
    assert beats_counted(m) >= 3, "the positive control: it beats while root lives"
    panic(m)
    time.sleep(3 * SCALE)
    before = beats_counted(m)
    time.sleep(5 * SCALE)
    assert beats_counted(m) >= before + 3


def word_at(path, address):
    """What the emulator's monitor sees in the machine's memory."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(20 * SCALE)
        monitor.connect(path)
        monitor.sendall(f"xp /1gx {address:#x}\n".encode())
        text = ""
        while not re.search(r"^[0-9a-f]+: 0x[0-9a-f]{16}", text, re.M):
            text += monitor.recv(4096).decode()
    return int(re.search(r"^[0-9a-f]+: (0x[0-9a-f]{16})", text, re.M)[1], 16)


@pytest.mark.arch("riscv64", "x86_64")
def test_a_cell_goes_on_counting_when_root_panics(own_machine, each_arch, tmp_path):
    """Cells of these boards have no UART of the machine, so a look into the cell's memory has to tell."""
    path = str(tmp_path / "monitor")
    m = own_machine(append="panic=0", drop=("panic",), qemu=(
        "-chardev", f"socket,id=monitor,path={path},server=on,wait=off", "-mon", "chardev=monitor,mode=readline"))
    bh = Hypervisor(m)
    bh.enable()
    bh.boot_test("beat")
    counts = []
    for _ in range(2):
        time.sleep(1)
        counts.append(word_at(path, bh.pool + 0x1000))
    assert 0 < counts[0] < counts[1], "the positive control: it counts while root lives"
    panic(m)
    time.sleep(3 * SCALE)
    before = word_at(path, bh.pool + 0x1000)
    time.sleep(1)
    assert word_at(path, bh.pool + 0x1000) > before
