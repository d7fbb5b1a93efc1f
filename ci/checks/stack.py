# SPDX-License-Identifier: GPL-2.0-or-later
"""The hypervisor's stack: no recursion, no frame of unknown size, and the deepest chain of calls fits.

Read from the compiler's own call graph (-fcallgraph-info=su, one .ci beside each object of the image). A call
through a pointer may reach every function that nobody calls by name, except those that assembly enters and those
from which the caller itself is reached (that would be recursion through a pointer, of which there is none); up to
INDIRECT such calls are followed one below the other (a component's hook that calls an architecture's step).
"""
import os
import re

import symbols
import tree

INDIRECT = 2
NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
FRAME = re.compile(r'(\d+) bytes \(([\w,]+)\)')
SIZE = re.compile(r'^#define\s+\w*STACK_SIZE\s+\(?(0x[0-9a-fA-F]+|\d+)[uUlL]*\)?\s*(?:/\*.*)?$', re.M)
# The rest of the exception frame and the registers that entry code saves, beyond what C functions use.
ENTRY_FRAME = 512


class Calls:
    """The call graph of an image."""

    def __init__(self):
        self.frame, self.calls, self.reached, self.found = {}, {}, {}, []

    def read(self, text):
        """Add one .ci file."""
        for title, label in NODE.findall(text):
            size = FRAME.search(label)
            if size:
                self.frame[title] = int(size[1])
                if size[2].startswith('dynamic') and 'bounded' not in size[2]:
                    self.found.append(f'{title}: has a frame of unknown size')
        for source, target in EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)

    def recursion(self):
        """Report each cycle of direct calls."""
        state = {}

        def visit(function, path):
            state[function] = 'open'
            for callee in sorted(self.calls.get(function, ())):
                if state.get(callee) == 'open':
                    cycle = (path + [function])[(path + [function]).index(callee):] + [callee]
                    self.found.append('recursion: ' + ' -> '.join(cycle))
                elif callee not in state and callee in self.frame:
                    visit(callee, path + [function])
            state[function] = 'done'

        for function in sorted(self.frame):
            if function not in state:
                visit(function, [])

    def reach(self, function):
        """All that a function may call by name, itself included."""
        if function not in self.reached:
            seen, todo = {function}, [function]
            while todo:
                more = self.calls.get(todo.pop(), set()) - seen
                seen |= more
                todo += more
            self.reached[function] = seen
        return self.reached[function]

    def deepest(self, entered):
        """(bytes, chain) of the deepest chain that begins in a function which nobody calls by name."""
        called = {c for targets in self.calls.values() for c in targets}
        roots = [f for f in self.frame if f not in called]
        pointed = [f for f in roots if f not in entered]
        memo = {}

        def depth(function, hops):
            if (function, hops) not in memo:
                memo[function, hops] = (0, [])
                best = (0, [])
                for callee in self.calls.get(function, ()):
                    if callee == '__indirect_call':
                        below = max((depth(p, hops - 1) for p in pointed
                                     if hops and function not in self.reach(p)), default=(0, []))
                    else:
                        below = depth(callee, hops)
                    best = max(best, below)
                memo[function, hops] = (self.frame.get(function, 0) + best[0], [function] + best[1])
            return memo[function, hops]

        return max((depth(f, INDIRECT) for f in roots), default=(0, []))


def entered_from_assembly(root, build):
    """Names that assembly refers to."""
    names = set()
    for arch, path, source in symbols.objects(root, build):
        if arch != 'fake' and source.endswith('.S'):
            names |= symbols.nm(path)[1]
    return names


def check(root, _rules, build):
    """Return what was looked at, and findings."""
    calls = Calls()
    for path, _, names in os.walk(os.path.join(build, 'aarch64', 'hypervisor')):
        for name in sorted(n for n in names if n.endswith('.ci')):
            stem = os.path.join(os.path.relpath(path, os.path.join(build, 'aarch64')), name[:-3])
            if os.path.isfile(os.path.join(root, stem + '.c')):
                calls.read(tree.read(path, name))
    calls.recursion()
    size, chain = calls.deepest(entered_from_assembly(root, build)) if not calls.found else (0, [])
    limits = [int(m[1], 0) for f in tree.files(root) if f.startswith('hypervisor/arch/arm64/asm/')
              for m in SIZE.finditer(tree.read(root, f))]
    if limits and size + ENTRY_FRAME > min(limits):
        calls.found.append(f'the deepest chain needs {size} bytes and {ENTRY_FRAME} for entry, of {min(limits)}: '
                           + ' -> '.join(f'{f.split("/")[-1]} ({calls.frame.get(f, 0)})' for f in chain))
    return f'{len(calls.frame)} functions, deepest chain {size} bytes of {min(limits) if limits else "?"}', calls.found
