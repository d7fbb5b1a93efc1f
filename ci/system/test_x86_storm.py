# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: interrupts without end, which a cell makes for itself, or a wire makes for it, stay in it.

inmates/tests/gale.c blows on CPUs 2 and 3; heartbeat is beside it on CPU 1, root on CPU 0.
"""
import time

import pytest

from hypervisor import TEST
from machine import SCALE

pytestmark = pytest.mark.arch("x86_64")

# Arguments of the program.
QUIET, COMMANDS, NMIS, STARTS, WIRE = range(5)
BY_MEMORY = 0x10  # in xAPIC mode
FEW = 100  # exits that are none of a storm's


def boot_gale(bh, argument, wire):
    """wire: it has the second serial port, and its pin."""
    change = f"s/argument: 0/argument: {argument}/"
    if not wire:
        change += "; /interrupts:/d; /^  gsi: 3/d; /ports:/d"
    bh.machine.sh(f"sed '{change}' {TEST}/gale.yaml >/tmp/gale.yaml")
    bh.boot("/tmp/gale.yaml")


def exits(bh, cell="gale", cpus=("2", "3")):
    """All but those of its virtual devices."""
    stats = bh.json(f"cell stats {cell}")
    return sum(stats[cpu]["exits_total"] - stats[cpu]["exits_mmio"] for cpu in cpus)


def others(bh):
    return exits(bh, "heartbeat", ("1",))


def blows(bh, is_exits):
    """The storm goes on; in its cell only; root and the other cell are there. Give its exits in this time."""
    def counts():
        return exits(bh), others(bh)

    before, end = counts(), time.monotonic() + 20 * SCALE
    beat = bh.heartbeat("gale")
    time.sleep(1)
    assert bh.machine.sh("echo here").strip() == "here"
    assert bh.beats("heartbeat") and bh.beats("gale"), bh.console("gale")
    while is_exits and counts()[0] - before[0] < 5 * FEW and time.monotonic() < end:
        time.sleep(0.5)
    own, other = (now - then for now, then in zip(counts(), before))
    assert bh.heartbeat("gale") > beat
    assert (own > 5 * FEW) == is_exits and other < FEW, (own, other)
    return own


def weather(bh, argument, is_exits=True, wire=False):
    """All that may become of a cell, while it blows; and what is left of it for the next one."""
    bh.boot(bh.vm("heartbeat"))
    boot_gale(bh, argument, wire)
    bh.wait_console("gale", "gale: blows")
    print(f"\nexits while we looked: {blows(bh, is_exits)}")
    bh.cell("suspend", "gale")
    before = exits(bh)
    assert bh.rests("gale", 1) and exits(bh) - before < FEW
    bh.cell("resume", "gale")
    blows(bh, is_exits)
    assert "by force" in bh.cell("stop", "gale")
    before = exits(bh)
    assert bh.beats("heartbeat") and exits(bh) - before < FEW
    bh.cell("start", "gale")
    bh.wait_console("gale", "(?s)gale: blows.*gale: blows")
    blows(bh, is_exits)
    bh.cell("destroy", "gale")
    look_behind(bh, wire)
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")


def look_behind(bh, wire):
    """Nothing comes to the next owner of CPUs and pin that it did not ask for, and what it asks for does."""
    boot_gale(bh, QUIET, wire)
    asked = "[1-9][0-9]*" if wire else "0"
    bh.wait_console("gale", f"gale: 0 came, 0 of a silent device, {asked} of one that asks")
    bh.cell("destroy", "gale")


@pytest.mark.core
def test_a_storm_of_commands(bh):
    """Both vCPUs interrupt themselves and each other as fast as they can."""
    weather(bh, COMMANDS)


@pytest.mark.parametrize("argument", (COMMANDS | BY_MEMORY, NMIS, NMIS | BY_MEMORY, STARTS),
                         ids=("commands-xapic", "nmis", "nmis-xapic", "starts"))
def test_other_storms(bh, argument):
    weather(bh, argument)


@pytest.mark.without("x2apic")
def test_a_wire_that_stays_up(bh):
    """That of a device of the cell's. No exit shows it: the cell ends each interrupt by itself."""
    weather(bh, WIRE, is_exits=False, wire=True)


def test_a_storm_of_root_s(bh):
    """Of its own device: cells come and go meanwhile, and nothing of it is theirs."""
    m = bh.machine
    bh.boot(bh.vm("heartbeat"))
    m.sh("(while [ ! -e /tmp/calm ]; do dd if=/dev/zero bs=4k count=64; done >/dev/ttyS1 2>/dev/null; "
         "echo >/tmp/over) &")

    def taken():
        return int(m.sh("awk '$NF == \"ttyS1\" {for (n = 2; n <= 5; n++) sum += $n} END {print sum + 0}' "
                        "/proc/interrupts"))

    before, other = taken(), others(bh)
    try:
        for _ in range(2):
            look_behind(bh, wire=False)
            assert bh.beats("heartbeat")
        print(f"\nroot's interrupts: {taken() - before}")
        assert taken() - before > 5 * FEW and others(bh) - other < FEW
    finally:
        m.sh("touch /tmp/calm; while [ ! -e /tmp/over ]; do sleep 0.2; done; rm /tmp/calm /tmp/over", 60)
    bh.cell("destroy", "heartbeat")
