# SPDX-License-Identifier: GPL-2.0-or-later
"""A wire that is raised while its owner changes. test_riscv.py has the same on APLIC and IMSIC."""
import time

import pytest

import wire
from machine import SCALE


@pytest.mark.arch("riscv64")
@pytest.mark.without("aplic", "imsic")
def test_it_rings_once_at_the_right_owner(bh):
    wire.check(bh)


# AArch64's second UART hears itself: looped back for as long as a byte is written, for the terminal may echo it.
HEAR = """
devmem 0x9040030 16 0x0381
devmem 0x9040038 16 0x50
devmem 0x9040000 8 0x42
devmem 0x9040030 16 0x0301
"""


def at_root(bh):
    """Interrupts of the second UART that root's kernel took."""
    return int(bh.machine.sh("awk '$NF == \"uart-pl011\" {for (n = 2; n <= 5; n++) sum[NR] += $n; last = NR} "
                             "END {print last ? sum[last] + 0 : -1}' /proc/interrupts"))


def heard(bh):
    """It took one more, or two."""
    before, end = at_root(bh), time.monotonic() + 20 * SCALE
    bh.machine.sh(HEAR)
    while at_root(bh) == before and time.monotonic() < end:
        time.sleep(0.3)
    time.sleep(1)
    return at_root(bh) > before


@pytest.mark.arch("aarch64")
def test_a_driver_that_stays_with_its_device_goes_on(bh):
    """Root's, of the second UART: it hears what it heard before, when a cell has had the device."""
    bh.machine.sh("sleep 1000 </dev/ttyAMA1 >/dev/null & echo $! >/tmp/listener; sleep 1")
    try:
        assert heard(bh), "the positive control"
        before = at_root(bh)
        bh.boot_test("heartbeat-uart")
        bh.cell("destroy", "heartbeat-uart")
        assert at_root(bh) == before
        assert heard(bh)
    finally:
        bh.machine.sh("kill $(cat /tmp/listener)")


LENT = """
cell: lent
cpus: [1]
memory:
  - { name: ram, guest: 0x0, size: 2M }
boot: { protocol: flat, image: /usr/lib/bulkhead/inmates/heartbeat.bin }
interrupts: { controller: ioapic, gsi: 3 }
devices:
  - uart: { port: 0x3f8, gsi: 4 }
comm-page: 0x5000_0000
"""


def serial_interrupts(bh):
    """Those that the second serial port's driver took for a line that it sent."""
    return int(bh.machine.sh("sum() { awk '$NF == \"ttyS1\" {for (n = 2; n <= 5; n++) s += $n} END {print s + 0}' "
                             "/proc/interrupts; }; before=$(sum); echo hello >/dev/ttyS1; sleep 1; "
                             "echo $(($(sum) - before))"))


@pytest.mark.arch("x86_64")
def test_a_driver_whose_interrupt_was_lent_goes_on(bh):
    """Root's, of the second serial port: a cell has had the port's interrupt."""
    bh.machine.put("/tmp/lent.yaml", LENT.encode())
    bh.machine.sh("sleep 1000 </dev/ttyS1 >/dev/null & echo $! >/tmp/listener; sleep 1")
    try:
        assert serial_interrupts(bh) > 0, "the positive control"
        bh.boot("/tmp/lent.yaml")
        bh.cell("destroy", "lent")
        assert serial_interrupts(bh) > 0
    finally:
        bh.machine.sh("kill $(cat /tmp/listener)")
