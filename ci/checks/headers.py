# SPDX-License-Identifier: GPL-2.0-or-later
"""Every header compiles alone, and twice, for each world that may include it."""
import concurrent.futures
import os
import subprocess

import tree

HOST = ['gcc', '-std=gnu11', '-pthread']
CROSS = [os.environ.get('CROSS_COMPILE_aarch64', 'aarch64-linux-gnu-') + 'gcc', '-std=gnu11', '-ffreestanding',
         '-mgeneral-regs-only']
CROSS_RISCV = [os.environ.get('CROSS_COMPILE_riscv64', 'riscv64-linux-gnu-') + 'gcc', '-std=gnu11', '-ffreestanding',
               '-march=rv64imac_zicsr_zifencei', '-mabi=lp64']
CROSS_X86 = [os.environ.get('CROSS_COMPILE_x86_64', '') + 'gcc', '-std=gnu11', '-ffreestanding', '-mgeneral-regs-only',
             '-mcmodel=kernel', '-fno-pic']
ALL = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter', '-Wstrict-prototypes', '-x', 'c', '-']
FAKE_DIR, ARM64_DIR, RISCV_DIR = 'hypervisor/arch/fake', 'hypervisor/arch/arm64', 'hypervisor/arch/riscv'
X86_DIR = 'hypervisor/arch/x86'
HV = ['-Iinclude', '-Ihypervisor/include']


def generated(build, sub):
    """The options that give a header the build's configuration, if it was made."""
    path = os.path.abspath(os.path.join(build, sub, 'include', 'generated', 'autoconf.h'))
    return ['-include', path, '-I' + os.path.dirname(os.path.dirname(path))] if os.path.isfile(path) else []


def worlds(path, build):
    """(name, command) of each world in which this header must compile."""
    arm64 = CROSS + HV + ['-I' + ARM64_DIR] + generated(build, 'aarch64')
    riscv = CROSS_RISCV + HV + ['-I' + RISCV_DIR] + generated(build, 'riscv64')
    x86 = CROSS_X86 + HV + ['-I' + X86_DIR] + generated(build, 'x86_64')
    fake = HOST + HV + ['-I' + FAKE_DIR, '-DBH_TEST'] + generated(build, 'unit')
    if path.startswith('include/bulkhead/'):
        yield 'host', ['gcc', '-std=c11', '-pedantic', '-Iinclude']
        yield 'arm64', CROSS + ['-Iinclude']
    elif path.startswith(ARM64_DIR):
        yield 'arm64', arm64
    elif path.startswith(RISCV_DIR):
        yield 'riscv', riscv
    elif path.startswith(X86_DIR):
        yield 'x86', x86
    elif path.startswith(FAKE_DIR):
        yield 'fake', fake
    elif path.startswith('hypervisor/'):
        yield 'arm64', arm64
        yield 'fake', fake
    elif path.startswith('tools/'):
        yield 'host', HOST + HV + ['-D_GNU_SOURCE', '-Itools/lib', '-Itools/bulkhead']
    elif path.startswith('inmates/'):
        yield 'arm64', CROSS + ['-Iinclude', '-Iinmates/lib', '-Iinmates/lib/include', '-Iinmates/lib/aarch64']
    # driver/ headers need a kernel's tree: the driver's own build compiles them.


def compile_alone(root, path, world, command):
    """None, or the finding."""
    name = os.path.abspath(os.path.join(root, path))
    twice = f'#include "{name}"\n#include "{name}"\nint unit;\n'
    done = subprocess.run(command + ALL, input=twice, cwd=root, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode == 0:
        return None
    first = next((line for line in done.stdout.splitlines() if 'error' in line), done.stdout.strip())
    return f'{path}: does not compile alone ({world}): {first.replace(os.path.abspath(root) + "/", "")}'


def check(root, _rules, build):
    """Return what was looked at, and findings."""
    jobs = [(root, path, world, command) for path in tree.files(root) if path.endswith('.h')
            for world, command in worlds(path, build)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = [f for f in pool.map(lambda job: compile_alone(*job), jobs) if f]
    return f'{len(jobs)} compilations', found
