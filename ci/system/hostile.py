# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the hostile cell and of hostile root: run, judge, one line a row, JSON.

A row is good if its positive control worked, what it attempted ended as its table says, and afterwards root's
sentinels, the victim's heartbeat, memory and interrupt settings (it looks at them itself) are as before.
"""
import contextlib
import json
import os
import re

from hypervisor import TEST, Hypervisor
from machine import BUILD, SCALE

SENTINELS_SIZE, SENTINEL = 0x200000, "0x5afe0000600d5afe"
SENTINELS = {"aarch64": 0x62000000, "riscv64": 0xc2000000, "x86_64": 0x42000000}  # in the pool: where no cell is
FILES = {"riscv64": "-riscv64", "x86_64": "-x86_64"}  # of the cells, where they differ
ROW = re.compile(r"row (\d+) (\S+) intc \d control (\w+) expect (\w+) (\d+) 0x([0-9a-f]+)")
GOT = re.compile(r"\.*got (\d+) (\w+)(?: 0x([0-9a-f]+))?")
ROOT_ROW = re.compile(r"row (\S+) control (\w+) result (\w+) ?(.*)")
LAST = 9999
ONE_OF_EACH = 2  # first_only: not even another if the first ends the cell
DMA_ACCESS, NOTHING_CAME = 12, 0  # reason of the ABI; what x86_64/dma.c gives then
# What is refused at the same place for another reason, too, shows nothing if that was the reason.
BECAUSE = {"decode.exception-into-device": "delivery"}
LOG_BURST = 5  # a cell's messages that are never too many


class Row:
    """One attack and what came of it. problem: None if all is as it must be."""

    def __init__(self, number, name, control, expect, kind, want):
        self.number, self.name, self.control = number, name, control
        self.expect, self.kind, self.want = expect, kind, want
        self.got, self.problem = None, None
        self.is_silent = False  # refused DMA is not reported

    @property
    def skipped(self):
        return self.control == "skipped"

    def judge_value(self, how, value):
        """The attempt came back to the guest. What is silent must have stopped everything, as QEMU's AMD-Vi is."""
        self.got = how if value is None else f"{how} {value:#x}"
        if self.is_silent and self.expect == "failed" and self.kind == DMA_ACCESS and how == "value":
            self.problem = None if value == NOTHING_CAME else "something came through"
            return
        if self.expect == "any":
            good = how == "value"
        elif self.expect in ("value", "fault"):
            good = how == self.expect and value == self.want
        elif self.expect == "refused":
            good = how in ("undefined", "fault") and value != self.want
        else:
            good = how == self.expect
        if not good:
            self.problem = f"expected {self.expect} {self.want:#x}, got {self.got}"

    def judge_end(self, cell):
        """The attempt did not come back: the cell's state tells."""
        reason = cell.get("reason", {})
        self.got = f"{cell['state']}: {reason.get('text', 'no reason')}"
        address = int(reason.get("address", "0x0"), 16)
        if self.expect != "failed":
            self.problem = f"expected {self.expect}, got {self.got}"
        elif cell["state"] != "failed" or reason.get("kind") != self.kind or address != self.want:
            self.problem = f"expected failed, kind {self.kind} at {self.want:#x}, got {self.got}"
        elif not reason.get("what"):
            self.problem = f"the reason does not say what was touched: {self.got}"
        elif not reason["what"].startswith(BECAUSE.get(self.name, "")):
            self.problem = f"the reason is another one: {self.got}"

    def line(self):
        mark = "skip" if self.skipped else "FAIL" if self.problem else "ok"
        return f"{mark:4} {self.name:36} {self.problem or self.got or ''}"

    def record(self):
        result = "skipped" if self.skipped else "failed" if self.problem else "passed"
        return {"row": self.name, "number": self.number, "result": result,
                "expected": f"{self.expect} {self.want:#x}", "got": self.got, "problem": self.problem}


def judge_run(rows, end, victim, before):
    """Rows of one run of the cell, with its end and what the victim was like afterwards."""
    for row in rows:
        if row.skipped:
            continue
        if row.got is None:
            row.judge_end(end)
        if row.control != "ok":
            row.problem = "its positive control did not work: it shows nothing"
        elif victim["state"] != "running" or victim["heartbeat"] <= before:
            row.problem = row.problem or "the victim does not beat any more"


