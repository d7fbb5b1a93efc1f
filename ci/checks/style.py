# SPDX-License-Identifier: GPL-2.0-or-later
"""What .editorconfig says and no compiler looks at: width, blanks at line ends, tabs, last newline."""
import re
import sys

import tree

TABBED = ('.c', '.h', '.S')
WIDTH = {'.c': 120, '.h': 120, '.S': 120, '.py': 120, '.sh': 120}
TEXT = TABBED + ('.py', '.sh', '.mk', '.lds', '.yaml', '.yml')


def check(root, _rules, _build):
    """Return what was looked at, and findings."""
    found, count = [], 0
    for path in tree.files(root):
        if not path.endswith(TEXT):
            continue
        count += 1
        width = next((w for ending, w in WIDTH.items() if path.endswith(ending)), sys.maxsize)
        with open(f'{root}/{path}', encoding='utf-8', errors='replace', newline='') as f:
            text = f.read()
        if text and not text.endswith('\n'):
            found.append(f'{path}: no newline at the end')
        for number, line in enumerate(text.split('\n'), 1):
            columns = len(line.expandtabs(8))
            if columns > width:
                found.append(f'{path}:{number}: {columns} columns; {width} is the most')
            if line != line.rstrip():
                found.append(f'{path}:{number}: blanks at the end')
            if path.endswith(TABBED) and re.match(r' {8}', line):
                found.append(f'{path}:{number}: indented with blanks; use tabs')
    return f'{count} files', found
