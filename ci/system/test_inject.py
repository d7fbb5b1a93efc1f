# SPDX-License-Identifier: GPL-2.0-or-later
"""Each step of enabling fails once, on the first, a middle and the last CPU, as an error and as a time-out."""
import glob
import json
import os
import re

import pytest

from hypervisor import PARAMETER, Hypervisor
from machine import MARK, TREE

TABLE = re.compile(r"^(?:static )?const struct (?:enable_)?step (\w+)\[\] = \{(.*?)\n\};",
                   re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r'\{\s*(?:\.name = )?"([^"]+)"')
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
            found[f"{os.path.basename(path)}:{match.group(1)}"] = ENTRY.findall(match.group(2))
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


# One command for each step: there are many, and a command costs more than what is in it.
TRY = f"""
echo {{scale}} >{PARAMETER}
bulkhead enable --inject-fault '{{fault}}' {{board}} 2>&1; code=$?
echo 5 >{PARAMETER}
echo {MARK}$code
bulkhead status --json
test $code != 0 || bulkhead disable >/dev/null
echo {MARK}
cat /sys/devices/system/cpu/online
echo {MARK}
bulkhead enable {{board}} 2>&1 && bulkhead disable 2>&1; echo {MARK}$?"""


def try_step(off, step, fault, kind):
    """Sentences that tell what is wrong with an enable in which this step fails, and with what comes after it."""
    said, after, online, again, again_code = off.machine.sh(
        TRY.format(scale=1 if kind == "timeout" else 5, fault=f"{fault}:{kind}", board=off.board), 120).split(MARK)
    code, _, status = after.partition("\n")
    wrong = []
    if code == "0":
        wrong.append("did not fail")
    elif step not in said:
        wrong.append(f"the sentence does not name the step: {said}")
    if json.loads(status)["enabled"]:
        wrong.append("enabled after a failure")
    if online.strip() != "0-3":
        wrong.append(f"online CPUs are {online}")
    if again_code != "0":
        wrong.append(f"the next enable failed: {again}")
    if wrong:
        off.ensure(enabled=False)
    return [f"{fault}:{kind}: {text}" for text in wrong]


@pytest.mark.parametrize("kind", ("error", "timeout"))
def test_every_step(off, kind):
    wrong = []
    for step, cpu in cases(off.machine.arch):
        wrong += try_step(off, step, f"{step}:{cpu}", kind)
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
