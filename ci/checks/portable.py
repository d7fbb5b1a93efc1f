# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic layers hold no assembly and ask for no architecture; that is what the contract is for."""
import re

import tree

GENERIC = {'lib', 'core', 'cell', 'device', 'control'}
ASSEMBLY = re.compile(r'\b(?:asm|__asm__|__asm)\b\s*(?:volatile|__volatile__|goto)?\s*\(')
ARCH_TEST = re.compile(r'^[ \t]*#[ \t]*(?:el)?if.*\b(?:CONFIG_ARCH_\w+|__aarch64__|__x86_64__|__riscv\w*)\b', re.M)


def check(root, rules, _build):
    """Return what was looked at, and findings."""
    found, count = [], 0
    for path in tree.files(root):
        layer = rules.layer(path)
        if layer not in GENERIC or not path.endswith(('.c', '.h', '.S')):
            continue
        count += 1
        text = tree.code(tree.read(root, path))
        if path.endswith('.S'):
            found.append(f'{path}: assembly belongs to hypervisor/arch/, not to {layer}')
        found += [f'{path}:{tree.line_of(text, m.start())}: inline assembly in {layer}; add a function to the '
                  'contract instead' for m in ASSEMBLY.finditer(text)]
        found += [f'{path}:{tree.line_of(text, m.start())}: {layer} asks which architecture it is for; the '
                  'contract must hide that' for m in ARCH_TEST.finditer(text)]
    return f'{count} files', found
