# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree knows nothing of the machine on which it was written: no path, no package archive, no host."""
import re

import tree

# Guests have a /root of their own; the builder's shows by what lies hidden in it.
PATHS = re.compile(r'(?<![\w.$}/-])/(?:work|root/\.\w+|home/\w+|tmp/\w{1,2}/\w+)(?=[/\s"\'`:;,)]|$)', re.M)
URL = re.compile(r'\b(?:https?|ftp)' + r'://([\w.-]+)')
ARCHIVE = re.compile(r'(?:^|[.-])(?:deb|debian|ubuntu|mirrors?|archive|snapshot|proxy|registry|pypi|artifactory|nexus)'
                     r'(?:[.-]|$)|^\d+\.\d+\.\d+\.\d+$|^localhost$')


def check(root, _rules, _build):
    """Return what was looked at, and findings."""
    found, count = [], 0
    for path in tree.files(root):
        if path.startswith('LICENSES/'):
            continue
        count += 1
        text = tree.read(root, path)
        found += [f'{path}:{tree.line_of(text, m.start())}: names a path of a build machine ({m[0]})'
                  for m in PATHS.finditer(text)]
        found += [f'{path}:{tree.line_of(text, m.start())}: names an archive or a host ({m[0]})'
                  for m in URL.finditer(text) if ARCHIVE.search(m[1])]
    return f'{count} files', found
