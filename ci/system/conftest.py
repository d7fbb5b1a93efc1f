# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines for the scenarios: one boot for each configuration, many scenarios in it.

A scenario that asks for `machine` gets a running one; `bh` also enables the hypervisor
before it and checks afterwards that cells and resources are as before. Scenarios marked
`core` run on every configuration, the others on the first one only; those marked `slow`
only with --full. A failed scenario costs its machine: the next gets a fresh one.
"""
import os

import pytest

from hypervisor import Hypervisor, differences
from machine import Machine, label as machine_label, matrix


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also what takes too long for every day")
    parser.addoption("--shard", default="1/1", help="NUMBER/COUNT: only this part of the configurations")
    parser.addoption("--only", default="", help="only this configuration, such as 6.1-gic2-max")
    parser.addoption("--seconds", type=int, default=0, help="length of the endurance runs")


def pytest_configure(config):
    config.addinivalue_line("markers", "core: runs on every configuration")
    config.addinivalue_line("markers", "slow: only with --full")


def is_full(config):
    return config.getoption("--full") or os.environ.get("BULKHEAD_FULL") == "1"


def label(entry):
    if not isinstance(entry, tuple):
        return "NOTSET"  # no configuration of this shard: Debian's pytest asks for a name all the same
    return machine_label(entry)


def configurations(config, core):
    entries = matrix(is_full(config))
    number, count = (int(n) for n in config.getoption("--shard").split("/"))
    if not core:
        entries = entries[:1]
    # The first configuration has far more to do than any other: it is a shard of its own.
    chosen = [e for i, e in enumerate(matrix(is_full(config)))
              if count == 1 or (i == 0) == (number == 1)]
    only = config.getoption("--only")
    return [e for e in entries if e in chosen and (not only or label(e) == only)]


def pytest_generate_tests(metafunc):
    if "machine" in metafunc.fixturenames:
        core = metafunc.definition.get_closest_marker("core") is not None
        metafunc.parametrize("machine", configurations(metafunc.config, core), indirect=True, ids=label)


def pytest_collection_modifyitems(config, items):
    full, shard = is_full(config), config.getoption("--shard")
    keep, drop = [], []
    for item in items:
        slow = item.get_closest_marker("slow") and not full
        # Scenarios that boot machines of their own belong to the last shard.
        number, count = (int(n) for n in shard.split("/"))
        alone = "machine" not in item.fixturenames and number != count
        (drop if slow or alone else keep).append(item)
    # One machine after the other: sort by configuration, keep the order of files within.
    keep.sort(key=lambda i: i.callspec.id if hasattr(i, "callspec") else "")
    items[:] = [i for i in keep if "[NOTSET]" not in i.name]
    config.hook.pytest_deselected(items=drop)


class Holder:
    """One configuration's machine; booted when first needed, and again after a failure."""

    def __init__(self, entry):
        self.entry, self.machine, self.boots = entry, None, 0

    def get(self):
        if self.machine is None:
            kernel, gic, cpu = self.entry
            self.boots += 1
            name = label(self.entry) + (f"-{self.boots}" if self.boots > 1 else "")
            machine = Machine(kernel=kernel, gic=gic, cpu=cpu, name=name)
            machine.boot()
            self.machine = machine
        return self.machine

    def drop(self):
        if self.machine is not None:
            self.machine.close()
            self.machine = None


@pytest.fixture(scope="session")
def holders():
    found = {}
    yield found
    for holder in found.values():
        holder.drop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        item.failed_phase = report.when


@pytest.fixture
def machine(request, holders):
    """A booted machine; at the end root must be well."""
    entry = request.param
    for other, holder in holders.items():
        if other != entry:
            holder.drop()
    holder = holders.setdefault(entry, Holder(entry))
    try:
        current = holder.get()
    except Exception:
        holder.drop()
        raise
    yield current
    if getattr(request.node, "failed_phase", None):
        holder.drop()
        return
    try:
        problems = current.health()
    except Exception:
        holder.drop()
        raise
    if problems:
        holder.drop()
        pytest.fail("root is not well afterwards:\n" + "\n".join(problems))


@pytest.fixture
def bh(request, machine):
    """The hypervisor, enabled; at the end there must be no cell and nothing may be missing."""
    hypervisor = Hypervisor(machine)
    hypervisor.ensure(enabled=True)
    before = hypervisor.snapshot()
    yield hypervisor
    if getattr(request.node, "failed_phase", None):
        return
    assert hypervisor.enabled(), "the scenario left the hypervisor disabled"
    left = differences(before, hypervisor.snapshot())
    assert not left, f"not as before: {left}"


@pytest.fixture
def own_machine(request):
    """Make a machine for this scenario alone: own_machine(append="...") -> Machine, booted."""
    made = []

    def make(**what):
        name = what.pop("name", request.node.name.replace("/", "_").replace("[", "-").rstrip("]"))
        machine = Machine(name=f"{name}-{len(made)}" if made else name, **what)
        made.append(machine)
        return machine.boot()

    yield make
    for machine in made:
        machine.close()


@pytest.fixture
def seconds(request):
    """How long an endurance run lasts: half a minute, or five with --full."""
    return request.config.getoption("--seconds") or (300 if is_full(request.config) else 30)
