# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of mutants, and their images: one build tree, in which one file at a time is another."""
import fnmatch
import hashlib
import os
import re
import shutil
import subprocess

PARTS = ("Makefile", "Kconfig", "mk", "hypervisor", "include", "configs", "inmates", "driver", "tools")
# What an image is made of; the others are there because the Makefile looks at them.
INGREDIENTS = ("Makefile", "Kconfig", "mk/", "hypervisor/", "include/", ".config")
# Architectures: the folder of the sources, and where the configuration of the build is looked for.
ARCHES = {"aarch64": ("arm64", ".config"), "riscv64": ("riscv", "build/riscv64/.config"),
          "x86_64": ("x86", "build/x86_64/.config")}
OF_OTHERS = {arch: tuple(f"hypervisor/arch/{name}/" for name in ("arm64", "fake", "riscv", "x86") if name != own)
             for arch, (own, _) in ARCHES.items()}
# Kinds of machine that the list names: the architecture, the interrupt controller, the CPU.
KINDS = {"gic3": ("aarch64", 3, "cortex-a57"), "gic2": ("aarch64", 2, "cortex-a76"),
         "plic": ("riscv64", "plic", "rv64"), "imsic": ("riscv64", "imsic", "rv64"),
         "xapic": ("x86_64", "xapic", None), "vtd": ("x86_64", "x2apic", None)}
UNCHANGED = "none"


class ImageError(Exception):
    """A mutant that cannot be built."""


class Mutant:
    """Four lines of the list, or more; "may:" before rows that may fail, too, as the machine is not what it was."""

    def __init__(self, lines):
        words = lines[0].split()
        self.name, self.kind = words[0], next((word for word in words[1:] if word in KINDS), "gic3")
        self.arch = KINDS[self.kind][0]
        self.breaks_root = "reboot" in words
        self.file, self.command = lines[1], lines[2]
        must, _, may = " ".join(lines[3:]).partition("may:")
        self.rows, self.may = must.split(), may.split()

    def changed(self, path):
        """What its command makes of a file, as text."""
        return subprocess.run(["sed", self.command, path], check=True, stdout=subprocess.PIPE).stdout.decode()


def mutants(tree, patterns=()):
    with open(os.path.join(tree, "tests/mutants/mutants.list"), encoding="utf-8") as f:
        text = "\n".join(line for line in f.read().splitlines() if not line.startswith("#"))
    found = [Mutant(block.strip().splitlines()) for block in re.split(r"\n\s*\n", text.strip())]
    return [m for m in found if not patterns or any(fnmatch.fnmatch(m.name, p) for p in patterns)]


def copy_file(source, target):
    """With a new time: an object that was built from a mutant must not look newer than its source."""
    with open(source, "rb") as f:
        text = f.read()
    if os.path.exists(target):
        with open(target, "rb") as f:
            if f.read() == text:
                return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)
    shutil.copymode(source, target)


class Images:
    """@tree: sources.  @configuration: of the hypervisor.  @out: folder for the copy of the tree and for images."""

    def __init__(self, tree, arch, configuration, out):
        self.arch, self.out, self.copy = arch, out, os.path.join(out, "tree")
        self.made = os.path.join(self.copy, f"build/{arch}/bulkhead-{arch}.bin")
        self.state = hashlib.sha256()
        for part in PARTS:
            source = os.path.join(tree, part)
            if os.path.isfile(source):
                self.take(source, part)
            for folder, _, names in sorted(os.walk(source)):
                for name in sorted(names):
                    path = os.path.join(folder, name)
                    self.take(path, os.path.relpath(path, tree))
            self.forget(tree, part)
        self.take(configuration, ARCHES[arch][1])

    def forget(self, tree, part):
        """What the tree no longer has would be linked, too."""
        for folder, _, names in os.walk(os.path.join(self.copy, part)):
            for path in [os.path.join(folder, name) for name in names]:
                if not os.path.lexists(os.path.join(tree, os.path.relpath(path, self.copy))):
                    os.unlink(path)

    def take(self, source, name):
        """Only what changed is copied, so that the second run builds little."""
        copy_file(source, os.path.join(self.copy, name))
        if not name.startswith((*INGREDIENTS, ARCHES[self.arch][1])) or name.startswith(OF_OTHERS[self.arch]):
            return
        with open(source, "rb") as f:
            self.state.update(f"{name}\0".encode() + hashlib.sha256(f.read()).digest())

    def path(self, name):
        return os.path.join(self.out, f"{name}.bin")

    def make(self):
        ours = ("O", "KCONFIG_CONFIG", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        environment = {k: v for k, v in os.environ.items() if k not in ours}
        # What a mutant no longer uses is no error.
        result = subprocess.run(["make", "--no-print-directory", "-j2", f"ARCH={self.arch}", "WARNINGS=", "hypervisor"],
                                cwd=self.copy, env=environment, check=False, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
        if result.returncode:
            raise ImageError(f"does not build: {result.stdout[-2000:]}")

    def keep(self, name, key):
        """The image that was made is the one of @name."""
        shutil.copy2(self.made, self.path(name))
        with open(self.path(name) + ".key", "w", encoding="ascii") as f:
            f.write(key)

    def key(self, mutant=None):
        """Changes with everything that the image is made of."""
        state = self.state.copy()
        if mutant:
            state.update(f"{mutant.file}\0{mutant.command}".encode())
        return state.hexdigest()

    def is_there(self, name, key):
        try:
            with open(self.path(name) + ".key", encoding="ascii") as f:
                return f.read() == key and os.path.exists(self.path(name))
        except FileNotFoundError:
            return False

    def build_unchanged(self):
        if not self.is_there(UNCHANGED, self.key()):
            self.make()
            self.keep(UNCHANGED, self.key())

    def build(self, mutant):
        """Make the image of a mutant, if it is not there; the copy is as before afterwards."""
        if self.is_there(mutant.name, self.key(mutant)):
            return
        path = os.path.join(self.copy, "hypervisor", mutant.file)
        with open(path, encoding="utf-8") as f:
            before = f.read()
        after = mutant.changed(path)
        if after == before:
            raise ImageError(f"its command changes nothing in hypervisor/{mutant.file}: mend it")
        try:
            with open(path, "w", encoding="utf-8") as f:
                f.write(after)
            self.make()
        finally:
            with open(path, "w", encoding="utf-8") as f:
                f.write(before)
        with open(self.made, "rb") as f, open(self.path(UNCHANGED), "rb") as g:
            if f.read() == g.read():
                raise ImageError("its image is the unchanged one: the compiler sees no difference")
        self.keep(mutant.name, self.key(mutant))
