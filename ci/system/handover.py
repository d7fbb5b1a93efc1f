# SPDX-License-Identifier: GPL-2.0-or-later
"""What a CPU's next owner reads of what the last one left: rows of ci/system/cells/*/handover.S.

A row is a register. Its positive control: the cell that poisoned it read it back changed. Registers that a CPU does
not have, or that cannot be changed, are skipped.
"""
import os
import re

from hostile import Kernel, Row, files_of
from machine import TREE, arch_of

ENTRY = re.compile(r"^\s*X\((\w+), ([^)]*)\)", re.M)
LIST = re.compile(r"#define (\w+)\(X\)(.*?)(?=^#define|^#endif|^/\*)", re.M | re.S)
SEGMENT = re.compile(r"found (.*?)end\s*poisoned (.*?)end", re.S)
# What root's kernel changes all the time: here it only must not read what the cell wrote.
MOVING = {"vbar_el1", "elr_el1", "spsr_el1", "esr_el1", "far_el1", "par_el1", "ttbr0_el1", "ttbr1_el1",
          "contextidr_el1", "sp_el0", "tpidr_el0", "cntp_ctl_el0", "cntp_cval_el0"}
MOVING |= {"sepc", "scause", "stval", "sstatus", "satp", "stimecmp", "senvcfg", "siselect"}
# Bits that come and go with root's own timer: none may be the cell's.
BITS = {"pending", "active"}
# Root sets the same bits as the cell did.
SAME = {"sie", "sip"}
UNDEFINED = "undefined"
# Those that the cell looks at without a list, before and behind the others.
PLAIN = {"aarch64": (("general", "stack_pointer"), ("vectors", "predicates", "fpcr", "fpsr")),
         "riscv64": (("general",), ("floats", "vectors"))}


class Register:
    def __init__(self, name, words):
        self.name = name
        self.mask, self.reset = (2**64 - 1 if w == "ALL" else int(w, 0) for w in words[-2:])

    def of(self, value):
        return value if value == UNDEFINED else value & self.mask


def registers(gic):
    """In the order in which the cell prints them."""
    arch = arch_of(gic)
    with open(os.path.join(TREE, f"ci/system/cells/{arch}/registers.h"), encoding="utf-8") as f:
        text = f.read()
    lists = {name: [Register(n, [w.strip() for w in rest.split(",")]) for n, rest in ENTRY.findall(body)]
             for name, body in LIST.findall(text)}
    first, last = ([Register(name, ["ALL", "0"]) for name in names] for names in PLAIN[arch])
    private = lists.get("PRIVATE_INTERRUPTS", []) + (lists["INTERFACE_V2"] if gic == 2 else [])
    middle = lists["EXCEPTION_REGISTERS"] + lists["PLAIN_REGISTERS"]
    middle += lists.get("INTERRUPT_REGISTERS", []) + lists.get("FILE_REGISTERS", [])
    return first + middle + private + last


def values(text, names):
    """'7=30d00800 1c=u' by name; what is not said is 0."""
    found = dict.fromkeys(names, 0)
    for word in text.split():
        index, _, value = word.partition("=")
        found[names[int(index, 16)]] = UNDEFINED if value == "u" else int(value, 16)
    return found


def last_run(console, gic):
    """(what the cell found, what it read after it had poisoned all), of its last run."""
    names = [r.name for r in registers(gic)]
    segments = SEGMENT.findall(console)
    assert segments, f"the cell said nothing: {console[-500:]}"
    return tuple(values(text, names) for text in segments[-1])


def row_of(kind, register, poisoned, good, got):
    """A row, judged; skipped if the register cannot be poisoned here."""
    poison = register.of(poisoned[register.name])
    can = poison not in (register.reset, UNDEFINED)
    row = Row(None, f"{kind}.{register.name}", "ok" if can else "skipped", "value", 0, register.reset)
    row.got = got if isinstance(got, str) else f"{got:#x}"
    if can and not good:
        row.problem = f"reads {row.got}, the owner before it wrote {poison:#x}"
    return row


