# SPDX-License-Identifier: GPL-2.0-or-later
"""What all structural checks know of a source tree: its files, its layers, its declarations."""
import fnmatch
import os
import re
import subprocess

SKIP_DIRS = {'build', '__pycache__'}
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')


def files(root):
    """All files of the tree that are ours: tracked or trackable, or, without git, all but the output's."""
    if os.path.isdir(os.path.join(root, '.git')):
        out = subprocess.run(['git', '-C', root, 'ls-files', '-co', '--exclude-standard', '-z'],
                             stdout=subprocess.PIPE, check=True, text=True).stdout
        return sorted(f for f in set(out.split('\0')) if f and os.path.isfile(os.path.join(root, f)))
    found = []
    for path, dirs, names in os.walk(root):
        dirs[:] = [d for d in dirs if not d.startswith('.') and d not in SKIP_DIRS]
        found += [os.path.relpath(os.path.join(path, n), root) for n in names]
    return sorted(found)


def read(root, path):
    """A file's text."""
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as f:
        return f.read()


def code(text):
    """The text without comments and strings, with its lines where they were."""
    text = COMMENT.sub(lambda m: '\n' * m[0].count('\n') or ' ', text)
    return STRING.sub('""', text)


def line_of(text, offset):
    """Line number of an offset."""
    return text.count('\n', 0, offset) + 1


def declared(text):
    """Names of the functions and objects that a header declares for others to link with."""
    text = re.sub(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', '', code(text), flags=re.M)
    while re.search(r'\{[^{}]*\}', text):
        text = re.sub(r'\{[^{}]*\}', ' @ ', text)
    names = set()
    for statement in re.split(r';|(?<=@)\s', text):
        statement = re.sub(r'__\w+\s*\(\(?[^()]*\)?\)', ' ', statement)
        if '@' in statement or re.search(r'\b(typedef|inline|_Static_assert)\b', statement):
            if 'extern' not in statement:
                continue
        call = re.search(r'\b(\w+)\s*\(', statement)
        if call and re.match(r'\s*(?:extern\s+)?[a-zA-Z_][\w\s*]*\b' + call[1] + r'\s*\(', statement):
            names.add(call[1])
        elif re.match(r'\s*extern\b', statement):
            name = re.search(r'\b(\w+)\s*(?:\[[^\]]*\]\s*)*$', statement)
            if name:
                names.add(name[1])
    return names


class Rules:
    """layers.rules."""

    def __init__(self, path):
        self.layers, self.allow, self.system = [], {}, {}
        self.search, self.per, self.prefix, self.begun = [], {}, [], set()
        with open(path, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                words = line.split('#', 1)[0].split()
                if words:
                    self._statement(words, f'{path}:{number}')

    def _statement(self, words, where):
        kind, args = words[0], words[1:]
        if kind == 'layer' and len(args) > 1:
            self.layers += [(glob, args[0]) for glob in args[1:]]
            self.allow.setdefault(args[0], {args[0]})
        elif kind == 'allow' and args[1:2] == ['->'] and set(args[2:] + args[:1]) <= set(self.allow):
            self.allow[args[0]].update(args[2:])
        elif kind == 'system' and args and args[0] in self.allow:
            self.system.setdefault(args[0], []).extend(args[1:])
        elif kind == 'search':
            self.search += args
        elif kind == 'per' and args and args[0] in self.allow:
            self.per.setdefault(args[0], []).extend(args[1:])
        elif kind == 'begun' and set(args) <= set(self.allow):
            self.begun.update(args)
        elif kind == 'prefix' and len(args) > 1:
            self.prefix.append((args[0], args[1:]))
        else:
            raise SystemExit(f'{where}: cannot read "{" ".join(words)}"; see the head of that file')

    def layer(self, path):
        """The layer of a file, or None."""
        return next((name for glob, name in self.layers if fnmatch.fnmatch(path, glob)), None)

    def may_use(self, user, used):
        """May layer `user` use layer `used`?"""
        return used in self.allow[user]

    def may_include_system(self, layer, header):
        """May the layer include a header that is not of this tree?"""
        return any(fnmatch.fnmatch(header, glob) for glob in self.system.get(layer, []))

    def is_arch(self, layer):
        """Is this the layer of one architecture?"""
        return any(name == layer and glob.startswith('hypervisor/arch/') for glob, name in self.layers)
