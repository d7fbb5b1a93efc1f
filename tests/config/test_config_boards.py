# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of real boards against device trees: Debian's of the board, Debian's of a kin, or a fixture.

A tree of Debian's names no RAM, or none that is there: the boot loader fills it in, and so does the test, with what is
known of a unit of that board. The overlay that reserves memory is read out of the board's page and applied. Nothing of
this ran on hardware.
"""
import json
import os
import pathlib
import re
import struct
import subprocess

import blob as b
import pytest
from conftest import TOP

CACHE = pathlib.Path(os.environ.get("BULKHEAD_CACHE") or pathlib.Path(
    os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "bulkhead")
RK3588 = {"hwids": [0, 0x100, 0x200, 0x300, 0x400, 0x500, 0x600, 0x700], "gicd": 0xfe600000, "gicr": 0xfe680000}


class Board:
    """What a board has, from its maker's documents and kernels; `of`: whose tree it is checked against."""

    def __init__(self, tree, of, hwids, ram, gicd=None, gicr=None, plic=None):
        self.tree, self.of, self.hwids, self.ram = tree, of, hwids, ram
        self.gicd, self.gicr, self.plic = gicd, gicr, plic


BOARDS = {
    "orangepi-5-plus": Board("rk3588-orangepi-5-plus", "the board, 8 GiB", **RK3588,
                             ram=[(0x200000, 0xefe00000), (1 << 32, 1 << 32)]),
    "evm3588": Board("rk3588-evb1-v10", "another board with this SoC, as a stand-in; 16 GiB", **RK3588,
                     ram=[(0x200000, 0x8200000), (0x9400000, 0xe6c00000), (1 << 32, 0x2fbc00000),
                          (0x3fc500000, 0x3a00000), (0x4f0000000, 0x10000000)]),
    "roc-rk3568-pc": Board("rk3568-roc-pc", "the board, 4 GiB", hwids=[0, 0x100, 0x200, 0x300], gicd=0xfd400000,
                           gicr=0xfd460000,
                           ram=[(0x200000, 0x8200000), (0x9400000, 0xe6c00000), (0x1f0000000, 0x10000000)]),
    "phytiumpi": Board("fixture", "nobody: written from facts", hwids=[0x200, 0x201, 0, 0x100], gicd=0x30800000,
                       gicr=0x30880000, ram=None),
    "raspberrypi-4": Board("bcm2711-rpi-4-b", "the board, 4 GiB", hwids=[0, 1, 2, 3], gicd=0xff841000,
                           ram=[(0, 0x3b400000), (0x40000000, 0xbc000000)]),
}
BOARDS["hifive-premier-p550"] = Board("fixture", "nobody: written from facts", hwids=[0, 1, 2, 3],
                                      ram=None, plic=(0xc000000, 520, 1000000))
GUESTS = [(board, path.name) for board in BOARDS for path in sorted((TOP / "configs/vms").glob(f"*-{board}-smp*.yaml"))]
QEMU_GICV2 = ["nimbos-aarch64-qemu-smp1.yaml", "starry-aarch64-qemu-smp1.yaml"]


def run(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=60)


def put_ram(tree, banks):
    """Memory as the boot loader writes it; the root's #size-cells may be 1."""
    cells = int(subprocess.run(["fdtget", tree, "/", "#size-cells"], check=True, capture_output=True, text=True,
                               timeout=60).stdout)
    node = f"/memory@{banks[0][0]:x}"
    words = []
    for base, size in banks:
        words += [base >> 32, base & 0xffffffff, *([size >> 32] if cells == 2 else []), size & 0xffffffff]
    run("fdtput", "-p", "-t", "s", tree, node, "device_type", "memory")
    run("fdtput", "-t", "x", tree, node, "reg", *(f"{word:x}" for word in words))


def base_tree(name, board, out):
    if board.tree == "fixture":
        run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, TOP / f"tests/config/fixtures/{name}.dts")
        return
    source = CACHE / f"dtbs/{board.tree}.dtb"
    if not source.exists():
        pytest.fail(f"{source} is missing: run ci/setup")
    out.write_bytes(source.read_bytes())
    put_ram(out, board.ram)


def overlay_of(name):
    """The overlay in the board's page."""
    page = (TOP / f"Documentation/howto/{name}.md").read_text(encoding="utf-8")
    return re.search(r"^```dts\n(.*?)^```", page, re.S | re.M)[1]


@pytest.fixture(scope="session")
def machines(tmp_path_factory):
    """Device trees of the boards with their overlays applied, by name."""
    place, found = tmp_path_factory.mktemp("boards"), {}
    for name, board in BOARDS.items():
        base, source, overlay, found[name] = (place / f"{name}{end}" for end in ("-base.dtb", ".dts", ".dtbo", ".dtb"))
        base_tree(name, board, base)
        source.write_text(overlay_of(name))
        run("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", overlay, source)
        run("fdtoverlay", "-i", base, "-o", found[name], overlay)
    return found


def compiled(config, tree, out, *words):
    done = config("compile", "-t", tree, *words, "-o", out)
    assert done.returncode == 0, done.stderr
    return b.parse(out.read_bytes())


def ours(system):
    """Start and sum of what hypervisor and pool have."""
    held = [(system["hv_base"], system["hv_size"])] + [(r["base"], r["size"]) for r in system["pool"]]
    return min(base for base, _ in held), sum(size for _, size in held)


