# SPDX-License-Identifier: GPL-2.0-or-later
"""Root panics, and the cells live on."""
import time

import pytest

from hypervisor import Hypervisor
from machine import SCALE

pytestmark = pytest.mark.arch("aarch64")


def beats_counted(machine):
    return machine.uart1().count("\n")


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
    m.child.send("echo c >/proc/sysrq-trigger\n")
    m.child.expect("Kernel panic - not syncing", timeout=30 * SCALE)
    m.child.expect("end Kernel panic", timeout=60 * SCALE)
    time.sleep(3 * SCALE)
    before = beats_counted(m)
    time.sleep(5 * SCALE)
    assert beats_counted(m) >= before + 3
