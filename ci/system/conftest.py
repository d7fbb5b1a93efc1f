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
import itertools
import os

import pytest

from costs import Costs
from hypervisor import Hypervisor, differences
from machine import Configuration, Machine, architectures, gets_all, is_first, matrix


# What a scenario's name has and a file's must not: QEMU takes a comma for the end of an option.
FILE_NAME = str.maketrans("/[,", "_--")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also what takes too long for every day")
    parser.addoption("--share", default="", metavar="FOLDER",
                     help="only the machines that no other run with this folder has taken, one after the other")
    parser.addoption("--only", default="", help="only this configuration, such as 6.1-gic2-max")
    parser.addoption("--seconds", type=int, default=0, help="length of the endurance runs")


def pytest_configure(config):
    config.addinivalue_line("markers", "core: runs on every configuration")
    config.addinivalue_line("markers", "slow: only with --full")
    config.addinivalue_line("markers", "without(NAME...): not with these interrupt controllers")
    config.addinivalue_line("markers", "weight(N): takes about N times as long as one of the core")
    config.addinivalue_line("markers", "arch(NAME...): only there; without it, on every architecture")
    config.pluginmanager.register(Costs(config.getoption("--share")))


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
    return [c for c in matrix(full) if (core or gets_all(c)) and c.arch in (arches or [c.arch])
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
    if "bochs" in item.fixturenames:
        return "-".join(("bochs", *item.callspec.params["bochs"]))
    return item.path.name


def order_of(item):
    """Scenarios in Bochs run as they stand in their file; pytest orders them by the numbers of their parameters."""
    return item.location[:2] if "bochs" in item.fixturenames else ("", 0)


def weight_of(item):
    """Roughly how long it takes, in five seconds: the core is quick, and a machine of its own wants to be booted."""
    told = item.get_closest_marker("weight")
    if told:
        return told.args[0]
    return 1 if item.get_closest_marker("core") else 2 if "machine" in item.fixturenames else 3


def pytest_collection_modifyitems(config, items):
    wanted = [i for i in items if "NOTSET" not in i.name and (is_full(config) or not i.get_closest_marker("slow"))
              and elsewhere(i) is None]
    config.hook.pytest_deselected(items=[i for i in items if i not in wanted])
    # One machine after the other, keeping the order of files within. The busiest come first, so that runs that share
    # the work end at nearly the same time.
    weights = collections.Counter()
    for item in wanted:
        weights[machine_of(item)] += weight_of(item)
    wanted.sort(key=lambda i: (-weights[machine_of(i)], machine_of(i), order_of(i)))
    items[:] = wanted


def is_ours(folder, name):
    """Take what shares a machine, unless another run has it."""
    try:
        with open(os.path.join(folder, name.translate(FILE_NAME)), "x", encoding="ascii"):
            return True
    except FileExistsError:
        return False


def pytest_runtestloop(session):
    """With --share: as pytest's own, but for the machines that others take."""
    folder = session.config.getoption("--share")
    if not folder or session.config.option.collectonly or session.testsfailed:
        return None
    os.makedirs(folder, exist_ok=True)
    for name, group in itertools.groupby(session.items, machine_of):
        # What shares a machine ends with it: there is room for few only, and others may start theirs.
        group = list(group) if is_ours(folder, name) else []
        for item, following in zip(group, group[1:] + [None]):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
    return True


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
    rests = current.left and current.left[0] == current.commands
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
    current.left = (current.commands, current.left[1]) if rests else None


@pytest.fixture
def bh(request, machine):
    """The hypervisor, enabled; at the end there must be no cell and nothing may be missing."""
    before = machine.left[1] if machine.left and machine.left[0] == machine.commands else None
    hypervisor = Hypervisor(machine)
    if before is None:  # otherwise nobody has done anything since the last scenario's end
        hypervisor.ensure(enabled=True)
        before = hypervisor.snapshot()
    yield hypervisor
    if getattr(request.node, "failed_phase", None):
        return
    after = hypervisor.snapshot()
    assert after["enabled"], "the scenario left the hypervisor disabled"
    left = differences(before, after)
    assert not left, f"not as before: {left}"
    machine.left = machine.commands, after


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
