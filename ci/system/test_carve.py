# SPDX-License-Identifier: GPL-2.0-or-later
"""A stock kernel that was started with no memory set aside gives some away when it runs, and gets it back."""
import json

from created import BOARD, create_then_enable
from hypervisor import Hypervisor

WANTED = 384 << 20


def pieces(machine, state):
    found = json.loads(machine.sh("bulkhead memory list --json"))["pieces"]
    return [(int(p["base"], 16), p["size"]) for p in found if p["state"] == state]


def test_carve_enable_and_return(own_machine, each_arch):
    m = own_machine(drop=("mem", "memmap"))
    bh = Hypervisor(m)
    assert "bulkhead memory carve" in m.refused("bulkhead config create")
    linux = pieces(m, "linux")
    if m.arch == "aarch64":
        assert "keeps all RAM that it was started with" in m.refused("bulkhead memory carve 128M", 60)
        assert pieces(m, "linux") == linux
        return

    assert "in one piece" in m.refused("bulkhead memory carve 64G", 60)
    # All but a block: the kernel itself lies at the beginning, what it got first at the end. What was taken goes back.
    assert "in one piece" in m.refused(f"bulkhead memory carve {(sum(s for _, s in linux) >> 20) - 128}M", 240)
    assert pieces(m, "linux") == linux and not pieces(m, "offline")

    m.sh(f"bulkhead memory carve {WANTED >> 20}M", 120)
    offline = pieces(m, "offline")
    assert [size for _, size in offline] == [WANTED]
    assert "given away before" in m.run(f"bulkhead memory carve {WANTED >> 20}M 2>&1").output  # it is there
    assert pieces(m, "offline") == offline
    create_then_enable(m)
    assert "gave away" in m.sh(f"cat {BOARD}")

    m.sh(f"bulkhead enable {BOARD}", 60)
    m.sh(f"bulkhead cell boot {bh.vm('heartbeat')}", 60)
    assert "run 'bulkhead disable' first" in m.refused("bulkhead memory return", 60)
    assert pieces(m, "offline") == offline
    assert bh.beats("heartbeat")
    m.sh("bulkhead disable --destroy-cells", 60)

    m.sh("bulkhead memory return", 60)
    assert pieces(m, "linux") == linux and not pieces(m, "offline")
    assert "not reserved" in m.refused(f"bulkhead enable {BOARD}")
    m.sh("dd if=/dev/zero of=/tmp/all bs=1M count=600 && rm /tmp/all", 120)  # what came back is good to use
    assert m.health() == []
