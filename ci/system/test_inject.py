# SPDX-License-Identifier: GPL-2.0-or-later
"""Each step of enabling fails once, on the first, a middle and the last CPU, as an error and as a time-out."""
import glob
import os
import re

import pytest

from hypervisor import Hypervisor
from machine import TREE

TABLE = re.compile(r"^\t?(?:static )?const struct (?:enable_)?step (\w+)\[\] = \{(.*?)\n\t?\};",
                   re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r'\{\s*(?:\.name = )?"([^"]+)"')
FUNCTION = re.compile(r"^const struct step \*(\w+)\(void\)$", re.MULTILINE)
POINT = re.compile(r'step_injected\("([^"]+)"\)')
FOLDERS = {"aarch64": "arm64", "riscv64": "riscv", "x86_64": "x86"}


def step_tables(arch):
    """Table name -> step names, from the sources, for all that enabling runs, and where."""
    found = {}
    sources = ("driver/enable.c", "hypervisor/control/*.c", f"hypervisor/arch/{FOLDERS[arch]}/*.c")
    for path in (p for pattern in sources for p in sorted(glob.glob(os.path.join(TREE, pattern)))):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for match in TABLE.finditer(text):
            function = FUNCTION.findall(text[:match.start()])
            name = f"{os.path.basename(path)}:{function[-1] if function else match.group(1)}"
            found[name] = ENTRY.findall(match.group(2))
        # Single points that every CPU passes.
        found.setdefault("cpu points", []).extend(POINT.findall(text))
    return found


def cases(arch):
    """(step, CPU or 'any') for every step; those that run on each CPU are tried on three of them."""
    every = []
    for table, names in step_tables(arch).items():
        cpus = (0, 1, 3) if "cpu" in table else ("any",)
        every += [(name, cpu) for name in names for cpu in cpus]
    return every


@pytest.mark.parametrize("arch", FOLDERS)
def test_the_tables_are_found(arch):
    """Without this, a renamed table would make the scenario below pass with nothing in it."""
    found = step_tables(arch)
    assert {"enable.c:steps", "enable.c:first_steps", "enable.c:cell_steps", "enable.c:arch_system_steps",
            "enable.c:arch_cpu_steps", "cpu points"} <= set(found), found
    assert all(found.values()), found


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
    for step, cpu in cases(m.arch):
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
    step, cpu = [c for c in cases(off.machine.arch) if c[1] == 3][-1]
    text = off.machine.refused(f"bulkhead enable --inject-fault '{step}:{cpu}' {off.board}")
    assert step in text
    off.enable()
    off.disable()


def test_an_unknown_step_changes_nothing(off):
    """A misspelt step must not look like a step that cannot fail."""
    m = off.machine
    m.refused(f"bulkhead enable --inject-fault ':::' {off.board}")
    assert not off.enabled()
