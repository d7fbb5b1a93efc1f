# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbol graph, by nm over the objects.

A layer links only with what it may include; the way up is only through hypervisor/include/arch/upcall.h. An
exported symbol begins with the name of its component. The linked image leaves nothing undefined.
"""
import fnmatch
import os
import re
import subprocess

import tree

CONTRACT = 'hypervisor/include/arch/'
UPCALLS = CONTRACT + 'upcall.h'
LIBC = 'hypervisor/include/lib/string.h'


def nm(path):
    """(defined, weak or undefined) names of an object; both only what the linker sees."""
    out = subprocess.run(['nm', '-g', '-P', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
                         text=True).stdout
    defined, used = set(), set()
    for line in out.splitlines():
        name, kind = line.split()[:2]
        if name.startswith('__odr_asan.'):  # the sanitizer's own, one for each exported object
            continue
        (used if kind in 'Uw' else defined).add(name)
    return defined, used


def objects(root, build):
    """(architecture, object, source) of what was built from sources that still exist."""
    for arch, base in (('arm64', 'aarch64'), ('riscv', 'riscv64'), ('x86', 'x86_64'), ('fake', 'unit/address')):
        top = os.path.join(build, base)
        for path, _, names in os.walk(os.path.join(top, 'hypervisor')):
            for name in (n for n in names if n.endswith('.o')):
                stem = os.path.relpath(os.path.join(path, name), top)[:-2]
                source = next((stem + e for e in ('.c', '.S') if os.path.isfile(os.path.join(root, stem + e))), None)
                if source:
                    yield arch, os.path.join(path, name), source


class Headers:
    """Which header declares a symbol."""

    def __init__(self, root):
        self.of = {}
        for path in tree.files(root):
            if path.endswith('.h') and path.startswith(('hypervisor/', 'include/')):
                for name in tree.declared(tree.read(root, path)):
                    self.of.setdefault(name, []).append(path)
        self.upcalls = {n for n, paths in self.of.items() if UPCALLS in paths}
        # What the contract and the asm/ headers that it embeds declare is the architecture's public side.
        self.public_arch = {n for n, paths in self.of.items()
                            if any(p.startswith(CONTRACT) or '/asm/' in p for p in paths)}
        self.libc = {n for n, paths in self.of.items() if LIBC in paths}

    def owner(self, rules, symbol):
        """Whose a symbol is that an architecture defines: the contract's, or a layer's that declares it."""
        if symbol in self.public_arch:
            return 'contract'
        return next((rules.layer(p) for p in self.of.get(symbol, ()) if not rules.is_arch(rules.layer(p))), None)


def prefixes(rules, headers, source, symbol):
    """What a symbol of this file may begin with."""
    layer = rules.layer(source)
    words = os.path.splitext(os.path.basename(source))[0].split('_')
    stems = [layer] + ['_'.join(words[:n + 1]) for n in range(len(words))]
    stems += [os.path.basename(h)[:-2] for h in headers.of.get(symbol, [])]
    if rules.is_arch(layer):
        stems.append('arch')
    for glob, more in rules.prefix:
        if fnmatch.fnmatch(source, glob):
            stems += more
    return {s.rstrip('s') for s in stems} | set(stems)


def well_named(rules, headers, source, symbol):
    """component_verb, or the name of the component itself."""
    if symbol in headers.libc or symbol in headers.upcalls:
        return True
    return any(symbol == p or symbol.startswith((p + '_', p + 's_')) for p in prefixes(rules, headers, source, symbol))


def judge_arch(rules, headers, built):
    """Findings over the objects of one architecture: a list of (source, defined, used)."""
    definer = {}
    found = []
    for source, defined, _ in built:
        for symbol in defined:
            definer[symbol] = source
            if not well_named(rules, headers, source, symbol):
                allowed = ', '.join(sorted(p + '_' for p in prefixes(rules, headers, source, symbol)))
                found.append(f'{source}: exports {symbol}, which begins with none of {allowed}')
    for source, _, used in built:
        user = rules.layer(source)
        for symbol in sorted(used & set(definer)):
            owner = rules.layer(definer[symbol])
            if rules.is_arch(owner) and user != owner:
                owner = headers.owner(rules, symbol) or owner
            if symbol not in headers.upcalls and not rules.may_use(user, owner):
                found.append(f'{source}: {user} must not use {symbol} of {owner} ({definer[symbol]})')
    return found


def check(root, rules, build):
    """Return what was looked at, and findings."""
    headers = Headers(root)
    found, count = [], 0
    by_arch = {}
    for arch, path, source in objects(root, build):
        by_arch.setdefault(arch, []).append((source, *nm(path)))
        count += 1
    for built in by_arch.values():
        found += judge_arch(rules, headers, built)
    for image in (os.path.join(build, 'aarch64', 'bulkhead.elf'),):
        if os.path.isfile(image):
            found += [f'{image}: {name} is undefined' for name in sorted(nm(image)[1])]
    have_sources = any(re.match(r'hypervisor/.*\.c$', f) for f in tree.files(root))
    if have_sources and not count:
        found.append(f'there are no objects in {build}: run make hypervisor unit-build first')
    return f'{count} objects of {len(by_arch)} architectures', found
