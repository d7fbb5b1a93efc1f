# SPDX-License-Identifier: GPL-2.0-or-later
"""The device tree of each guest: dtc has nothing to say of it, and it says what the cell's blob says.

It is read back with libfdt by code that shares nothing with the tool.
"""
import struct
import subprocess

import blob as b
import libfdt
import pytest
from conftest import BOARD, CELLS, TOP
from test_config_boards import machines  # noqa: F401
from test_config_devicetree import CACHE, Machine, cells, nodes, properties
from test_config_riscv import BOARD as RISCV_BOARD, CELLS as RISCV_CELLS, MACHINES, riscv_trees  # noqa: F401

LINUX = """\
cell: test
cpus: [1, 2]
memory:
  - { name: low, guest: 0x4000_0000, size: 64M }
  - { name: high, guest: 0x1_0000_0000, size: 2M, flags: [read, write] }
boot: { protocol: linux, kernel: vmlinuz, initrd: initrd, cmdline: console=ttyAMA0 quiet }
comm-page: 0x5000_0000
devices:
  - uart: { at: 0x900_0000, spi: 1 }
  - uart: { at: 0x905_0000, spi: 5, console: true }
"""
FLAT = LINUX.replace("linux, kernel: vmlinuz, initrd: initrd", "flat, image: vmlinuz, devicetree: generate")
PASSED = LINUX.replace("devices:", "devices:\n  - passthrough: serial1\n  - { passthrough: /pl031@9010000 }")
MANY = LINUX.replace("devices:", "devices:\n" + "\n".join(
    f"  - {{ passthrough: /virtio_mmio@a000{i * 2:x}00, dma: none }}" for i in range(8)))
OWN = {"linux": LINUX, "flat": FLAT, "passed": PASSED, "many": MANY}


@pytest.fixture
def build(config, trees, tmp_path):
    """(blob, path of the guest's tree) of a cell file's text for QEMU's machine."""
    (tmp_path / "vmlinuz").write_bytes(struct.pack("<IIQQQQQQ4sI", 0, 0, 0, 1 << 20, 0, 0, 0, 0, b"ARM\x64", 0))
    (tmp_path / "initrd").write_bytes(b"i" * 5000)

    def call(text, gic=3):
        (tmp_path / "cell.yaml").write_text(text)
        done = config("compile", "-t", trees[gic], "-b", BOARD, tmp_path / "cell.yaml", "-o", tmp_path / "cell.blob",
                      "--dtb", tmp_path / "guest.dtb")
        assert done.returncode == 0, done.stderr
        return b.parse((tmp_path / "cell.blob").read_bytes()), tmp_path / "guest.dtb"
    return call


def complaints(path):
    """Of dtc, with all its checks."""
    done = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", "-o", "/dev/null", path], capture_output=True, text=True,
                          timeout=60, check=True)
    return done.stderr


def number(values):
    value = 0
    for cell in values:
        value = value << 32 | cell
    return value


def ranges(tree, node):
    """(base, size) of each reg; the root has two cells for both."""
    values = cells(tree, node, "reg")
    return [(number(values[i:i + 2]), number(values[i + 2:i + 4])) for i in range(0, len(values), 4)]


def is_kind(tree, node, word):
    return "compatible" in properties(tree, node) and \
        word in bytes(tree.getprop(tree.path_offset(node), "compatible")).decode().split("\0")


def top(tree):
    """Nodes below the root."""
    return [n for n in nodes(tree) if n.count("/") == 1 and n != "/"]


