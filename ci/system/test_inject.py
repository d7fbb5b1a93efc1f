# SPDX-License-Identifier: GPL-2.0-or-later
"""Each step of enabling fails once, on the first, a middle and the last CPU, as an error and as a time-out."""
import glob
import os
import re

import pytest

from hypervisor import Hypervisor
from machine import TREE

TABLE = re.compile(r"static const struct step (\w+)\[\] = \{(.*?)\n\};", re.DOTALL)
ENTRY = re.compile(r'\{\s*(?:\.name = )?"([^"]+)"')


def step_tables():
    """Table name -> step names, for the tables that enabling runs, from the sources."""
    found = {}
    for folder in ("control", "core", "arch/arm64"):
        for path in sorted(glob.glob(os.path.join(TREE, "hypervisor", folder, "*.c"))):
            with open(path, encoding="utf-8") as f:
                for table, body in TABLE.findall(f.read()):
                    found[table] = ENTRY.findall(body)
    return found


def cases():
    """(step, CPU or 'any') for every step; those that run on each CPU are tried on three of them."""
    every = []
    for table, names in step_tables().items():
        cpus = (0, 1, 3) if "cpu" in table else ("any",)
        every += [(name, cpu) for name in names for cpu in cpus]
    return every


def test_the_tables_are_found():
    """Without this, a renamed table would make the scenario below pass with nothing in it."""
    assert sum(len(names) for names in step_tables().values()) >= 6, step_tables()
    assert any("cpu" in table for table in step_tables()), step_tables()


@pytest.fixture
def off(machine):
    hypervisor = Hypervisor(machine)
    hypervisor.ensure(enabled=False)
    yield hypervisor
    hypervisor.set_timeout_scale(5)
    hypervisor.ensure(enabled=False)


@pytest.mark.parametrize("kind", ("error", "timeout"))
def test_every_step(off, kind):
    m = off.machine
    wrong = []
    for step, cpu in cases():
        off.set_timeout_scale(1 if kind == "timeout" else 5)
        result = m.run(f"bulkhead enable --inject-fault '{step}:{cpu}:{kind}' {off.board}", timeout=60)
        off.set_timeout_scale(5)
        if result.code == 0:
            wrong.append(f"{step}:{cpu}:{kind} did not fail")
            off.disable()
        elif step not in result.output:
            wrong.append(f"{step}:{cpu}:{kind}: the sentence does not name the step: {result.output}")
        if off.enabled():
            wrong.append(f"{step}:{cpu}:{kind}: enabled after a failure")
            off.disable()
        if m.online() != [0, 1, 2, 3]:
            wrong.append(f"{step}:{cpu}:{kind}: online CPUs are {m.online()}")
        again = m.run(f"bulkhead enable {off.board} && bulkhead disable", timeout=60)
        if again.code:
            wrong.append(f"{step}:{cpu}:{kind}: the next enable failed: {again.output}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.core
def test_one_step_on_the_last_cpu(off):
    step, cpu = [c for c in cases() if c[1] == 3][-1]
    text = off.machine.refused(f"bulkhead enable --inject-fault '{step}:{cpu}' {off.board}")
    assert step in text
    off.enable()
    off.disable()


def test_an_unknown_step_changes_nothing(off):
    """A misspelt step must not look like a step that cannot fail."""
    m = off.machine
    m.refused(f"bulkhead enable --inject-fault ':::' {off.board}")
    assert not off.enabled()
