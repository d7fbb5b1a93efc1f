# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of the hypervisor, found in its sources, and which of them no mutant touches.

A check is, by this definition, one of
	refusal		a place that gives an error code: error_set(... BH_E_...), return BH_E_..., POWER_..., PSCI_...,
			SMCCC_NOT_SUPPORTED, VIOLATION_...
	violation	a place that reports a violation or injects an exception
	owner		a question who owns an interrupt, a CPU or a page, and masks of interrupts that a cell may have
	decoder		a row of a decoder's table
It reaches from the 'if' that it hangs on (at most three lines above) to its own line. A mutant touches it if it
changes one of these lines. The configuration check has mutants of its own, one a rule, and is not looked at here
(tests/config/test_config_mutants.py); nor are architectures that the rows do not run on.
"""
import difflib
import glob
import os
import re

KINDS = (
    ("violation", re.compile(r"\b(?:violation_report|violation_access|refuse|refuse_access"
                             r"|arch_vcpu_inject_(?:fault|undefined)"
                             r"|exit_undefined|virt\(\)->inject)\(")),
    ("refusal", re.compile(r"\berror_set\(|\breturn\b[^;]*\b(?:BH_E_(?!OK|COUNT)|POWER_(?!OK|STATE)|VIOLATION_)\w*"
                           r"|\b(?:return|=)[^;]*\b(?:PSCI_(?:DENIED|INVALID|NOT_SUPPORTED)|SMCCC_NOT_SUPPORTED)"
                           r"|\breturn\b[^;]*\b(?:SBI_(?:INVALID|NOT_SUPPORTED|FAILED)|MSR_(?:FAULT|FORBIDDEN))")),
    ("owner", re.compile(r"\b(?:is_owned|may_route|may_target|foreign|gic_cell_ppis|cpus_owner|irq_owner)\b"
                         r"|->cell [!=]= |& hw\b|& ppis\b")),
    ("decoder", re.compile(r"^\t(?:\{ ISS_REGISTER|\[.*\] = (?:BITS|BYTES|\{)|BIT\(PSCI_|X\(\w+, \d+,"
                           r"|\{ (?:0x\w+, 0x\w+, MSR_|0x\w+, (?:ANY|0|1), E[ABCD]X,))")),
)
DEFINITION = re.compile(r"^\S.*\)$|^#|^\s*(?:/?\*|//)")
LEFT_OUT = ("hypervisor/lib/", "hypervisor/arch/fake/")


def kind_of(line):
    if DEFINITION.match(line):
        return None
    return next((kind for kind, pattern in KINDS if pattern.search(line)), None)


def first_line(lines, at):
    """Where the 'if' stands that the line hangs on."""
    for above in range(at, max(at - 4, -1), -1):
        if re.search(r"\bif \(|\bcase |\bdefault:", lines[above]):
            return above
        if above < at and lines[above].rstrip().endswith((";", "}", "{")):
            break
    return at


def touched_lines(tree, mutants):
    """File below hypervisor/ to the numbers of lines that mutants change."""
    touched = {}
    for mutant in mutants:
        path = os.path.join(tree, "hypervisor", mutant.file)
        with open(path, encoding="utf-8") as f:
            before = f.read().splitlines()
        matcher = difflib.SequenceMatcher(None, before, mutant.changed(path).splitlines(), False)
        for tag, first, last, _, _ in matcher.get_opcodes():
            if tag != "equal":
                touched.setdefault(f"hypervisor/{mutant.file}", set()).update(range(first, max(last, first + 1)))
    return touched


def find(tree, mutants):
    """[(file, line from 1, kind, is touched, text)]"""
    touched, found = touched_lines(tree, mutants), []
    for path in sorted(glob.glob(os.path.join(tree, "hypervisor/**/*.c"), recursive=True)):
        name = os.path.relpath(path, tree)
        if name.startswith(LEFT_OUT):
            continue
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
        for at, line in enumerate(lines):
            kind = kind_of(line)
            if kind:
                reach = range(first_line(lines, at), at + 1)
                hit = any(n in touched.get(name, ()) for n in reach)
                found.append((name, at + 1, kind, hit, line.strip()))
    return found


def untouched(found):
    return [f"{name}:{line}: {kind}: {text}" for name, line, kind, hit, text in found if not hit]


def table(found):
    """Lines: of each kind, how many, and how many a mutant touches."""
    lines = []
    for kind, _ in KINDS:
        of_kind = [c for c in found if c[2] == kind]
        lines.append(f"     {kind:10} {len(of_kind):4} checks, {sum(c[3] for c in of_kind):3} touched by a mutant")
    return lines
