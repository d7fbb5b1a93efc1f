# SPDX-License-Identifier: GPL-2.0-or-later
"""More interrupts than list registers: none is lost, none comes twice, the most urgent comes first."""
import pytest

# Software cannot raise a line of the PLIC or the I/O APIC.
pytestmark = [pytest.mark.arch("aarch64", "riscv64"), pytest.mark.without("plic")]


@pytest.mark.core
def test_50_rounds_in_order(bh):
    """inmates/tests/storm.c judges itself; that it takes part at all is seen in the counters."""
    bh.boot_test("storm")
    found = bh.wait_console("storm", r"storm: (\d+) of (\d+) in order", 60)
    text = bh.console("storm")
    assert found.groups() == ("50", "50"), text
    assert "storm: 16 and 40 interrupts at once" in text
    bh.wait_state("storm", "stopped")
    if bh.arch == "aarch64":
        overflows = bh.machine.sh("bulkhead cell stats storm | grep irq_overflows").split()
        assert int(overflows[1]) > 0, "all interrupts fitted into the list registers: this shows nothing"
    bh.cell("destroy", "storm")
