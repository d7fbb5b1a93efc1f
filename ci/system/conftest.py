# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines for the scenarios: one boot for each configuration, many scenarios in it.

A scenario that asks for `machine` gets a running one; `bh` also enables the hypervisor
before it and checks afterwards that cells and resources are as before. Scenarios marked
`core` run on every configuration, the others on those that get everything (machine.py);
those marked `arch` only on the architectures that it names, those marked `without` not with
the interrupt controllers that it names, those marked `slow` only with --full. A failed scenario
costs its machine: the next gets a fresh one.

One that asks for `own_machine` boots what it wants; with `each_arch` it runs once on each
architecture, and what it does not say of its machine is as in that one's first configuration.
"""
import collections
import os

import pytest

from hypervisor import Hypervisor, differences
from machine import Configuration, Machine, architectures, gets_all, is_first, matrix


# What a scenario's name has and a file's must not: QEMU takes a comma for the end of an option.
FILE_NAME = str.maketrans("/[,", "_--")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also what takes too long for every day")
    parser.addoption("--shard", default="1/1", help="NUMBER/COUNT: only this part of the machines")
    parser.addoption("--only", default="", help="only this configuration, such as 6.1-gic2-max")
    parser.addoption("--seconds", type=int, default=0, help="length of the endurance runs")


def pytest_configure(config):
    config.addinivalue_line("markers", "core: runs on every configuration")
    config.addinivalue_line("markers", "slow: only with --full")
    config.addinivalue_line("markers", "without(NAME...): not with these interrupt controllers")
    config.addinivalue_line("markers", "arch(NAME...): only there; without it, on every architecture")


def is_full(config):
    return config.getoption("--full") or os.environ.get("BULKHEAD_FULL") == "1"


def pytest_report_header():
    return f"architectures: {', '.join(architectures())}"


def label(entry):
    if not isinstance(entry, Configuration):
        return "NOTSET"  # no configuration is chosen: Debian's pytest asks for a name all the same
    return entry.label


def configurations(config, core, arches, without=()):
    """Those that a scenario runs on."""
    only, full = config.getoption("--only"), is_full(config)
    return [c for c in matrix(full) if (core or gets_all(c, full)) and c.arch in (arches or [c.arch])
            and c.gic not in without and (not only or c.label == only)]


def pytest_generate_tests(metafunc):
    if "machine" in metafunc.fixturenames:
        core = metafunc.definition.get_closest_marker("core") is not None
        arch = metafunc.definition.get_closest_marker("arch")
        without = metafunc.definition.get_closest_marker("without")
        found = configurations(metafunc.config, core, arch and arch.args, without.args if without else ())
        metafunc.parametrize("machine", found, indirect=True, ids=label)
    if "each_arch" in metafunc.fixturenames:
        arch = metafunc.definition.get_closest_marker("arch")
        first = [c for c in configurations(metafunc.config, False, arch and arch.args) if is_first(c)]
        metafunc.parametrize("each_arch", first, ids=[c.arch for c in first] or label)


def machine_of(item):
    """What shares a machine: the scenarios of one configuration, or, of those that boot their own, of one file."""
    if "machine" in item.fixturenames:
        return item.callspec.params["machine"].label
    return item.location[0]


def weight_of(item):
    """Roughly how long it takes: the core is quick, and a machine of its own wants to be booted."""
    return 1 if item.get_closest_marker("core") else 2


def shards(items, count):
    """Deal the machines out to the shards, the busiest first, each to the shard that has least to do."""
    weights = collections.Counter()
    for item in items:
        weights[machine_of(item)] += weight_of(item)
    loads, found = [0] * count, {}
    for name, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        found[name] = loads.index(min(loads))
        loads[found[name]] += weight
    return found


def pytest_collection_modifyitems(config, items):
    number, count = (int(n) for n in config.getoption("--shard").split("/"))
    wanted = [i for i in items if "NOTSET" not in i.name and (is_full(config) or not i.get_closest_marker("slow"))
              and elsewhere(i) is None]
    dealt = shards(wanted, count)
    keep = [i for i in wanted if dealt[machine_of(i)] == number - 1]
    config.hook.pytest_deselected(items=[i for i in items if i not in keep])
    # One machine after the other: sort by configuration, keep the order of files within. Those with machines of their
    # own come first: later, the last configuration's machine would still be there, and there is room for few only.
    keep.sort(key=lambda i: ("machine" in i.fixturenames, machine_of(i)))
    items[:] = keep


def elsewhere(item):
    """The architectures of a scenario with machines of its own, if none of them is here."""
    arch = item.get_closest_marker("arch")
    here = "machine" in item.fixturenames or not arch or set(arch.args) & set(architectures())
    return None if here else arch.args


class Holder:
    """One configuration's machine; booted when first needed, and again after a failure."""

    def __init__(self, entry):
        self.entry, self.machine, self.boots = entry, None, 0

    def get(self):
        if self.machine is None:
            kernel, gic, cpu = self.entry
            self.boots += 1
            name = self.entry.label + (f"-{self.boots}" if self.boots > 1 else "")
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
    first = request.getfixturevalue("each_arch")._asdict() if "each_arch" in request.fixturenames else {}

    def make(**what):
        name = what.pop("name", request.node.name.translate(FILE_NAME).rstrip("]"))
        machine = Machine(name=f"{name}-{len(made)}" if made else name, **{**first, **what})
        made.append(machine)
        return machine.boot()

    yield make
    for machine in made:
        machine.close()


@pytest.fixture
def seconds(request):
    """How long an endurance run lasts: half a minute, or five with --full."""
    return request.config.getoption("--seconds") or (300 if is_full(request.config) else 30)
