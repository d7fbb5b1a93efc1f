# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests from before SBI 0.2 on RISC-V: linked for a fixed address, all by calls 0 to 8 (inmates/tests/legacy.c).

And what the debug console (DBCN) reads and writes, beside that.
"""
import re
import secrets
import zlib

import pytest

# None of it is the interrupt controller's; without Sstc the timer is firmware's.
pytestmark = [pytest.mark.arch("riscv64"), pytest.mark.without("aplic", "imsic"), pytest.mark.core]
ADDRESSES = {"legacy": 0x80200000, "legacy-high": 0x90200000}
CHECKS = 58


def hears(bh, prompt):
    """A line of input arrives as it was sent."""
    bh.wait_console("legacy", f"legacy: {prompt}")
    line = secrets.token_hex(100)
    bh.machine.put("/tmp/line", f"{line}\n".encode())
    bh.machine.run("bulkhead console legacy --new </tmp/line", 30)
    heard = bh.wait_console("legacy", rf"legacy: {prompt}\s+legacy: heard ([0-9a-f]+) ([0-9a-f]+)")
    assert (int(heard[1], 16), int(heard[2], 16)) == (len(line), zlib.crc32(line.encode()))


@pytest.mark.parametrize("name", ADDRESSES)
def test_guest_at_its_link_address(bh, name):
    """Where the guest sees its RAM, root has its own: the cell's is elsewhere in the machine."""
    bh.boot_test(name)
    found = bh.wait_console("legacy", r"(?s)legacy: at ([0-9a-f]+)\n(.*)legacy: type", 60)
    assert int(found[1], 16) == ADDRESSES[name]
    said = re.search(r"legacy: ([0-9a-f]+) checks, ([0-9a-f]+) good", found[2])
    assert said and int(said[1], 16) == int(said[2], 16) >= CHECKS, found[2]
    assert "legacy: DBCN writes this\n" in found[2]
    hears(bh, "type")  # by getchar
    hears(bh, "once more")  # by DBCN's read
    bh.wait_state("legacy", "stopped")
    assert "switched itself off" in bh.machine.sh("bulkhead cell show legacy")
    assert "comes back" not in bh.console("legacy")
    bh.cell("destroy", "legacy")
