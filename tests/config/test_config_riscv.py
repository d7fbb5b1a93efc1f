# SPDX-License-Identifier: GPL-2.0-or-later
"""RISC-V boards and cells: three interrupt architectures of QEMU's virt machine."""
import re
import subprocess

import pytest
from conftest import TOP

BOARD = TOP / "configs/board/qemu-riscv64.yaml"
CELLS = sorted((TOP / "configs/vms").glob("*riscv64-qemu*.yaml"))
MACHINES = {
    "plic": "virt",
    "aplic": "virt,aia=aplic",
    "imsic": "virt,aia=aplic-imsic,aia-guests=3",
}
# What the board's blob says, as `config dump` prints it.
EXPECTED = {
    "plic": ["controller: plic", "sources: 95", "registers: { at: 0xc000000, size: 0x600000 }", "context-first: 1",
             "context-step: 2", "timebase: 10000000"],
    "aplic": ["controller: aplic", "sources: 96", "registers: { at: 0xd000000, size: 0x8000 }", "context-first: 0",
              "context-step: 1"],
    "imsic": ["controller: imsic", "sources: 96", "imsic: { at: 0x28000000, size: 0x10000 }", "imsic-stride: 0x4000",
              "imsic-guests: 3", "imsic-ids: 255"],
}
NODES = {
    "plic": ["interrupt-controller@c000000"],
    "aplic": ["interrupt-controller@d000000"],
    "imsic": ["interrupt-controller@d000000", "imsics@28000000"],
}


@pytest.fixture(scope="module")
def riscv_trees(tmp_path_factory):
    place = tmp_path_factory.mktemp("riscv")
    for name, machine in MACHINES.items():
        subprocess.run(["qemu-system-riscv64", "-M", f"{machine},dumpdtb={place / name}.dtb", "-cpu", "max", "-smp",
                        "4", "-m", "2G", "-display", "none", "-nic", "none"], check=True, capture_output=True,
                       timeout=60)
    return place


@pytest.mark.parametrize("name", MACHINES)
def test_board(config, riscv_trees, tmp_path, name):
    done = config("compile", "-t", riscv_trees / f"{name}.dtb", BOARD, "-o", tmp_path / "board.blob")
    assert done.returncode == 0, done.stderr
    text = re.sub(" +", " ", config("dump", tmp_path / "board.blob").stdout)
    for words in EXPECTED[name] + ["cpus: [0x0, 0x1, 0x2, 0x3]", "event-interrupt: intid 60"]:
        assert words in text, text
    # What was dumped is a board file that says the same without a device tree.
    (tmp_path / "again.yaml").write_text(config("dump", tmp_path / "board.blob").stdout)
    done = config("compile", tmp_path / "again.yaml", "-o", tmp_path / "again.blob")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.blob").read_bytes() == (tmp_path / "board.blob").read_bytes()


@pytest.mark.parametrize("name", MACHINES)
def test_every_cell_fits_every_machine(config, riscv_trees, tmp_path, name):
    assert len(CELLS) >= 10
    for cell in CELLS:
        done = config("compile", "-t", riscv_trees / f"{name}.dtb", "-b", BOARD, cell, "-o", tmp_path / "cell.blob")
        assert done.returncode == 0, f"{cell}: {done.stderr}"
        assert config("dump", tmp_path / "cell.blob").returncode == 0


@pytest.mark.parametrize("name", MACHINES)
def test_guest_device_tree(config, riscv_trees, tmp_path, name):
    """The guest's harts are numbered from 0, have no H, and everything of them points at nodes that are there."""
    cell = TOP / "configs/vms/linux-riscv64-qemu-smp2.yaml"
    done = config("compile", "-t", riscv_trees / f"{name}.dtb", "-b", BOARD, cell, "-o", tmp_path / "cell.blob",
                  "--dtb", tmp_path / "guest.dtb")
    assert done.returncode == 0, done.stderr
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", tmp_path / "guest.dtb"], check=True,
                          capture_output=True, text=True).stdout
    isa = re.search(r'riscv,isa = "([^"]*)"', text)[1]
    letters, *extensions = isa.split("_")
    assert letters.startswith("rv64ima") and "h" not in letters[4:]
    assert not [e for e in extensions if e.startswith(("sm", "sh")) or e == "sscofpmf"], isa
    assert "sstc" in extensions and ("ssaia" in extensions) == (name == "imsic")
    assert not re.search(r'isa-extensions = "(?:[^"]*\\0)?h\\0', text)
    assert "cpu@0 {" in text and "cpu@1 {" in text and "cpu@2" not in text
    assert "timebase-frequency = <0x989680>" in text
    for node in NODES[name]:
        assert f"{node} {{" in text
    assert "interrupts-extended = <0x100 0x09 0x101 0x09>" in text
    uart = re.search(r"uart@10000000 \{(.*?)\};", text, re.S)[1]
    assert 'compatible = "ns16550a"' in uart
    assert ("interrupts = <0x0a>;" if name == "plic" else "interrupts = <0x0a 0x04>;") in uart


@pytest.mark.parametrize("change, message", [
    (("intid: 10", "intid: 0"), "no source of the interrupt controller"),
    (("intid: 10", "intid: 96"), ""),
    (("interrupts: auto", "interrupts: gicv3"), "the kind of controller that the board has"),
    (("at: 0x1000_0000", "at: 0x0c00_0000"), "the PLIC"),
])
def test_wrong_cells(config, riscv_trees, tmp_path, change, message):
    text = (TOP / "configs/vms/linux-riscv64-qemu-smp2.yaml").read_text()
    assert change[0] in text
    (tmp_path / "cell.yaml").write_text(text.replace(*change))
    done = config("check", "-t", riscv_trees / "plic.dtb", BOARD, tmp_path / "cell.yaml")
    assert done.returncode and "error:" in done.stderr and message in done.stderr, done.stderr


def test_board_for_another_machine(config, trees):
    done = config("check", "-t", trees[3], BOARD)
    assert done.returncode and "another machine" in done.stderr
