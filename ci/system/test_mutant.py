# SPDX-License-Identifier: GPL-2.0-or-later
"""A hypervisor with one check removed must fail the scenario that is there for this check."""
import os
import subprocess

import pytest

from hypervisor import Hypervisor
from machine import BUILD, TREE, MachineError
from test_cell import see_destroyed_memory

pytestmark = pytest.mark.arch("aarch64")


def build(name):
    """The image of a mutant; in a folder of its own below the build directory."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", "--no-print-directory", f"O={BUILD}", f"KCONFIG_CONFIG={configuration()}",
                    f"BUILD_MUTANT={name}", "hypervisor"], cwd=TREE, env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    return os.path.join(BUILD, f"mutant-{name}/bulkhead-aarch64.bin")


def configuration():
    own = os.path.join(BUILD, ".config")
    return own if os.path.exists(own) else os.environ.get("KCONFIG_CONFIG") or os.path.join(TREE, ".config")


def test_without_scrubbing_the_zeros_are_missed(own_machine):
    m = own_machine(image=build("no_scrub"))
    bh = Hypervisor(m)
    bh.enable()
    with pytest.raises(MachineError, match="(?s)memscan zero.*holds 0x"):
        see_destroyed_memory(bh)
    bh.disable()


def test_a_fault_of_our_own_leaves_no_lock_behind(own_machine):
    """Root's call faults in the hypervisor with the control lock held: cells can be ended, and it can be disabled."""
    m = own_machine(image=build("FAULT_AT_EL2"))
    bh = Hypervisor(m)
    bh.enable()
    bh.boot_test("heartbeat")
    assert "hardware" in m.refused("bulkhead cell suspend heartbeat")
    assert "cut an operation short" in m.refused("bulkhead cell start heartbeat")
    log = m.sh("bulkhead log")
    assert "hypervisor error" in log and "a control operation was cut short" in log
    bh.cell("destroy", "heartbeat")
    bh.disable()
    bh.enable()
    bh.disable()
    assert m.health() == []