def agree(cell, tree, gic):
    """Everything that both say."""
    cpus = [n for n in nodes(tree) if n.startswith("/cpus/cpu@")]
    assert [cells(tree, n, "reg") for n in cpus] == [[i] for i in range(len(cell["cpus"]))]
    assert all(bytes(tree.getprop(tree.path_offset(n), "enable-method")) == b"psci\0" for n in cpus)
    memory = [r for n in top(tree) if n.startswith("/memory@") for r in ranges(tree, n)]
    assert memory == [(m["gpa"], m["size"]) for m in cell["memory"] if not m["flags"] & b.DEVICE]
    kind = "arm,gic-v3" if gic == 3 else "arm,gic-400"
    intc = next(n for n in top(tree) if is_kind(tree, n, kind))
    second = (cell["gicr"], 0x20000 * len(cpus)) if gic == 3 else (cell["gicc"], 0x2000)
    assert ranges(tree, intc) == [(cell["gicd"], 0x10000 if gic == 3 else 0x1000), second]
    assert cells(tree, "/", "interrupt-parent") == cells(tree, intc, "phandle")
    assert cells(tree, intc, "#interrupt-cells") == [3]
    devices = [n for n in top(tree) if "reg" in properties(tree, n) and n != intc and not n.startswith("/memory@")
               and not is_kind(tree, n, "bulkhead,comm-page")]
    starts = {r[0] & ~0xfff for n in devices for r in ranges(tree, n)}
    assert starts == {d["gpa"] for d in cell["devices"]} | \
        {m["gpa"] for m in cell["memory"] if m["flags"] & b.DEVICE}
    lines = sorted(32 + n for d in devices if "interrupts" in properties(tree, d)
                   for n in cells(tree, d, "interrupts")[1::3])
    assert lines == sorted([i["intid"] for i in cell["irqs"]] + [d["irq"] for d in cell["devices"] if d["irq"]])
    if cell["comm_page"]:
        page = next(n for n in top(tree) if is_kind(tree, n, "bulkhead,comm-page"))
        assert ranges(tree, page) == [(cell["comm_page"], 4096)]


def closed(tree):
    """Each phandle that a node uses is one that a node has."""
    known = {tree.get_phandle(tree.path_offset(n)) for n in nodes(tree)} - {0}
    for node in nodes(tree):
        if "clocks" in properties(tree, node):
            assert set(cells(tree, node, "clocks")) <= known, node
        if "interrupt-parent" in properties(tree, node):
            assert set(cells(tree, node, "interrupt-parent")) <= known, node


@pytest.mark.parametrize("gic", [2, 3])
@pytest.mark.parametrize("name", OWN)
def test_tree_and_blob_agree(build, name, gic):
    cell, path = build(OWN[name], gic)
    tree = libfdt.FdtRo(path.read_bytes())
    assert complaints(path) == ""
    agree(cell, tree, gic)
    closed(tree)
    assert bytes(tree.getprop(tree.path_offset("/chosen"), "bootargs")) == b"console=ttyAMA0 quiet\0"
    assert bytes(tree.getprop(tree.path_offset("/chosen"), "stdout-path")) == b"/uart@9050000\0"
    if name != "flat":
        start, end = (number(cells(tree, "/chosen", f"linux,initrd-{x}")) for x in ("start", "end"))
        assert end - start == 5000 and end <= cell["boot_arg"]


@pytest.mark.parametrize("gic", [2, 3])
@pytest.mark.parametrize("path", [c for c in CELLS if "linux" in c.name], ids=lambda p: p.stem)
def test_shipped_cells(config, trees, tmp_path, path, gic):
    (tmp_path / "vmlinuz").write_bytes(struct.pack("<IIQQQQQQ4sI", 0, 0, 0, 1 << 20, 0, 0, 0, 0, b"ARM\x64", 0))
    (tmp_path / "initrd.img").write_bytes(b"i")
    done = config("compile", "-t", trees[gic], "-b", BOARD, "-i", tmp_path, path, "-o", tmp_path / "cell.blob", "--dtb",
                  tmp_path / "guest.dtb")
    assert done.returncode == 0, done.stderr
    assert complaints(tmp_path / "guest.dtb") == ""
    agree(b.parse((tmp_path / "cell.blob").read_bytes()), libfdt.FdtRo((tmp_path / "guest.dtb").read_bytes()), gic)


@pytest.mark.parametrize("name, gic, cpus, devices", [
    ("rk3588-orangepi-5-plus", 3, "[6-7]", ["serial6"]),
    ("rk3588-orangepi-5-plus", 3, "[6-7]", ["serial6", "serial3", "mmc@fe2e0000", "watchdog@feaf0000"]),
    ("rk3588-evb1-v10", 3, "[4-7]", ["serial9", "ethernet@fe1b0000"]),
    ("rk3568-roc-pc", 3, "[2-3]", ["serial3", "ethernet@fe010000"]),
    ("bcm2711-rpi-4-b", 2, "[2-3]", ["serial@7e201000", "ethernet@7d580000"]),
])
def test_devices_of_boards(config, tmp_path, name, gic, cpus, devices):
    if not (CACHE / f"{name}.dtb").exists():
        pytest.skip(f"{name}.dtb is not there: run ci/setup")
    machine = Machine(config, tmp_path, (CACHE / f"{name}.dtb").read_bytes(), 0x10000000)
    cell, tree, _ = machine.compile(*devices, cpus=cpus)
    assert complaints(tmp_path / "guest.dtb") == ""
    agree(cell, tree, gic)
    closed(tree)