def without_documents(text):
    """Lines of hostile-rows's output; (what, JSON document) where a line is 'end', 'victim-then' or 'victim'."""
    lines = iter(text.splitlines())
    for line in lines:
        if line not in ("end", "victim-then", "victim"):
            yield None, line
            continue
        document = []
        for part in lines:
            if part[:1] in ("{", "}", " "):  # what else comes is the kernel's
                document.append(part)
            if part == "}":
                break
        yield line, json.loads("\n".join(document))


def parse(text, is_silent=False):
    """What hostile-rows printed, as rows; is_silent: as Row's."""
    done, rows, end, heartbeat = [], [], None, 0
    for what, line in without_documents(text):
        if what == "end":
            end = line
        elif what == "victim-then":
            heartbeat = line["heartbeat"]
        elif what == "victim":
            judge_run(rows, end, line, heartbeat)
            done, rows = done + rows, []
        elif match := ROW.search(line):
            number, name, control, expect, kind, want = match.groups()
            rows.append(Row(int(number), name, control, expect, int(kind), int(want, 16)))
            rows[-1].is_silent = is_silent
        elif match := GOT.match(line):
            row = next((r for r in rows if r.number == int(match.group(1))), None)
            if row:
                row.judge_value(match.group(2), int(match.group(3), 16) if match.group(3) else None)
    return done + rows


def parse_root(text):
    """What `attack` printed, as rows."""
    rows = []
    for match in ROOT_ROW.finditer(text):
        name, control, result, detail = match.groups()
        row = Row(None, name, control, "refused", 0, 0)
        row.got = f"{result} {detail}".strip()
        if control != "ok" and control != "skipped":
            row.problem = "its positive control did not work: it shows nothing"
        elif result != "refused":
            row.problem = row.got
        rows.append(row)
    return rows