def judge_cell(kind, gic, poisoned, found):
    """The next owner is a cell: reset values."""
    return [row_of(kind, r, poisoned, r.of(found[r.name]) == r.reset, r.of(found[r.name])) for r in registers(gic)]


def judge_root(gic, poisoned, before, after):
    """Root is: what it read before it lent the CPU."""
    rows = []
    for r in registers(gic):
        if r.name not in after or r.name in SAME:
            continue
        now, poison = after[r.name], r.of(poisoned[r.name])
        good = now == before[r.name] or (r.name in MOVING and now != poison)
        good = good or (r.name in BITS and not now & poison)
        rows.append(row_of("handover-root", r, poisoned, good, now))
    return rows


def parse_root(text):
    """What the test module says of a CPU."""
    pairs = (line.split() for line in text.splitlines())
    return {name: UNDEFINED if value == UNDEFINED else int(value, 16) for name, value in pairs}


def judge_back(before, after, routed):
    """What root gets back with CPU and interrupt: its message interrupts, and an interrupt where it was routed."""
    # By the CPU that is never lent: another cell may have had this one before, and that must not show, either.
    in_use = before["lpis_in_use"]
    lpis = Row(None, "handover-root.lpis", "ok" if in_use else "skipped", "value", 0, 1)
    lpis.got = f"{before['lpis']}, then {after['lpis']}"
    if in_use and not (before["lpis"] and after["lpis"]):
        lpis.problem = "the CPU's redistributor takes no message interrupts any more"
    route = Row(None, "handover-root.interrupt-route", "ok" if routed[0] == RAISED else "bad", "value", 0, 1)
    route.got = routed[1]
    if routed != (RAISED, RAISED):
        route.problem = f"raised before the cell had it: '{routed[0]}', afterwards: '{routed[1]}'"
    return [lpis, route]


RAISED = "raise taken"
SPI = 101  # handover.yaml: 'spi: [69]'; nobody else's
OTHER_CPU = 1
LENT = 3


def run_once(bh, verb):
    """The cell reads and poisons: (what it found, what it read afterwards)."""
    if verb == "boot":
        bh.boot_test("handover" + files_of(bh))
    else:
        bh.cell(verb, "handover")
    bh.wait_state("handover", "stopped")
    return last_run(bh.console("handover"), bh.machine.gic)


class Route:
    """An interrupt that goes to a CPU of root's; nothing where the test module cannot raise one."""

    def __init__(self, bh, kernel):
        self.kernel, self.can = kernel, bh.arch == "aarch64"
        if self.can:
            kernel.tell(f"route {SPI}", cpu=OTHER_CPU)

    def tell(self):
        return self.kernel.tell(f"raise {SPI}", cpu=OTHER_CPU) if self.can else ""


def run(bh):
    """Poison, and look: the cell started anew, root, and another cell. Rows, judged."""
    gic = bh.machine.gic
    cpu = bh.machine.linux_cpu(LENT)
    online = f"/sys/devices/system/cpu/cpu{cpu}/online"
    with Kernel(bh) as kernel:
        route = Route(bh, kernel)
        raised = route.tell()
        bh.machine.sh(f"echo 0 >{online} && echo 1 >{online}")
        before = parse_root(kernel.tell(f"cpu {cpu}"))
        _, poisoned = run_once(bh, "boot")
        again, _ = run_once(bh, "restart")
        bh.cell("destroy", "handover")
        after = parse_root(kernel.tell(f"cpu {cpu}"))
        routed = raised, route.tell()
    other, _ = run_once(bh, "boot")
    bh.cell("destroy", "handover")
    assert after["times"] == before["times"] + 1, "root's CPU did not come back, or the module did not see it"
    return (judge_cell("handover-restart", gic, poisoned, again) + judge_cell("handover", gic, poisoned, other)
            + judge_root(gic, poisoned, before, after) + (judge_back(before, after, routed) if route.can else []))
