# SPDX-License-Identifier: GPL-2.0-or-later
"""Every function and table that the contract declares is defined by each architecture, and every upcall once above."""
import re

import tree

CONTRACT = 'hypervisor/include/arch/'
UPCALLS = CONTRACT + 'upcall.h'
UPPER = ('hypervisor/core/', 'hypervisor/cell/', 'hypervisor/device/', 'hypervisor/control/')
DEFINITION = re.compile(r'^[A-Za-z_][^;{}=#]*?\b(\w+)\s*\([^;{}]*\)[^;{}()]*\{', re.M)
TABLE = re.compile(r'^const struct \w+ (\w+)(?:\[\])? = \{', re.M)
LABEL = re.compile(r'^\s*(?:FUNC|ENTRY|SYM_FUNC_START)\s*\(\s*(\w+)|^(\w+):', re.M)


def definitions(text, assembly):
    """Names of the functions and tables that a source defines."""
    if assembly:
        return {a or b for a, b in LABEL.findall(text)}
    text = re.sub(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', '', tree.code(text), flags=re.M)
    functions = {m[1] for m in DEFINITION.finditer(text) if not re.search(r'\bstatic\b', m[0].split('(')[0])}
    return functions | set(TABLE.findall(text))


def defined_in(root, paths):
    """name -> files that define it."""
    where = {}
    for path in paths:
        for name in definitions(tree.read(root, path), path.endswith('.S')):
            where.setdefault(name, []).append(path)
    return where


def check(root, rules, _build):
    """Return what was looked at, and findings."""
    files = tree.files(root)
    contract = {n: p for p in files if p.startswith(CONTRACT) and p.endswith('.h') and p != UPCALLS
                for n in tree.declared(tree.read(root, p))}
    arches = sorted({layer for glob, layer in rules.layers if rules.is_arch(layer)})
    found, lacking = [], 0
    for arch in arches:
        top = f'hypervisor/arch/{arch}/'
        have = defined_in(root, [f for f in files if f.startswith(top) and f.endswith(('.c', '.S'))])
        missing = [f'{contract[n]}: {n} is not defined by {arch}' for n in sorted(set(contract) - set(have))]
        if arch in rules.begun:
            lacking += len(missing)
        else:
            found += missing
    upcalls = tree.declared(tree.read(root, UPCALLS)) if UPCALLS in files else set()
    above = defined_in(root, [f for f in files if f.endswith('.c') and f.startswith(UPPER)])
    for name in sorted(upcalls):
        where = above.get(name, [])
        if len(where) != 1:
            found.append(f'{UPCALLS}: {name}() must be defined once above the contract, and is in: '
                         f'{", ".join(where) or "no file"}')
    return (f'{len(contract)} functions and tables of the contract x {len(arches)} architectures, '
            f'{len(upcalls)} upcalls'
            f'{f" ({lacking} still missing)" if lacking else ""}'), found