def save(rows, name):
    """The JSON beside: build/hostile/NAME.json."""
    path = os.path.join(BUILD, f"hostile/{name}.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump([row.record() for row in rows], f, indent=1)


def judged(bh, rows, name=""):
    """Print and save them; those that are not as they must be, as lines."""
    save(rows, f"{bh.machine.label}{name}")
    print("\n".join(row.line() for row in rows))
    return [row.line() for row in rows if row.problem]


def begin(bh):
    """Sentinels, and the victim."""
    bh.machine.sh(f"memscan fill {SENTINELS[bh.arch]:#x} {SENTINELS_SIZE:#x} {SENTINEL}")
    start_victim(bh)


def start_victim(bh):
    bh.boot_test("hostile-victim" + files_of(bh))
    bh.wait_console("victim", "victim: ready")


def finish(bh):
    """What else is not as before, as sentences."""
    at = SENTINELS[bh.arch]
    count = int(bh.machine.sh(f"memscan count {at:#x} {SENTINELS_SIZE:#x} {SENTINEL}"))
    changed = SENTINELS_SIZE // 8 - count
    wrong = [f"{changed} of root's sentinels changed"] if changed else []
    said = bh.console("victim").replace("victim: ready", "").strip()
    if said:
        wrong.append(f"the victim says: {said}")
    bh.machine.sh(f"memscan fill {at:#x} {SENTINELS_SIZE:#x} 0")
    return wrong


@contextlib.contextmanager
def beside_victim(machine):
    """The hypervisor, enabled, with the victim; at the end victim and root are well."""
    bh = Hypervisor(machine)
    bh.ensure(enabled=True)
    begin(bh)
    yield bh
    assert finish(bh) == []
    assert bh.beats("victim")
    bh.destroy_all()
    assert machine.health() == []
    assert machine.online() == [0, 1, 2, 3]


def files_of(bh):
    """What the names of the cells' files end with."""
    return getattr(bh.machine, "cells", None) or FILES.get(bh.arch, "")


def command_for(first=0, last=LAST, first_only=False, only="", files=""):
    """What runs rows in the machine; first_only: see inmates/tests/hostile.c; only: of this class."""
    cell = f"HOSTILE_CELL=hostile{files}.yaml " if files else ""
    return f"HOSTILE_SECONDS={int(60 * SCALE)} {cell}hostile-rows {first} {last} {int(first_only)} {only}"


def run(bh, ranges=((0, LAST),), first_only=False, timeout=240, only=""):
    """Rows by number, of the cell; the victim lives already. Give them judged."""
    rows = []
    for first, last in ranges:
        result = bh.machine.run(command_for(first, last, first_only, only, files=files_of(bh)), timeout)
        rows += parse(result.output, bh.machine.gic == "amdvi")
        if result.code and not (rows and rows[-1].problem):
            lost = Row(first, "frame", "ok", "any", 0, 0)
            lost.problem = f"hostile-rows ended with {result.code}: {result.output[-300:]}"
            rows.append(lost)
        bh.machine.run("bulkhead cell destroy hostile", timeout=60)
    return rows


def missing(rows):
    """Rows of a whole run that were never heard of."""
    heard = {row.number for row in rows if row.number is not None}
    return [f"row {n} was not heard of" for n in range(max(heard, default=0) + 1) if n not in heard]


def run_collusion(bh):
    """Rows of two cells that attack the same victim together, and what is not as it must be, as lines."""
    bh.boot_test("accomplice" + FILES.get(bh.arch, ""))
    bh.wait_console("accomplice", "accomplice: ready")
    rows = run(bh, only="collude")
    return rows, judged(bh, rows, "-collude") + ([] if bh.beats("accomplice") else [bh.console("accomplice")])


def run_root(bh, timeout=120):
    return parse_root(bh.machine.sh("attack", timeout))


class Kernel:
    """A hostile root kernel: the module in ci/system/helpers/attack-module, while it is loaded."""

    def __init__(self, bh):
        self.bh = bh

    def __enter__(self):
        # What root was refused right before counts as its messages: two of them a second are forgotten.
        self.bh.machine.sh("sleep 3; insmod /usr/lib/bulkhead/attack.ko")
        return self

    def __exit__(self, *unused):
        self.bh.machine.run("rmmod attack")

    def tell(self, command, timeout=60, cpu=None):
        """Give it a command, on this CPU if that matters; what it answers."""
        script = f"echo {command} >/proc/bulkhead-attack && cat /proc/bulkhead-attack"
        return self.bh.machine.sh(script if cpu is None else f"taskset -c {cpu} sh -c '{script}'", timeout)

    def answer(self):
        """What it answered last, once more."""
        return self.bh.machine.sh("cat /proc/bulkhead-attack")

    def rows(self, first_only=False, only=""):
        """All rows, or the first of each class, or one class; the victim lives already."""
        return parse_root(self.tell(f"rows {self.bh.show('victim')['handle']} {int(first_only)} {only}", 120))


REFUSED_ADDRESS = re.compile(r"cell 0, cpu \d+: it accessed .* address ([0-9a-f]+)")


def unnamed(text, rows):
    """Addresses of root's refused accesses that the hypervisor's log does not name; only its first lines are sure."""
    named = {int(match, 16) for match in REFUSED_ADDRESS.findall(text)}
    tried = [int(row.got.split()[1].rstrip(":"), 16) for row in rows
             if row.name.startswith("kernel-memory.") and re.match(r"refused 0x", row.got)]
    return [f"the log does not name {address:#x}" for address in tried[:LOG_BURST] if address not in named]


# The same attack 100000 times, while another cell comes and goes.
COME_AND_GO = """
{attack} >/tmp/endless & attack=$!
rounds=0
until bulkhead cell list | grep -q hostile; do sleep 0.1; done
while kill -0 $attack 2>/dev/null; do
	bulkhead cell boot --quiet {other} >/tmp/other 2>&1 || {{ cat /tmp/other; exit 1; }}
	bulkhead cell destroy --quiet heartbeat-cpu1 >/tmp/other 2>&1 || {{ cat /tmp/other; exit 1; }}
	rounds=$((rounds + 1))
done
wait $attack; code=$?
cat /tmp/endless
echo rounds $rounds
exit $code
"""


def run_endless(bh, timeout=240):
    """Rows, what is not as it must be, as lines, and how often another cell came and went meanwhile."""
    other = f"{TEST}/heartbeat-cpu1.yaml"
    if bh.arch in FILES:
        other = "/tmp/heartbeat-cpu1.yaml"
        bh.machine.sh(f"sed 's/^cell: .*/cell: heartbeat-cpu1/' {bh.vm('heartbeat')} >{other}")
    script = COME_AND_GO.format(attack=command_for(only="endless", files=files_of(bh)), other=other)
    text = bh.machine.sh(script, timeout)
    bh.cell("destroy", "hostile")
    rows, rounds = parse(text), int(re.search(r"rounds (\d+)", text).group(1))
    print(f"rounds: {rounds}")
    return rows, judged(bh, rows, "-endless"), rounds
