# SPDX-License-Identifier: GPL-2.0-or-later
"""Each check must refuse what it exists to refuse: small trees with one fault each.

A case is (what it shows, files of the tree, text of the finding); the text None means: no finding at all.
Files whose name ends in = lie in the build directory: .o= and .elf= hold C that is compiled, .ci= a call graph.
"""
import os
import subprocess
import tempfile

import contract
import headers
import includes
import licences
import options
import places
import portable
import stack
import style
import symbols

HV, INC = 'hypervisor/', 'hypervisor/include/'
LIB_A = {INC + 'lib/a.h': 'int a_get(void);\n', HV + 'lib/a.c': '#include <lib/a.h>\n'}
LAYERED = {**LIB_A, INC + 'core/pool.h': '#include <lib/a.h>\n', HV + 'core/pool.c': '#include <core/pool.h>\n',
           INC + 'cell/memory.h': '#include <core/pool.h>\n', HV + 'arch/arm64/asm/gic.h': '#define X 1\n',
           HV + 'cell/memory.c': '#include <cell/memory.h>\n#include <stdint.h>\n'}

INCLUDES = [
    ('a layered tree', {}, None),
    ('an include upwards', {HV + 'core/pool.c': '#include <core/pool.h>\n#include <cell/memory.h>\n'},
     'core/pool.c:2: core must not include cell'),
    ('asm/ outside the contract', {HV + 'core/pool.c': '#include <core/pool.h>\n#include <asm/gic.h>\n'},
     'core must not include arm64'),
    ('asm/ by a path with ..', {HV + 'core/pool.c': '#include <core/pool.h>\n#include "../arch/arm64/asm/gic.h"\n'},
     'core must not include arm64'),
    ('the hosted libc in core', {HV + 'core/pool.c': '#include <core/pool.h>\n#include <stdio.h>\n'},
     'core must not include <stdio.h>'),
    ('a hosted test with the libc of the machine', {INC + 'lib/string.h': '', 'tests/x.c': '#include <string.h>\n'},
     None),
    ('a cycle of headers', {INC + 'core/x.h': '#include <core/y.h>\n', INC + 'core/y.h': '#include <core/x.h>\n'},
     'include cycle'),
    ('a file in no layer', {'stray/x.c': 'int x;\n'}, 'stray/x.c: is in no layer'),
    ('another header before its own', {HV + 'core/pool.c': '#include <lib/a.h>\n#include <core/pool.h>\n'},
     'must include its own header <core/pool.h> first'),
]

UPCALL_H = INC + 'arch/upcall.h'
OBJECTS = {**LIB_A, INC + 'core/pool.h': 'int pool_take(void);\n', INC + 'cell/memory.h': 'int memory_map(void);\n',
           INC + 'arch/cpu.h': 'int arch_cpu_id(void);\n', UPCALL_H: 'int upcall_mmio(void);\n',
           HV + 'core/pool.c': '', HV + 'cell/memory.c': '', HV + 'arch/arm64/cpu.c': '', HV + 'arch/arm64/trap.c': '',
           HV + 'core/pool.o=': 'int arch_cpu_id(void); int pool_take(void) { return arch_cpu_id(); }',
           HV + 'arch/arm64/cpu.o=': 'int arch_cpu_id(void) { return 0; }',
           HV + 'arch/arm64/trap.o=': 'int upcall_mmio(void); int trap_take(void) { return upcall_mmio(); }',
           HV + 'cell/memory.o=': 'int pool_take(void); int memory_map(void) { return pool_take(); }'
                                  'int upcall_mmio(void) { return 0; }'}
