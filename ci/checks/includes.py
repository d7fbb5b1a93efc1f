# SPDX-License-Identifier: GPL-2.0-or-later
"""The include graph: layers.rules holds, there is no cycle, and a .c file includes its own header first."""
import os
import re

import tree

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
SOURCES = ('.c', '.h', '.S')


class Graph:
    """Files, what they include, and what is wrong with it."""

    def __init__(self, root, rules):
        self.root, self.rules = root, rules
        self.sources = [f for f in tree.files(root) if f.endswith(SOURCES)]
        self.known = set(self.sources)
        self.edges, self.found = {}, []
        self.by_suffix = {}
        for header in (f for f in self.sources if f.endswith('.h')):
            parts = header.split('/')
            for i in range(len(parts)):
                self.by_suffix.setdefault('/'.join(parts[i:]), []).append(header)

    def resolve(self, source, layer, quote, name):
        """The file of this tree that an include means, or None for one from outside."""
        here = [os.path.dirname(source)] if quote == '"' else []
        for directory in here + self.rules.per.get(layer, []) + self.rules.search:
            path = os.path.normpath(os.path.join(directory, name))
            if path in self.known:
                return path
        if self.rules.may_include_system(layer, name) and '*' not in self.rules.system.get(layer, []):
            return None
        # Not on the include path: <asm/gic.h> from a layer that may not see any asm/ is no system header.
        same_name = self.by_suffix.get(os.path.normpath(name), []) if '/' in name else []
        allowed = [f for f in same_name if self.rules.may_use(layer, self.rules.layer(f) or layer)]
        return (allowed or same_name or [None])[0]

    def include(self, source, layer, line, quote, name):
        """Judge one include."""
        target = self.resolve(source, layer, quote, name)
        if target is None:
            if not self.rules.may_include_system(layer, name):
                self.found.append(f'{source}:{line}: {layer} must not include <{name}>, which is not of this tree')
            return
        self.edges.setdefault(source, []).append(target)
        other = self.rules.layer(target)
        if other is not None and not self.rules.may_use(layer, other):
            self.found.append(f'{source}:{line}: {layer} must not include {other} ({name})')

    def own_header_first(self, source, includes):
        """hypervisor/core/pool.c begins with <core/pool.h>."""
        parts = re.fullmatch(r'hypervisor/(\w+)/(\w+)\.c', source)
        own = parts and f'hypervisor/include/{parts[1]}/{parts[2]}.h'
        if own in self.known and (not includes or includes[0][2] != f'{parts[1]}/{parts[2]}.h'):
            self.found.append(f'{source}: must include its own header <{parts[1]}/{parts[2]}.h> first')

    def scan(self):
        """Judge all files."""
        for source in self.sources:
            layer = self.rules.layer(source)
            if layer is None:
                self.found.append(f'{source}: is in no layer of ci/checks/layers.rules')
                continue
            text = tree.read(self.root, source)
            includes = [(tree.line_of(text, m.start()), m[1], m[2]) for m in INCLUDE.finditer(text)]
            for line, quote, name in includes:
                self.include(source, layer, line, quote, name)
            self.own_header_first(source, includes)

    def cycles(self):
        """Report each cycle once, at the file where the search meets it."""
        state = {}
        for start in sorted(self.edges):
            if start in state:
                continue
            path, todo = [start], [iter(self.edges.get(start, ()))]
            state[start] = 'open'
            while todo:
                node = next(todo[-1], None)
                if node is None:
                    state[path.pop()] = 'done'
                    todo.pop()
                elif state.get(node) == 'open':
                    self.found.append('include cycle: ' + ' -> '.join(path[path.index(node):] + [node]))
                elif node not in state:
                    state[node] = 'open'
                    path.append(node)
                    todo.append(iter(self.edges.get(node, ())))


def check(root, rules, _build):
    """Return what was looked at, and findings."""
    graph = Graph(root, rules)
    graph.scan()
    graph.cycles()
    return f'{len(graph.sources)} files, {sum(map(len, graph.edges.values()))} includes', graph.found
