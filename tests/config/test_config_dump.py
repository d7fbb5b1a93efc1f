# SPDX-License-Identifier: GPL-2.0-or-later
"""A blob, written out as a file, compiles to the same blob: every shipped file, and cells with one of everything."""
import blob as b
import pytest
import yaml
from conftest import CELLS, TOP
from test_config_boards import BOARDS, GUESTS, machines  # noqa: F401
from test_config_riscv import CELLS as RISCV_CELLS, MACHINES, riscv_trees  # noqa: F401
from test_config_x86 import CELLS as PC_CELLS

MB2 = 2 << 20


@pytest.fixture
def again(config, tmp_path):
    """Dump a blob, compile what was dumped: (bytes, text). A cell's board is dumped and compiled first."""
    def call(data, board=None):
        words = []
        if board:
            (tmp_path / "board.blob").write_bytes(board)
            dumped = config("dump", tmp_path / "board.blob")
            (tmp_path / "board.yaml").write_text(dumped.stdout)
            words = ["-b", tmp_path / "board.yaml"]
        (tmp_path / "in.blob").write_bytes(data)
        dumped = config("dump", tmp_path / "in.blob")
        assert dumped.returncode == 0, dumped.stdout
        (tmp_path / "out.yaml").write_text(dumped.stdout)
        done = config("compile", *words, tmp_path / "out.yaml", "-o", tmp_path / "out.blob")
        assert done.returncode == 0, done.stderr + dumped.stdout
        return (tmp_path / "out.blob").read_bytes(), dumped.stdout
    return call


@pytest.mark.parametrize("name", ["board"] + [cell.stem for cell in CELLS])
@pytest.mark.parametrize("gic", [2, 3])
def test_shipped_files(shipped, again, gic, name):
    data, board = shipped[gic, name]
    same, text = again(data, board)
    assert same == data
    assert isinstance(yaml.safe_load(text), dict), "YAML for others too"


@pytest.fixture
def compiled(config, tmp_path):
    """The blob of a file, or of a cell for a board's blob."""
    def call(tree, path, board=None):
        words = []
        if board:
            (tmp_path / "for.blob").write_bytes(board)
            words = ["-b", tmp_path / "for.blob"]
        done = config("compile", "-t", tree, *words, path, "-o", tmp_path / "compiled.blob")
        assert done.returncode == 0, done.stderr
        return (tmp_path / "compiled.blob").read_bytes()
    return call


@pytest.mark.parametrize("name", BOARDS)
def test_files_of_real_boards(machines, compiled, again, name):  # noqa: F811
    board = compiled(machines[name], TOP / f"configs/board/{name}.yaml")
    assert again(board)[0] == board
    guests = [guest for of, guest in GUESTS if of == name]
    for guest in guests:
        data = compiled(machines[name], TOP / "configs/vms" / guest, board)
        assert again(data, board)[0] == data, guest
    assert guests


@pytest.mark.parametrize("name", MACHINES)
def test_files_of_riscv(riscv_trees, compiled, again, name):  # noqa: F811
    tree = riscv_trees / f"{name}.dtb"
    board = compiled(tree, TOP / "configs/board/qemu-riscv64.yaml")
    assert again(board)[0] == board
    for cell in RISCV_CELLS:
        data = compiled(tree, cell, board)
        assert again(data, board)[0] == data, cell


def test_no_file_is_left_out():
    guests = {path.name for path in (TOP / "configs/vms").glob("*.yaml")}
    gicv2 = {path for path in guests if path.startswith(("nimbos-aarch64-qemu", "starry-aarch64-qemu"))}
    qemu = {path.name for path in [*CELLS, *RISCV_CELLS, *PC_CELLS]}
    assert guests - gicv2 == qemu - gicv2 | {guest for _, guest in GUESTS}
    own = {"qemu-aarch64", "qemu-riscv64", "qemu-x86_64"}
    assert {path.stem for path in (TOP / "configs/board").glob("*.yaml")} == own | set(BOARDS)


def test_files_that_need_a_gicv2(trees, compiled, again):
    board = compiled(trees[2], TOP / "configs/board/qemu-aarch64.yaml")
    for name in ("nimbos-aarch64-qemu-smp1.yaml", "starry-aarch64-qemu-smp1.yaml"):
        data = compiled(trees[2], TOP / "configs/vms" / name, board)
        assert again(data, board)[0] == data, name


def test_board_with_everything(shipped, again):
    board = b.parse(shipped[3, "board"][0])
    board.update(uart_base=0x9000000, uart_size=0x1000, uart_type=1, event_irq=0, on_reset=1, log_level=3,
                 timeout_ms=2345, compatible=b"it's,one".ljust(64, b"\0"), maintenance_irq=26,
                 pool=[{"base": 0x60000000, "size": MB2}, {"base": 0x70000000, "size": 16 * MB2}],
                 dram=[*board["dram"], {"base": 0x100000000, "size": 0x3000}],
                 firmware=[{"base": 0x7e000000, "size": 0x1001}, {"base": 0x7e000800, "size": 0x10}],
                 aliases=[{"at": 0xC000000000, "size": 0x80000000, "of": 0x40000000, "every": 0},
                          {"at": 0, "size": 0, "of": 0, "every": 0x8000000000}])
    data = b.build(board)
    assert again(data)[0] == data


def test_cell_with_everything(shipped, again):
    data, board = shipped[3, "linux-aarch64-qemu-smp2"]
    cell = b.parse(data)
    ram = cell["memory"][0]
    cell["memory"] = [
        {**ram, "flags": 1 | b.AUTO, "gpa": 0x80000000, "name": b"yes".ljust(16, b"\0")},
        {**ram, "flags": 7, "hpa": 0x60000000, "size": MB2, "name": b"'#:".ljust(16, b"\0")},
        {"gpa": 0xA0000000, "hpa": 0x9040000, "size": 0x1000, "flags": 11, "reserved": 0,
         "name": b"uart".ljust(16, b"\0")},
        {"gpa": 0xA0001000, "hpa": 0x9030000, "size": 0x1000, "flags": 9, "reserved": 0,
         "name": b"ro".ljust(16, b"\0")}]
    device = cell["devices"][0]
    cell["devices"] = [device, {**device, "gpa": 0x9001000, "irq": 0}, {**device, "gpa": 0x9002000, "irq": 900}]
    cell.update(console=1, entry=ram["gpa"], boot_arg=ram["gpa"] + 8, comm_page=0xB0000000, watchdog_ms=1234,
                stop_ms=1, gicd=0xC0000000, gicr=0xC1000000,
                irqs=[{"intid": 900, "reserved": 0}, {"intid": 40, "reserved": 0}],
                cpus=[{"hwid": 3}, {"hwid": 1}, {"hwid": 2}])
    cell["devices"][2]["irq"] = 901
    data = b.build(cell)
    same, text = again(data, board)
    assert same == data, text
    cell.update(console=b.NO_CONSOLE, irqs=[], comm_page=0, watchdog_ms=0, boot_arg=0)
    data = b.build(cell)
    assert again(data, board)[0] == data
    cell.update(devices=[], memory=cell["memory"][1:2])
    data = b.build(cell)
    assert again(data, board)[0] == data
