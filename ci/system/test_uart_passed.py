# SPDX-License-Identifier: GPL-2.0-or-later
"""RISC-V: the machine's only UART passed through to a cell. Root's own console is a virtio one meanwhile."""
import socket
import time
import zlib

import pytest

from hypervisor import Hypervisor
from machine import SCALE, Machine

CELL = """
cell: echo
cpus: [3]
memory:
  - { name: ram, guest: 0x8000_0000, size: 2M }
boot: { protocol: flat, image: /usr/lib/bulkhead/inmates/console-echo.bin }
interrupts: auto
devices:
  - passthrough: /soc/serial@10000000
comm-page: 0x5000_0000
"""


class OtherConsole(Machine):
    """Its UART leads to a socket."""

    def arguments(self, serial):
        words = super().arguments(serial)
        at = words.index("-serial")
        words[at:at + 2] = ["-device", "virtio-serial-pci", "-device", "virtconsole,chardev=root",
                            "-chardev", f"socket,id=cells,path={self.path('sock')},server=on,wait=off,"
                            f"logfile={self.path('uart1')},logappend=off", "-serial", "chardev:cells"]
        return words


def wait_ready(machine, times):
    """What is sent before it listens is lost."""
    end = time.monotonic() + 30 * SCALE
    while machine.uart1().count("echo: ready") < times:
        assert time.monotonic() < end, machine.uart1()[-500:]
        time.sleep(0.2)


def talk(machine, line, until):
    """Type a line into the UART; all that came back until these bytes did."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(20 * SCALE)
        wire.connect(machine.path("sock"))
        wire.sendall(line)
        heard = b""
        while until not in heard:
            heard += wire.recv(4096)
        return heard


@pytest.mark.arch("riscv64")
@pytest.mark.slow
@pytest.mark.parametrize("gic", ("plic", "imsic"))
def test_cell_drives_it_by_its_interrupt(gic):
    with OtherConsole(gic=gic, name=f"riscv64-uart-{gic}", drop=("console=ttyS0",), append="console=hvc0") as m:
        bh = Hypervisor(m)
        bh.ensure(enabled=True)
        tree = ", devicetree: generate" if gic == "imsic" else ""
        m.put("/tmp/echo.yaml", CELL.replace("echo.bin", f"echo.bin{tree}").encode())
        before = bh.snapshot()
        for times in (1, 2):
            bh.boot("/tmp/echo.yaml")
            wait_ready(m, times)
            crc = f"crc32 {zlib.crc32(b'over the wire'):08x}, 0 lost".encode()
            assert b"13 bytes" in talk(m, b"over the wire\r", crc)
            bh.cell("destroy", "echo")
        after = bh.snapshot()
        assert {k for k in before if before[k] != after[k]} <= {"interrupts"}
        assert m.health() == []