# ---- RISC-V ----

RISCV = """\
cell: test
cpus: [1, 3]
memory:
  - { name: low, guest: 0x8000_0000, size: 64M }
  - { name: high, guest: 0x1_0000_0000, size: 2M, flags: [read, write] }
boot: { protocol: linux, kernel: vmlinuz, initrd: initrd, cmdline: console=ttyS0 quiet }
comm-page: 0x5000_0000
devices:
  - uart: { type: 16550, at: 0x1000_0000, intid: 10 }
  - uart: { type: 16550, at: 0x1000_2000, intid: 12 }
  - { passthrough: /soc/rtc@101000, dma: none }
"""
PLIC_CONTEXT, APLIC_SIZE, IMSIC_FILE = 0x1000, 0x4000, 0x1000
CONTROLLERS = {1: "riscv,plic0", 2: "riscv,aplic", 3: "riscv,aplic"}


def agree_riscv(data, tree):
    """Everything that blob and tree of a RISC-V cell both say."""
    cell = b.parse(data)
    kind, sources, domain, imsic = struct.unpack_from("<IIQQ", data, b.BODIES[b.CELL].offset("gic_version"))
    cpus = [n for n in nodes(tree) if n.startswith("/cpus/cpu@") and n.count("/") == 2]
    assert [cells(tree, n, "reg") for n in cpus] == [[i] for i in range(len(cell["cpus"]))]
    harts = [cells(tree, f"{n}/interrupt-controller", "phandle")[0] for n in cpus]
    memory = [r for n in top(tree) if n.startswith("/memory@") for r in ranges(tree, n)]
    assert memory == [(m["gpa"], m["size"]) for m in cell["memory"] if not m["flags"] & b.DEVICE]
    intc = next(n for n in top(tree) if is_kind(tree, n, CONTROLLERS[kind]))
    (base, size), = ranges(tree, intc)
    least = 0x200000 + len(cpus) * PLIC_CONTEXT if kind == 1 else APLIC_SIZE
    assert base == domain and size >= least
    assert cells(tree, "/", "interrupt-parent") == cells(tree, intc, "phandle")
    assert cells(tree, intc, "riscv,ndev" if kind == 1 else "riscv,num-sources") == [sources]
    files = [n for n in top(tree) if is_kind(tree, n, "riscv,imsics")]
    assert [ranges(tree, n) for n in files] == ([[(imsic, len(cpus) * IMSIC_FILE)]] if kind == 3 else [])
    to_harts = [word for hart in harts for word in (hart, 9)]
    if kind == 3:
        assert cells(tree, intc, "msi-parent") == cells(tree, files[0], "phandle")
        assert cells(tree, files[0], "interrupts-extended") == to_harts
    else:
        assert cells(tree, intc, "interrupts-extended") == to_harts
    devices = [n for n in top(tree) if "reg" in properties(tree, n) and not n.startswith("/memory@")
               and n not in [intc, *files] and not is_kind(tree, n, "bulkhead,comm-page")]
    assert {r[0] & ~0xfff for n in devices for r in ranges(tree, n)} == {d["gpa"] for d in cell["devices"]} | \
        {m["gpa"] for m in cell["memory"] if m["flags"] & b.DEVICE}
    words = cells(tree, intc, "#interrupt-cells")[0]
    lines = [n for d in devices if "interrupts" in properties(tree, d) for n in cells(tree, d, "interrupts")[::words]]
    assert sorted(lines) == sorted([i["intid"] for i in cell["irqs"]] + [d["irq"] for d in cell["devices"] if d["irq"]])
    if cell["comm_page"]:
        page = next(n for n in top(tree) if is_kind(tree, n, "bulkhead,comm-page"))
        assert ranges(tree, page) == [(cell["comm_page"], 4096)]


