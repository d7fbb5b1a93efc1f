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
