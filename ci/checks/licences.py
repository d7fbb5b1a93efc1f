# SPDX-License-Identifier: GPL-2.0-or-later
"""Each source says its licence in line 1 (in line 2 after #!), it is that of its directory, and the text is here."""
import os
import re

import tree

SPDX = re.compile(r'SPDX-License-Identifier: ([\w.()+ -]+?)\s*(?:\*/)?$')
ENDINGS = ('.c', '.h', '.S', '.lds', '.py', '.sh', '.mk', '.yaml', '.yml', '.dts', '.rules', '_defconfig', '.in',
           '.service', '.toml', '.cfg')
NAMES = ('Makefile', 'Kbuild', 'Kconfig', '.clang-format', '.editorconfig', '.gitignore')
GPL2, ANY, DUAL = 'GPL-2.0-only', 'GPL-2.0-or-later', 'GPL-2.0-only OR BSD-2-Clause'
# First match wins; inmates outside the library are examples that people copy: either is fine.
EXPECTED = (('driver/', (GPL2,)), ('ci/system/helpers/attack-module/', (GPL2,)),
            ('include/bulkhead/', (DUAL,)), ('inmates/lib/', (DUAL,)),
            ('inmates/', (DUAL, ANY)), ('', (ANY,)))


def is_source(root, path):
    """Must this file say its licence?"""
    name = os.path.basename(path)
    if name.endswith(ENDINGS) or name in NAMES:
        return True
    with open(os.path.join(root, path), 'rb') as f:
        return f.read(2) == b'#!'


def check(root, _rules, _build):
    """Return what was looked at, and findings."""
    found, count, used = [], 0, set()
    for path in tree.files(root):
        if path.startswith('LICENSES/') or not is_source(root, path):
            continue
        count += 1
        lines = tree.read(root, path).split('\n', 2)
        number = 1 if lines[0].startswith('#!') else 0
        says = SPDX.search(lines[number]) if len(lines) > number else None
        if not says:
            found.append(f'{path}:{number + 1}: must say SPDX-License-Identifier')
            continue
        used.update(re.split(r' (?:OR|AND|WITH) ', says[1].strip('() ')))
        wanted = next(ids for top, ids in EXPECTED if path.startswith(top))
        if says[1] not in wanted:
            found.append(f'{path}:{number + 1}: licence is {says[1]}, must be {" or ".join(wanted)} in this directory')
    found += [f'LICENSES/{name}.txt: missing, though files are under {name}' for name in sorted(used)
              if not os.path.isfile(os.path.join(root, 'LICENSES', name + '.txt'))]
    return f'{count} files', found