SYMBOLS = [
    ('layers that link downwards, and an upcall', {}, None),
    ('a call upwards that is no upcall',
     {HV + 'core/pool.o=': 'int memory_map(void); int pool_take(void) { return memory_map(); }'},
     'core must not use memory_map of cell'),
    ('a call into an architecture past the contract',
     {HV + 'core/pool.o=': 'int trap_take(void); int pool_take(void) { return trap_take(); }'},
     'core must not use trap_take of arm64'),
    ('a table of core that each architecture defines',
     {INC + 'core/pool.h': 'int pool_take(void);\nextern int pool_start;\n',
      HV + 'core/pool.o=': 'extern int pool_start; int pool_take(void) { return pool_start; }',
      HV + 'arch/arm64/cpu.o=': 'int pool_start;'}, None),
    ('an upcall that nobody declared',
     {HV + 'arch/arm64/trap.o=': 'int memory_map(void); int trap_take(void) { return memory_map(); }'},
     'arm64 must not use memory_map of cell'),
    ('an exported name without its component', {HV + 'core/pool.o=': 'int pool_take(void); int grab(void); '
     'int pool_take(void) { return 0; } int grab(void) { return 0; }'}, 'exports grab, which begins with none of'),
    ('an image that leaves a symbol undefined',
     {'bulkhead.elf=': 'int nowhere(void); int f(void) { return nowhere(); }'},
     'nowhere is undefined'),
]

HEADERS = [
    ('a guarded header', {INC + 'core/b.h': '#ifndef B\n#define B\nstruct b { int x; };\n#endif\n'}, None),
    ('a header that needs another', {INC + 'core/a.h': 'uint64_t a_get(void);\n'},
     'core/a.h: does not compile alone (arm64)'),
    ('a header without a guard', {INC + 'core/a.h': 'struct a { int x; };\n'}, 'does not compile alone (fake)'),
    ('an ABI header that needs an extension', {'include/bulkhead/a.h': 'struct a { int x[0]; };\n'},
     'include/bulkhead/a.h: does not compile alone (host)'),
]

BOTH = {INC + 'arch/cpu.h': '/** doc() */\nunsigned int arch_cpu_id(void);\n'
                            'static inline int arch_x(void)\n{\n\treturn 0;\n}\n'
                            'void arch_cpu_stop(int cpu, const char *why) __attribute__((noreturn));\n',
        HV + 'arch/arm64/cpu.c': 'unsigned int arch_cpu_id(void)\n{\n\tif (1) {\n\t}\n\treturn 0;\n}\n',
        HV + 'arch/arm64/stop.S': 'arch_cpu_stop:\n\tb .\n',
        HV + 'arch/riscv/cpu.c': 'unsigned int arch_cpu_id(void)\n{\n\treturn 0;\n}\n',
        HV + 'arch/riscv/stop.S': 'arch_cpu_stop:\n\tj .\n',
        HV + 'arch/x86/cpu.c': 'unsigned int arch_cpu_id(void)\n{\n\treturn 0;\n}\n',
        HV + 'arch/x86/stop.S': 'arch_cpu_stop:\n\tjmp .\n',
        HV + 'arch/fake/cpu.c': 'unsigned int arch_cpu_id(void)\n{\n\treturn 0;\n}\n\n'
                                'void arch_cpu_stop(int cpu,\n\t\t   const char *why)\n{\n\tfor (;;)\n\t\t;\n}\n',
        UPCALL_H: 'int upcall_mmio(void);\n', HV + 'cell/up.c': 'int upcall_mmio(void)\n{\n\treturn 0;\n}\n'}
CONTRACT = [
    ('a contract that all implement', {}, None),
    ('a function that fake lacks', {HV + 'arch/fake/cpu.c': 'unsigned int arch_cpu_id(void)\n{\n\treturn 0;\n}\n'},
     'arch_cpu_stop is not defined by fake'),
    ('a function that is only called', {HV + 'arch/arm64/cpu.c': 'static int f(void)\n{\n\treturn arch_cpu_id();\n}\n'},
     'arch_cpu_id is not defined by arm64'),
    ('a function that is static',
     {HV + 'arch/arm64/cpu.c': 'static unsigned int arch_cpu_id(void)\n{\n\treturn 0;\n}\n'},
     'arch_cpu_id is not defined by arm64'),
    ('a table that all but one define',
     {HV + 'include/arch/step.h': 'extern const struct step arch_steps[];\n',
      **{HV + f'arch/{a}/steps.c': 'const struct step arch_steps[] = {\n\t{ 0 },\n};\n'
         for a in ('riscv', 'x86', 'fake')},
      HV + 'arch/arm64/steps.c': 'static const struct step arch_steps[] = {\n\t{ 0 },\n};\n'},
     'arch_steps is not defined by arm64'),
    ('an upcall that nobody defines', {HV + 'cell/up.c': ''}, 'upcall_mmio() must be defined once'),
    ('an upcall defined twice', {HV + 'control/up.c': 'int upcall_mmio(void)\n{\n\treturn 0;\n}\n'},
     'upcall_mmio() must be defined once'),
]