def check_controller(board, data, system):
    if board.plic:
        offset = b.BODIES[b.SYSTEM].offset("gic_version")  # of the union
        intc, sources, base = struct.unpack_from("<IIQ", data, offset)
        assert (intc, base, sources) == (1, *board.plic[:2])
        assert struct.unpack_from("<Q", data, offset + 64)[0] == board.plic[2]  # timebase
        return
    assert system["gicd_base"] == board.gicd and system["gicr_base"] == (board.gicr or 0)
    assert system["gic_version"] == (3 if board.gicr else 2)


@pytest.mark.parametrize("name", BOARDS)
def test_board(config, machines, tmp_path, name):
    """CPUs, interrupt controller and RAM are the board's; our memory is what its overlay reserves, all of it."""
    board, tree = BOARDS[name], machines[name]
    system = compiled(config, tree, tmp_path / "board.blob", TOP / f"configs/board/{name}.yaml")
    assert [cpu["hwid"] for cpu in system["cpus"]] == board.hwids
    check_controller(board, (tmp_path / "board.blob").read_bytes(), system)
    if board.ram:
        assert {(r["base"], r["size"]) for r in system["dram"]} == set(board.ram)
    reserved = [int(word, 16) for word in re.search(r"reg = <([^>]*)>", overlay_of(name))[1].split()]
    assert ours(system) == (reserved[0] << 32 | reserved[1], reserved[-1])
    assert config("diff", TOP / f"configs/board/{name}.yaml", "-t", tree).returncode == 0


@pytest.mark.parametrize("name", BOARDS)
def test_board_is_found_fit_but_for_what_a_tree_cannot_say(machines, tool, name):
    done = subprocess.run([tool, "hardware", "check", "--json", "-t", machines[name]], capture_output=True, text=True,
                          timeout=60, check=False)
    failed = {f["subject"] for f in json.loads(done.stdout)["findings"] if f["result"] == "FAIL"}
    # The usual firmware of the Raspberry Pi has no PSCI; its page says what to do.
    assert failed == ({"firmware"} if name == "raspberrypi-4" else set())


@pytest.mark.parametrize("name", BOARDS)
def test_create_chooses_the_reserved_memory(config, machines, tmp_path, name):
    made = tmp_path / "made.yaml"
    assert config("create", "-t", machines[name], "-o", made).returncode == 0
    done = config("check", "-t", machines[name], made)
    assert done.returncode == 0, done.stderr
    system = compiled(config, machines[name], tmp_path / "made.blob", made)
    assert ours(system) == ours(compiled(config, machines[name], tmp_path / "own.blob",
                                         TOP / f"configs/board/{name}.yaml"))


@pytest.mark.parametrize("name, guest", GUESTS, ids=[guest.removesuffix(".yaml") for _, guest in GUESTS])
def test_guest(config, machines, tmp_path, name, guest):
    """No error, and no warning but for images that are not here."""
    board, cell = TOP / f"configs/board/{name}.yaml", TOP / "configs/vms" / guest
    done = config("check", "--format", "json", "-t", machines[name], board, cell)
    messages = [m for m in json.loads(done.stdout) if m["severity"] != "note" and "is not there" not in m["text"]]
    assert done.returncode == 0 and messages == []
    found = compiled(config, machines[name], tmp_path / "cell.blob", "-b", board, cell)
    assert len(found["cpus"]) == int(re.search(r"smp(\d+)", guest)[1]) and found["console"] == 0
    assert "ntested on hardware" in cell.read_text(encoding="utf-8").replace("\n# ", " ")


@pytest.mark.parametrize("name, guest, base, spi", [
    ("orangepi-5-plus", "linux-uart6-aarch64-orangepi-5-plus-smp2.yaml", 0xfeb90000, 337),
    ("roc-rk3568-pc", "linux-uart3-aarch64-roc-rk3568-pc-smp2.yaml", 0xfe670000, 119),
    ("phytiumpi", "linux-aarch64-phytiumpi-smp1.yaml", 0x2800e000, 85)])
def test_uart_of_the_guest(config, machines, tmp_path, name, guest, base, spi):
    """As the page says where it is."""
    found = compiled(config, machines[name], tmp_path / "cell.blob", "-b", TOP / f"configs/board/{name}.yaml",
                     TOP / "configs/vms" / guest)
    assert [m["hpa"] for m in found["memory"] if m["flags"] & b.DEVICE] == [base]
    assert [i["intid"] - 32 for i in found["irqs"]] == [spi]
    assert f"SPI {spi}" in (TOP / f"Documentation/howto/{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("guest", QEMU_GICV2)
def test_guests_that_need_a_gicv2(config, trees, guest):
    board, cell = TOP / "configs/board/qemu-aarch64.yaml", TOP / "configs/vms" / guest
    assert config("check", "-t", trees[2], board, cell).returncode == 0
    done = config("check", "-t", trees[3], board, cell)
    assert done.returncode == 3 and "cannot see a GICv2" in done.stderr


def test_every_board_has_all_its_files():
    """Board file, defconfig, page, a guest at least; and what never ran says so."""
    for name in BOARDS:
        assert (TOP / f"configs/board/{name}_defconfig").exists()
        assert "**Untested on hardware.**" in (TOP / f"Documentation/howto/{name}.md").read_text(encoding="utf-8")
        assert "Untested on hardware" in (TOP / f"configs/board/{name}.yaml").read_text(encoding="utf-8")
        assert any(board == name for board, _ in GUESTS)
    named = re.compile(r"[a-z0-9-]+-(aarch64|x86_64|riscv64)-[a-z0-9-]+-smp\d+\.yaml")
    assert [p.name for p in (TOP / "configs/vms").glob("*.yaml") if not named.fullmatch(p.name)] == []
