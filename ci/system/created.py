# SPDX-License-Identifier: GPL-2.0-or-later
"""A board file that the machine writes itself, enabled without an edit: the same on every machine."""
from hypervisor import Hypervisor

BOARD = "/tmp/created.yaml"


def create_then_enable(machine):
    """`config create` on the running machine; what it writes is right, as the machine is, and enables; a cell runs."""
    bh = Hypervisor(machine)
    bh.ensure(enabled=False)
    machine.sh(f"rm -f {BOARD} && bulkhead config create -o {BOARD}")
    assert "0 warnings" in machine.sh(f"bulkhead config check {BOARD}")
    assert machine.run(f"bulkhead config diff {BOARD}").code == 0
    checked = machine.run(f"bulkhead hardware check {BOARD}")
    assert checked.code == 0, checked
    machine.sh(f"bulkhead enable {BOARD}", 60)
    try:
        machine.sh(f"bulkhead cell boot {bh.vm('hello')}", 60)
        assert "hello" in machine.sh("bulkhead cell list --names")
        machine.sh("bulkhead cell destroy --all", 60)
    finally:
        machine.sh("bulkhead disable --destroy-cells", 60)