def spdx(ids):
    """A line, in pieces so that licences.py does not read this file's own cases as licences of it."""
    return f'/* SPDX-License-Ident' f'ifier: {ids} */\n'


TEXTS = {f'LICENSES/{i}.txt': '' for i in ('GPL-2.0-only', 'GPL-2.0-or-later', 'BSD-2-Clause')}
LICENCES = [
    ('licences in place', {'driver/a.c': spdx('GPL-2.0-only'), 'ci/a': '#!/bin/sh\n#' + spdx('GPL-2.0-or-later')},
     None),
    ('a source without', {'hypervisor/core/a.c': 'int a;\n'}, 'core/a.c:1: must say'),
    ('a licence in line 2', {'hypervisor/core/a.c': '\n' + spdx('GPL-2.0-or-later')}, 'core/a.c:1: must say'),
    ('a script without', {'ci/a': '#!/bin/sh\n'}, 'ci/a:2: must say'),
    ('the wrong one for the directory', {'driver/a.c': spdx('GPL-2.0-or-later')}, 'must be GPL-2.0-only in'),
    ('an ABI header for GPL only', {'include/bulkhead/a.h': spdx('GPL-2.0-only')},
     'must be GPL-2.0-only OR BSD-2-Clause'),
    ('a text that is not here', {'LICENSES/BSD-2-Clause.txt': None,
                                 'inmates/lib/a.c': spdx('GPL-2.0-only OR BSD-2-Clause')}, 'BSD-2-Clause.txt: missing'),
]

PORTABLE = [
    ('generic code', {HV + 'core/a.c': '/* asm("x") is what we avoid */\nint a;\n'}, None),
    ('inline assembly in core', {HV + 'core/a.c': 'void a(void)\n{\n\tasm volatile("isb");\n}\n'},
     'core/a.c:3: inline assembly'),
    ('a test of the architecture in device', {HV + 'device/a.c': '#ifdef __aarch64__\n#endif\n'},
     'asks which architecture'),
    ('an assembly file in lib', {HV + 'lib/a.S': ''}, 'assembly belongs to'),
]

PLACES = [
    ('harmless paths', {'README.md': 'see src/work/x, /usr/lib, /root and https://spdx.org/\n'}, None),
    ('a path of the build machine', {'README.md': 'cd /' + 'work/main\n'}, 'names a path'),
    ('a home directory', {'a.c': '"/root' + '/.cache/x"\n'}, 'names a path'),
    ('a package archive', {'a.sh': 'deb http:' + '//deb.example.org/debian\n'}, 'names an archive'),
    ('a numeric host', {'a.sh': 'curl http:' + '//10.0.0.1/x\n'}, 'names an archive'),
]

STYLE = [
    ('a clean file', {HV + 'core/a.c': 'int a(void)\n{\n\treturn 0;\n}\n'}, None),
    ('a line over 120 columns', {HV + 'core/a.c': 'int a; ' + '/* ' + 'x' * 120 + ' */\n'}, 'a.c:1: 133 columns'),
    ('a tab counts for eight', {HV + 'core/a.c': '\t' * 15 + 'x\n'}, 'a.c:1: 121 columns'),
    ('blanks at the end of a line', {HV + 'core/a.c': 'int a; \n'}, 'a.c:1: blanks at the end'),
    ('indented with blanks', {HV + 'core/a.c': 'int a(void)\n{\n        return 0;\n}\n'},
     'a.c:3: indented with blanks'),
    ('no newline at the end', {HV + 'core/a.c': 'int a;'}, 'a.c: no newline at the end'),
    ('an #include of nothing but CR LF', {HV + 'core/a.c': 'int a;\r\n'}, 'a.c:1: blanks at the end'),
]