def riscv_kernel(place):
    (place / "vmlinuz").write_bytes(struct.pack("<IIQQQQQQ4sI", 0, 0, 0x200000, 1 << 20, 0, 0, 0, 0, b"RSC\x05", 0))
    for name in ("initrd", "initrd.img", "guest-initrd.img"):
        (place / name).write_bytes(b"i" * 5000)
    (place / "vmlinux").write_bytes((place / "vmlinuz").read_bytes())


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["own"] + [c.stem for c in RISCV_CELLS if "devicetree: generate" in c.read_text()])
def test_riscv_tree_and_blob_agree(config, riscv_trees, tmp_path, machine, name):  # noqa: F811
    riscv_kernel(tmp_path)
    path = tmp_path / "cell.yaml"
    path.write_text(RISCV)
    path = path if name == "own" else next(c for c in RISCV_CELLS if c.stem == name)
    blob, guest = tmp_path / "cell.blob", tmp_path / "guest.dtb"
    done = config("compile", "-t", riscv_trees / f"{machine}.dtb", "-b", RISCV_BOARD, "-i", tmp_path, path, "-o", blob,
                  "--dtb", guest)
    assert done.returncode == 0, done.stderr
    assert complaints(guest) == ""
    tree = libfdt.FdtRo(guest.read_bytes())
    agree_riscv(blob.read_bytes(), tree)
    closed(tree)


def test_riscv_board(config, machines, tmp_path):  # noqa: F811
    """The guest of a real board's file."""
    riscv_kernel(tmp_path)
    blob, guest = tmp_path / "cell.blob", tmp_path / "guest.dtb"
    name = "hifive-premier-p550"
    done = config("compile", "-t", machines[name], "-b", TOP / f"configs/board/{name}.yaml", "-i", tmp_path,
                  TOP / f"configs/vms/linux-riscv64-{name}-smp2.yaml", "-o", blob, "--dtb", guest)
    assert done.returncode == 0, done.stderr
    assert complaints(guest) == ""
    agree_riscv(blob.read_bytes(), libfdt.FdtRo(guest.read_bytes()))


@pytest.mark.parametrize("machine", ["plic", "aplic"])
def test_a_users_tree_with_more_harts(config, riscv_trees, tmp_path, machine):  # noqa: F811
    """What the interrupt controller says of harts that the cell has not goes with them."""
    riscv_kernel(tmp_path)
    path, blob, guest = (tmp_path / n for n in ("cell.yaml", "cell.blob", "guest.dtb"))
    words = ("compile", "-t", riscv_trees / f"{machine}.dtb", "-b", RISCV_BOARD, "-i", tmp_path, path, "-o", blob,
             "--dtb")
    path.write_text(RISCV.replace("[1, 3]", "[1, 2, 3]").replace("64M", "32M"))
    assert config(*words, tmp_path / "own.dtb").returncode == 0
    path.write_text(RISCV.replace("vmlinuz, ", "vmlinuz, devicetree: own.dtb, "))
    done = config(*words, guest)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert complaints(guest) == ""
    tree = libfdt.FdtRo(guest.read_bytes())
    agree_riscv(blob.read_bytes(), tree)
    closed(tree)


# ---- a user's tree ----

USERS = """\
/dts-v1/;
/memreserve/ 0x41000000 0x1000;
/ {
  #address-cells = <2>; #size-cells = <1>; compatible = "acme,board"; model = "Acme"; interrupt-parent = <&gic>;
  chosen { bootargs = "root=/dev/sda"; stdout-path = "/serial@9000000"; linux,initrd-start = <7>; };
  cpus { #address-cells = <2>; #size-cells = <0>;
    cpu-map { cluster0 { core0 { cpu = <&c0>; }; }; };
    c0: cpu@700 { device_type = "cpu"; compatible = "arm,cortex-a76"; reg = <0 0x700>; enable-method = "spin-table";
      cpu-release-addr = <0 0xd8>; next-level-cache = <&l2>; };
    l2: l2-cache { compatible = "cache"; cache-level = <2>; cache-unified; }; };
  memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0x10000000>; };
  gic: interrupt-controller@8000000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>;
    #address-cells = <0>; reg = <0 0x8000000 0x10000>, <0 0x80a0000 0x40000>; };
  psci { compatible = "arm,psci-1.0"; method = "hvc"; };
  serial@9000000 { compatible = "arm,pl011", "arm,primecell"; reg = <0 0x9000000 0x1000>; interrupts = <0 1 4>; };
  deep { level { bottom { acme,word = "kept"; }; }; };
  MORE
};
"""


