# SPDX-License-Identifier: GPL-2.0-or-later
"""Every option of Kconfig does something, and every option that a source asks for exists."""
import re

import tree

SYMBOL = re.compile(r'^config\s+(\w+)$', re.M)
USE = re.compile(r'\bCONFIG_([A-Z0-9_]+)\b')
ASKED = re.compile(r'^[ \t]*#[ \t]*(?:el)?if.*|\bIS_ENABLED\([^)]*\)', re.M)
# These only steer the configuration itself and the scripts around it.
SELF = re.compile(r'^(ARCH_\w+|ARCH|SRCARCH|BOARD)$')


def check(root, _rules, _build):
    """Return what was looked at, and findings."""
    files = tree.files(root)
    options = {s for f in files if f.split('/')[-1] == 'Kconfig' for s in SYMBOL.findall(tree.read(root, f))}
    used, found = set(), []
    for path in files:
        if path.startswith('hypervisor/') and path.endswith(('.c', '.h', '.S')):
            text = tree.code(tree.read(root, path))
            used |= set(USE.findall(text))
            found += [f'{path}:{tree.line_of(text, line.start())}: CONFIG_{name} is no option of Kconfig'
                      for line in ASKED.finditer(text) for name in USE.findall(line[0]) if name not in options]
        elif path.startswith('mk/'):
            used |= set(USE.findall(tree.read(root, path)))
    found += [f'Kconfig: nothing depends on {name}' for name in sorted(options - used) if not SELF.match(name)]
    return f'{len(options)} options', found
