# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of configuration on the build machine: blobs, files, device trees.

BULKHEAD_TOOL names the tool; without it, the one that `make tools` built.
"""
import ctypes
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("O", "build")
TOOL = pathlib.Path(os.environ.get("BULKHEAD_TOOL", BUILD / "host/bulkhead"))
BOARD = TOP / "configs/board/qemu-aarch64.yaml"
# Those that run on both GICs; what needs a GICv2 is checked in test_config_boards.py.
CELLS = sorted(path for path in (TOP / "configs/vms").glob("*aarch64-qemu*.yaml")
               if "controller: gicv2" not in path.read_text(encoding="utf-8"))


class Error(ctypes.Structure):
    """struct bh_error"""
    _fields_ = [("code", ctypes.c_uint16), ("object", ctypes.c_uint16), ("index", ctypes.c_uint32),
                ("field", ctypes.c_uint32), ("reserved", ctypes.c_uint32), ("low", ctypes.c_uint64),
                ("high", ctypes.c_uint64)]


class Mutant(ctypes.Structure):
    _fields_ = [("offset", ctypes.c_uint32), ("value", ctypes.c_uint32)]


class Sweep(ctypes.Structure):
    _fields_ = [("tried", ctypes.c_uint32), ("refused", ctypes.c_uint32), ("accepted", ctypes.c_uint32),
                ("nameless", ctypes.c_uint32)]


class Checker:
    """The C check, the same source as in driver and hypervisor."""

    def __init__(self, path):
        self.library = ctypes.CDLL(str(path))
        self.library.field_name.restype = ctypes.c_char_p

    def check(self, data, system=None, arch=1):
        """(code, name of the field, error) of a blob."""
        error = Error()
        code = self.library.check(data, len(data), system, arch, ctypes.byref(error))
        name = self.library.field_name(data, len(data), error.field).decode() if code else ""
        return code, name, error

    def sweep(self, data, system=None, arch=1):
        """Every other value of every byte: counts, accepted and nameless mutants as (offset, value)."""
        accepted, nameless, counts = (Mutant * (len(data) * 256))(), (Mutant * (len(data) * 256))(), Sweep()
        self.library.sweep(data, len(data), system, arch, accepted, nameless, ctypes.byref(counts))
        listed = [[(m.offset, m.value) for m in many[:n]]
                  for many, n in ((accepted, counts.accepted), (nameless, counts.nameless))]
        return counts, *listed


@pytest.fixture(scope="session")
def checker(tmp_path_factory):
    """Built on the fly: a shared library of the check and its loops."""
    library = tmp_path_factory.mktemp("check") / "check.so"
    sources = [TOP / "tests/config/check.c", TOP / "hypervisor/lib/crc.c",
               *sorted((TOP / "hypervisor/lib").glob("config_*.c"))]
    subprocess.run(["gcc", "-std=gnu11", "-O2", "-Wall", "-Werror", "-fPIC", "-shared", f"-I{TOP}/include",
                    f"-I{TOP}/hypervisor/include", "-o", library, *sources], check=True, timeout=120)
    return Checker(library)


@pytest.fixture(scope="session")
def tool():
    if not TOOL.exists():
        pytest.fail(f"{TOOL} is missing: run make tools")
    return TOOL


@pytest.fixture(scope="session")
def config(tool):
    """Run `bulkhead config ...`."""
    def call(*words):
        return subprocess.run([tool, "config", *map(str, words)], capture_output=True, text=True, timeout=60,
                              errors="replace", check=False)
    return call


@pytest.fixture(scope="session")
def trees(tmp_path_factory):
    """The device trees of QEMU's virt machine: GIC version to path."""
    place = tmp_path_factory.mktemp("trees")
    found = {}
    for gic in (2, 3):
        found[gic] = place / f"gicv{gic}.dtb"
        subprocess.run(["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version={gic},dumpdtb={found[gic]}",
                        "-cpu", "cortex-a57", "-smp", "4", "-m", "2G", "-serial", "null", "-serial", "null",
                        "-display", "none", "-nic", "none"], check=True, capture_output=True, timeout=60)
    return found


@pytest.fixture(scope="session")
def shipped(config, trees, tmp_path_factory):
    """Every shipped file as a blob: (gic, name) to (bytes, its board's bytes or None)."""
    place = tmp_path_factory.mktemp("shipped")
    blobs = {}
    for gic, tree in trees.items():
        out = place / f"board{gic}.blob"
        done = config("compile", "-t", tree, BOARD, "-o", out)
        assert done.returncode == 0, done.stderr
        board = out.read_bytes()
        blobs[gic, "board"] = board, None
        for cell in CELLS:
            done = config("compile", "-t", tree, "-b", out, cell, "-o", place / "cell.blob")
            assert done.returncode == 0, done.stderr
            blobs[gic, cell.stem] = (place / "cell.blob").read_bytes(), board
    return blobs
