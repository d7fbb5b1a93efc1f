# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the command line tool on the build machine.

BULKHEAD_TOOL names the tool; without it, the one that `make tools` built.
"""
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("BULKHEAD_TOOL", TOP / "build/host/bulkhead"))


@pytest.fixture(scope="session")
def top():
    return TOP


@pytest.fixture(scope="session")
def tool():
    if not TOOL.exists():
        pytest.fail(f"{TOOL} is missing: run make tools")
    return TOOL


@pytest.fixture
def run(tool, tmp_path):
    """Run the tool with a run directory of its own; without a device unless the test names one."""

    def call(*words, stdin="", **environment):
        places = {"BULKHEAD_DEVICE": str(tmp_path / "no-device"), "BULKHEAD_RUN": str(tmp_path / "run")}
        settings = {**os.environ, **places}
        settings.update({name: str(value) for name, value in environment.items()})
        return subprocess.run(
            [str(tool), *map(str, words)], input=stdin, capture_output=True, text=True, timeout=60,
            env=settings,
        )

    return call


@pytest.fixture(scope="session")
def board(top, tool, tmp_path_factory):
    """The board of the emulated machine as a blob: its file needs the machine's device tree."""
    place = tmp_path_factory.mktemp("board")
    machine = f"virt,virtualization=on,gic-version=3,dumpdtb={place}/qemu.dtb"
    size = ["-smp", "4", "-m", "2G", "-cpu", "cortex-a57", "-display", "none", "-nic", "none"]
    subprocess.run(["qemu-system-aarch64", "-M", machine, *size], check=True, capture_output=True, timeout=60)
    blob = str(place / "board.blob")
    subprocess.run([tool, "config", "compile", "--devicetree", place / "qemu.dtb", "-o", blob,
                    top / "configs/board/qemu-aarch64.yaml"], check=True)
    return blob


@pytest.fixture
def cell_file(tmp_path):
    """A bare-metal cell whose image is 1000 bytes of 7."""
    (tmp_path / "image.bin").write_bytes(b"\7" * 1000)
    path = tmp_path / "linux.yaml"
    path.write_text(
        "cell: linux\n"
        "cpus: [2, 3]\n"
        "memory:\n"
        "  - { name: ram, guest: 0x40000000, size: 16M }\n"
        "boot: { protocol: flat, image: image.bin, at: 0x40000000 }\n"
    )
    return str(path)