@pytest.fixture
def users(config, trees, build, tmp_path):
    """(exit code, corrected tree, messages) of a tree's source."""
    def call(source, cell=LINUX):
        done = subprocess.run(["dtc", "-q", "-O", "dtb", "-o", tmp_path / "own.dtb"], input=source.encode(), check=True)
        build(cell)
        (tmp_path / "cell.yaml").write_text(cell.replace("vmlinuz, ", "vmlinuz, devicetree: own.dtb, "))
        done = config("compile", "-t", trees[3], "-b", BOARD, tmp_path / "cell.yaml", "-o", tmp_path / "cell.blob",
                      "--dtb", tmp_path / "out.dtb")
        tree = None if done.returncode else libfdt.FdtRo((tmp_path / "out.dtb").read_bytes())
        return done.returncode, tree, done.stderr
    return call


def test_a_users_tree_is_corrected(users, tmp_path):
    text = LINUX.replace("high, guest: 0x1_0000_0000", "high, guest: 0x6000_0000")
    code, tree, messages = users(USERS.replace("MORE", ""), text)
    assert code == 0 and messages == ""
    assert complaints(tmp_path / "out.dtb") == complaints(tmp_path / "own.dtb")
    assert [n for n in nodes(tree) if n.startswith("/cpus/")] == ["/cpus/cpu@0", "/cpus/cpu@1", "/cpus/l2-cache"]
    for number_, node in enumerate(("/cpus/cpu@0", "/cpus/cpu@1")):
        assert cells(tree, node, "reg") == [0, number_]
        assert bytes(tree.getprop(tree.path_offset(node), "enable-method")) == b"psci\0"
        assert "cpu-release-addr" not in properties(tree, node)
    assert is_kind(tree, "/cpus/cpu@0", "arm,cortex-a76") and "next-level-cache" in properties(tree, "/cpus/cpu@0")
    assert [n for n in top(tree) if n.startswith("/memory")] == ["/memory@40000000", "/memory@60000000"]
    assert cells(tree, "/memory@40000000", "reg") == [0, 0x40000000, 64 << 20]
    chosen = tree.path_offset("/chosen")
    assert bytes(tree.getprop(chosen, "bootargs")) == b"console=ttyAMA0 quiet\0"
    assert bytes(tree.getprop(chosen, "stdout-path")) == b"/serial@9000000\0"
    assert number(cells(tree, "/chosen", "linux,initrd-end")) - number(cells(tree, "/chosen", "linux,initrd-start")) \
        == 5000
    assert bytes(tree.getprop(tree.path_offset("/deep/level/bottom"), "acme,word")) == b"kept\0"
    assert bytes(tree.getprop(0, "model")) == b"Acme\0" and tree.num_mem_rsv() == 1


def test_users_bootargs_stay_without_a_command_line(users):
    text = LINUX.replace(", cmdline: console=ttyAMA0 quiet", "").replace("guest: 0x1_0000_0000", "guest: 0x6000_0000")
    _, tree, _ = users(USERS.replace("MORE", ""), text)
    assert bytes(tree.getprop(tree.path_offset("/chosen"), "bootargs")) == b"root=/dev/sda\0"


def test_what_a_users_tree_has_and_the_cell_has_not(users):
    text = LINUX.replace("guest: 0x1_0000_0000", "guest: 0x6000_0000")
    more = "serial@9040000 { compatible = \"arm,pl011\"; reg = <0 0x9040000 0x1000>; STATUS };"
    code, _, messages = users(USERS.replace("MORE", more.replace("STATUS", "")), text)
    assert code == 0
    assert "warning: the device tree has /serial@9040000 at 0x9040000, where the cell has nothing" in messages
    code, _, messages = users(USERS.replace("MORE", more.replace("STATUS", "status = \"disabled\";")), text)
    assert code == 0 and messages == ""


@pytest.mark.parametrize("source, text", [
    (USERS, "cannot be corrected"),
    ("/dts-v1/; / { };", "the device tree has 0 CPUs, the cell 2"),
])
def test_users_trees_that_cannot_be_corrected(users, source, text):
    """The region at 4 GiB has no place in a tree whose addresses have one cell."""
    source = source.replace("MORE", "").replace("#address-cells = <2>; #size-cells = <1>; compatible",
                                                "#address-cells = <1>; #size-cells = <1>; compatible")
    for device in ("80000000 0x10000000", "8000000 0x10000", "80a0000 0x40000", "9000000 0x1000"):
        source = source.replace(f"<0 0x{device}>", f"<0x{device}>")
    code, _, messages = users(source)
    assert code != 0 and text in messages and "cell.yaml:6:" in messages