OPTION = {'Kconfig': 'config GIC\n\tbool\nconfig ARCH\n\tstring\n', HV + 'core/a.c': '#ifdef CONFIG_GIC\n#endif\n'}
OPTIONS = [
    ('an option that is used', {}, None),
    ('an option that does nothing', {HV + 'core/a.c': 'int a;\n'}, 'nothing depends on GIC'),
    ('an option that does not exist', {HV + 'core/b.c': '#if defined(CONFIG_CIG)\n#endif\n'},
     'core/b.c:1: CONFIG_CIG is no'),
]


def graph(frames, edges):
    """A call graph as the compiler writes it."""
    return ''.join(f'node: {{ title: "{n}" label: "{n}\\na.c:1:1\\n{s}" }}\n' for n, s in frames.items()) + \
        ''.join(f'edge: {{ sourcename: "{a}" targetname: "{b}" label: "a.c:1:1" }}\n' for a, b in edges)


CALLS = {HV + 'core/a.c': '', HV + 'arch/arm64/asm/cpu.h': '#define CPU_STACK_SIZE 0x1000\n'}
SMALL = {'main': '1024 bytes (static)', 'mid': '1024 bytes (static)', 'leaf': '1024 bytes (static)'}
STACK = [
    ('a chain that fits', {HV + 'core/a.ci=': graph(SMALL, [('main', 'mid'), ('mid', 'leaf')])}, None),
    ('a chain that does not', {HV + 'core/a.ci=': graph({**SMALL, 'more': '1024 bytes (static)'},
                                                        [('main', 'mid'), ('mid', 'leaf'), ('leaf', 'more')])},
     'deepest chain needs 4096 bytes'),
    ('a chain through a pointer', {HV + 'core/a.ci=': graph({**SMALL, 'hook': '2048 bytes (static)'},
                                                            [('main', 'mid'), ('mid', '__indirect_call')])},
     'deepest chain needs 4096 bytes'),
    ('a function that calls itself', {HV + 'core/a.ci=': graph(SMALL, [('main', 'mid'), ('mid', 'mid')])},
     'recursion: mid -> mid'),
    ('two that call each other', {HV + 'core/a.ci=': graph(SMALL, [('main', 'mid'), ('mid', 'leaf'), ('leaf', 'mid')])},
     'recursion: leaf -> mid -> leaf'),
    ('an array of unknown size', {HV + 'core/a.ci=': graph({'main': '32 bytes (dynamic)'}, [])}, 'unknown size'),
]

# check, the tree that its cases change, the cases
CASES = [(includes, LAYERED, INCLUDES), (symbols, OBJECTS, SYMBOLS), (headers, {}, HEADERS), (contract, BOTH, CONTRACT),
         (licences, TEXTS, LICENCES), (portable, {}, PORTABLE), (places, {}, PLACES), (style, {}, STYLE),
         (options, OPTION, OPTIONS), (stack, CALLS, STACK)]


def make_tree(root, content):
    """Write the files of a case; compile those that are objects."""
    for name, text in content.items():
        if text is None:
            continue
        path = os.path.join(root, 'build/aarch64' if name.endswith('=') else '', name.rstrip('='))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if name.endswith(('.o=', '.elf=')):
            subprocess.run(['gcc', '-c', '-x', 'c', '-o', path, '-'], input=text, text=True, check=True)
        else:
            with open(path, 'w', encoding='utf-8', newline='') as f:
                f.write(text)


def run_case(check, rules, base, case):
    """None if the check does what the case wants, or the reason."""
    title, change, want = case
    with tempfile.TemporaryDirectory() as root:
        make_tree(root, {**base, **change})
        found = check.check(root, rules, os.path.join(root, 'build'))[1]
    if want is None and found:
        return f'{title}: must pass, but: {found[0]}'
    if want is not None and not any(want in f for f in found):
        return f'{title}: must be refused with "{want}", but: {found or "no finding"}'
    return None


def of(check):
    """The tree and the cases of a check."""
    return next(((base, cases) for module, base, cases in CASES if module is check), ({}, []))
