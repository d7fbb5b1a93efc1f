# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tool takes from a device tree is what libfdt and the Devicetree Specification say of it.

Trees: QEMU's virt machine, Debian's blobs of real boards where ci/setup has fetched them, and one written here
with the forms that those lack. Expected numbers of real boards are from their reference manuals and kernel logs.
"""
import os
import pathlib
import struct
import subprocess

import blob as b
import libfdt
import pytest
from conftest import TOP

CACHE = pathlib.Path(os.environ.get("BULKHEAD_CACHE",
                                    pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
                                    / "bulkhead")) / "dtbs"

BOARD = """\
board: test
compatible: [COMPATIBLE]
devicetree: board.dtb
hypervisor: { memory: { at: MEMORY, size: 16M } }
pool: { at: POOL, size: 512M }
dram: { at: DRAM, size: 2G }
"""
CELL = """\
cell: test
cpus: CPUS
memory: [{ guest: 0x4000_0000, size: 64M }]
boot: { protocol: linux, kernel: vmlinuz }
devices:
"""


class Machine:
    """A tree, a board file for it, and cells that are compiled for both."""

    def __init__(self, config, place, tree, dram):
        self.config, self.place = config, place
        (place / "board.dtb").write_bytes(tree)
        self.tree = libfdt.FdtRo(tree)
        names = bytes(self.tree.getprop(0, "compatible")).decode().split("\0")
        text = BOARD.replace("COMPATIBLE", f"'{names[0]}'").replace("DRAM", hex(dram))
        (place / "board.yaml").write_text(text.replace("MEMORY", hex(dram + 0x40000000))
                                          .replace("POOL", hex(dram + 0x10000000)))
        (place / "vmlinuz").write_bytes(struct.pack("<IIQQQQQQ4sI", 0, 0, 0, 1 << 20, 0, 0, 0, 0, b"ARM\x64", 0))

    def compile(self, *devices, cpus="[3]", wrong=False):
        """(blob, guest's tree, messages)"""
        text = CELL.replace("CPUS", cpus) + "".join(f"  - {{ passthrough: '{d}', dma: none }}\n" for d in devices)
        (self.place / "cell.yaml").write_text(text if devices else text.replace("devices:\n", ""))
        done = self.config("compile", "-b", self.place / "board.yaml", self.place / "cell.yaml", "-o",
                           self.place / "cell.blob", "--dtb", self.place / "guest.dtb")
        assert "Sanitizer" not in done.stderr
        assert (done.returncode != 0) == wrong, done.stderr
        if wrong:
            return None, None, done.stderr
        return (b.parse((self.place / "cell.blob").read_bytes()),
                libfdt.FdtRo((self.place / "guest.dtb").read_bytes()), done.stderr)

    def board(self):
        done = self.config("compile", self.place / "board.yaml", "-o", self.place / "board.blob")
        assert done.returncode == 0, done.stderr
        return b.parse((self.place / "board.blob").read_bytes())


def windows(cell):
    return [(m["hpa"], m["size"]) for m in cell["memory"] if m["flags"] & b.DEVICE]


def intids(cell):
    return sorted(i["intid"] for i in cell["irqs"])


def cells(tree, node, name):
    value = bytes(tree.getprop(tree.path_offset(node), name))
    return list(struct.unpack(f">{len(value) // 4}I", value))


# ---- a tree with what the others lack ----

SOURCE = """\
/dts-v1/;
/memreserve/ 0x40000000 0x1000;
/ {
  #address-cells = <2>; #size-cells = <2>; compatible = "acme,board"; interrupt-parent = <&gic>;
  aliases { serial2 = &uart2; ethernet0 = &mac; };
  cpus { #address-cells = <1>; #size-cells = <0>;
    cpu-map { cluster0 { core0 { thread0 { cpu = <&c0>; }; thread1 { cpu = <&c1>; }; }; core1 { cpu = <&c2>; }; };
              cluster1 { core0 { cpu = <&c3>; }; }; };
    c0: cpu@0 { device_type = "cpu"; reg = <0>; clocks = <&cru 1>; };
    c1: cpu@1 { device_type = "cpu"; reg = <1>; clocks = <&cru 1>; };
    c2: cpu@100 { device_type = "cpu"; reg = <0x100>; clocks = <&cru 1>; };
    c3: cpu@200 { device_type = "cpu"; reg = <0x200>; clocks = <&cru 2>; };
  };
  gic: interrupt-controller@fe600000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <4>;
    #address-cells = <0>;
    reg = <0 0xfe600000 0 0x10000>, <0 0xfe680000 0 0x100000>; interrupts = <1 9 4 0>; };
  fixed: clock-50 { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <50000000>; };
  cru: cru@fd7c0000 { compatible = "acme,cru"; reg = <0 0xfd7c0000 0 0x5c000>; #clock-cells = <1>;
    #reset-cells = <1>; };
  pmu: power@fd8d8000 { compatible = "acme,pmu"; reg = <0 0xfd8d8000 0 0x400>; #power-domain-cells = <1>; };
  uart2: serial@feb50000 { compatible = "snps,dw-apb-uart"; reg = <0 0xfeb50000 0 0x100>; interrupts = <0 333 4 0>;
    clocks = <&cru 175>, <&fixed>; clock-names = "baudclk", "apb_pclk"; power-domains = <&pmu 1>; resets = <&cru 4>;
    reg-shift = <2>; acme,grf = <&pmu>; };
  uart3: serial@feb60000 { compatible = "snps,dw-apb-uart"; reg = <0 0xfeb60000 0 0x100>; interrupts = <0 334 4 0>;
    clocks = <&fixed>; status = "disabled"; };
  mac: ethernet@fe1b0000 { compatible = "acme,mac"; reg = <0 0xfe1b0000 0 0x10000>; phy-handle = <&phy>;
    interrupts-extended = <&gic 0 227 4 0>, <&gic 0 226 1 0>;
    mdio { #address-cells = <1>; #size-cells = <0>;
      phy: phy@1 { compatible = "ethernet-phy-ieee802.3-c22"; reg = <1>; };
      spare@2 { reg = <2>; status = "disabled"; }; }; };
  old { #address-cells = <1>; #size-cells = <1>; ranges = <0x7e000000 0 0xfe000000 0x1800000>;
    compatible = "simple-bus";
    timer@7e003000 { compatible = "acme,timer"; reg = <0x7e003000 0x1000>; interrupts = <0 64 4 0>; };
    deep { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x7e100000 0x10000>;
      sensor@2000 { compatible = "acme,sensor"; reg = <0x2000 0x100>; };
      outside@20000 { compatible = "acme,sensor"; reg = <0x20000 0x100>; }; };
    flat { #address-cells = <1>; #size-cells = <1>; ranges;
      same@7e200000 { compatible = "acme,same"; reg = <0x7e200000 0x1000>; }; }; };
  three { #address-cells = <3>; #size-cells = <2>; #interrupt-cells = <1>;
    ranges = <0x01000000 0 0 0 0xf5000000 0 0x10000>, <0x02000000 0 0x40000000 9 0 0 0x1000000>;
    interrupt-map-mask = <0x2000000 0 0xf000 7>;
    interrupt-map = <0x2000000 0 0x1000 1 &gic 0 100 4 0>, <0x2000000 0 0x2000 1 &gic 0 101 1 0>;
    mem@40001000 { compatible = "acme,mem"; reg = <0x02000000 0 0x40001000 0 0x1000>; interrupts = <1>; };
    mem@40002000 { compatible = "acme,mem"; reg = <0x02000000 0 0x40002000 0 0x1000>; interrupts = <1>; };
    io@2000 { compatible = "acme,io"; reg = <0x01000000 0 0x2000 0 0x1000>; };
    lost@40003000 { compatible = "acme,mem"; reg = <0x02000000 0 0x40003000 0 0x1000>; interrupts = <1>; }; };
  serial@f0900000 { compatible = "ns16550a"; reg = <0 0xf0900000 0 0x1000>; };
};
"""


@pytest.fixture
def acme(config, tmp_path):
    done = subprocess.run(["dtc", "-q", "-@", "-O", "dtb", "-o", "-"], input=SOURCE.encode(), capture_output=True,
                          check=True)
    return Machine(config, tmp_path, done.stdout, 0x10000000)


@pytest.mark.parametrize("name", [
    "/serial@feb50000", "serial2", "uart2", "serial@feb50000", "/serial@FEB50000", "/serial@0xfeb50000",
    "/serial@00feb50000", "serial@0xFEB50000"])
def test_names_of_a_node(acme, name):
    cell, _, _ = acme.compile(name)
    assert windows(cell) == [(0xfeb50000, 0x1000)] and intids(cell) == [333 + 32]


@pytest.mark.parametrize("name, text", [
    ("serial", "several nodes 'serial'"), ("/serial", "several nodes '/serial'"),
    ("serial9", "did you mean 'serial2'"), ("/old/sensor@2000", "did you mean '/old/deep/sensor@2000'"),
    ("uart22", "did you mean 'uart2'"), ("/serial@feb5000", "no node '/serial@feb5000'"), ("", "text")])
def test_names_that_are_none(acme, name, text):
    assert text in acme.compile(name, wrong=True)[2]


@pytest.mark.parametrize("name, window, irqs", [
    ("timer@7e003000", (0xfe003000, 0x1000), [96]),         # one bus
    ("sensor@2000", (0xfe102000, 0x1000), []),              # two
    ("same@7e200000", (0xfe200000, 0x1000), []),            # empty ranges
    ("mem@40001000", (0x900001000, 0x1000), [132]),         # three cells, and a nexus
    ("mem@40002000", (0x900002000, 0x1000), [133]),
    ("io@2000", (0xf5002000, 0x1000), []),                  # the same number in another space
    ("mac", (0xfe1b0000, 0x10000), [258, 259]),             # interrupts-extended
    ("serial@f0900000", (0xf0900000, 0x1000), []),
])
def test_registers_and_interrupts(acme, name, window, irqs):
    cell, guest, _ = acme.compile(name)
    assert windows(cell) == [window] and intids(cell) == irqs
    node = next(n for n in nodes(guest) if n.endswith(f"@{window[0]:x}"))
    assert cells(guest, node, "reg")[:2] == [window[0] >> 32, window[0] & 0xffffffff]
    if irqs:
        assert sorted(32 + n for n in cells(guest, node, "interrupts")[1::3]) == irqs


@pytest.mark.parametrize("name, text", [("outside@20000", "cannot be translated"), ("lost@40003000", "do not go to")])
def test_what_no_bus_and_no_nexus_has(acme, name, text):
    assert text in acme.compile(name, wrong=True)[2]


@pytest.mark.parametrize("cpus, hwids", [
    ("[1]", [1]), ("mpidr 0x200", [0x200]), ("[mpidr 0x200, 2]", [0x200, 0x100]), ("2-3", [0x100, 0x200])])
def test_cpus(acme, cpus, hwids):
    text = acme.place / "board.yaml"
    text.write_text(text.read_text() + "cores: [0, 1]\n")
    assert [c["hwid"] for c in acme.compile(cpus=cpus)[0]["cpus"]] == hwids


def test_what_cpus_share(acme):
    """CPUs 0 and 1 are threads of one core; 0, 1 and 2 have one clock."""
    wrong = acme.compile(cpus="[1, 3]", wrong=True)[2]
    assert "CPU 1 is a thread of one core with CPU 0" in wrong and "CPU 1 runs at the clock of CPU 0" in wrong
    assert "CPU 3" not in wrong
    assert "CPU 2 runs at the clock of CPU 0" in acme.compile(cpus="[2, 3]")[2]
    assert "clock" not in acme.compile(cpus="[0-2]")[2]
    cell = acme.place / "cell.yaml"
    cell.write_text(cell.read_text().replace("[0-2]", "[1]") + "waive: [shared-core, shared-clock]\n")
    done = acme.config("check", acme.place / "board.yaml", cell)
    assert done.returncode == 0 and "clock" not in done.stderr and "core" not in done.stderr


def test_what_cpus_share_is_found_for_a_compiled_board(acme):
    """The blob does not have it; the device tree beside it does."""
    acme.board()
    acme.compile()
    cell = acme.place / "cell.yaml"
    cell.write_text(cell.read_text().replace("[3]", "[1]"))
    words = ("-b", acme.place / "board.blob", cell, "-o", acme.place / "cell.blob")
    done = acme.config("compile", "-t", acme.place / "board.dtb", *words)
    assert done.returncode != 0 and "CPU 1 is a thread of one core with CPU 0" in done.stderr
    assert acme.config("compile", *words).returncode == 0  # no tree on this machine


def test_dependencies_are_told(acme):
    _, guest, messages = acme.compile("serial2")
    assert "clocks of /cru@fd7c0000, power domain of /power@fd8d8000, reset line of /cru@fd7c0000" in messages
    assert "rate of clock 0 of /serial@feb50000: 24 MHz is taken" in messages and "clock 1" not in messages
    node = "/serial@feb50000"
    first, second = cells(guest, node, "clocks")
    rates = {guest.get_phandle(guest.path_offset(n)): cells(guest, n, "clock-frequency")[0]
             for n in nodes(guest) if n.startswith("/clock-")}
    assert (rates[first], rates[second]) == (24000000, 50000000)
    for gone in ("power-domains", "resets"):
        assert gone not in properties(guest, node)
    assert cells(guest, node, "reg-shift") == [2]


def test_disabled_nodes_are_enabled_for_the_guest(acme):
    cell, guest, messages = acme.compile("uart3")
    assert "is disabled in the device tree" in messages and intids(cell) == [366]
    assert "status" not in properties(guest, "/serial@feb60000")


def test_children_come_along(acme):
    _, guest, _ = acme.compile("ethernet0")
    assert "/ethernet@fe1b0000/mdio/phy@1" in nodes(guest) and "/ethernet@fe1b0000/mdio/spare@2" not in nodes(guest)
    phy = guest.get_phandle(guest.path_offset("/ethernet@fe1b0000/mdio/phy@1"))
    assert cells(guest, "/ethernet@fe1b0000", "phy-handle") == [phy] != [0]


def test_memreserve(acme):
    path = acme.place / "board.yaml"
    assert acme.config("check", path).returncode == 0
    path.write_text(path.read_text().replace(hex(0x20000000), hex(0x30000000)))
    done = acme.config("check", path)
    assert done.returncode != 0 and "overlaps /memreserve/ of the device tree (0x40000000 to 0x40000fff)" in done.stderr


# ---- readers of trees that share no code with the tool ----

def nodes(tree):
    """Paths of all nodes."""
    paths, stack, offset, depth = [], [], 0, 0
    while True:
        stack = stack[:depth] + [tree.get_name(offset)]
        paths.append("/".join(stack) or "/")
        try:
            offset, depth = tree.next_node(offset, depth)
        except libfdt.FdtException:
            return paths
        if depth < 0:
            return paths


def properties(tree, node):
    names, offset = [], tree.first_property_offset(tree.path_offset(node), (libfdt.NOTFOUND,))
    while offset >= 0:
        names.append(tree.get_property_by_offset(offset).name)
        offset = tree.next_property_offset(offset, (libfdt.NOTFOUND,))
    return names


# ---- Debian's trees of real boards ----

def debian(config, tmp_path, name, dram):
    path = CACHE / f"{name}.dtb"
    if not path.exists():
        pytest.skip(f"{path} is not there: run ci/setup")
    return Machine(config, tmp_path, path.read_bytes(), dram)


@pytest.mark.parametrize("name, dram, gic, cpus", [
    ("rk3588-orangepi-5-plus", 0x10000000, (0xfe600000, 0xfe680000, 3), [n << 8 for n in range(8)]),
    ("rk3588-evb1-v10", 0x10000000, (0xfe600000, 0xfe680000, 3), [n << 8 for n in range(8)]),
    ("rk3568-roc-pc", 0x10000000, (0xfd400000, 0xfd460000, 3), [n << 8 for n in range(4)]),
    ("bcm2711-rpi-4-b", 0x10000000, (0xff841000, 0, 2), [0, 1, 2, 3]),
])
def test_boards(config, tmp_path, name, dram, gic, cpus):
    board = debian(config, tmp_path, name, dram).board()
    assert (board["gicd_base"], board["gicr_base"], board["gic_version"]) == gic
    assert [c["hwid"] for c in board["cpus"]] == cpus and board["maintenance_irq"] == 25


DEVICES = [  # board, node, CPUs, registers, SPIs
    ("rk3588-orangepi-5-plus", "serial6", "[6-7]", (0xfeb90000, 0x1000), [337]),
    ("rk3588-orangepi-5-plus", "/serial@feb60000", "[6-7]", (0xfeb60000, 0x1000), [334]),
    ("rk3588-orangepi-5-plus", "mmc@fe2e0000", "[6-7]", (0xfe2e0000, 0x10000), [205]),
    ("rk3588-orangepi-5-plus", "usb@fc800000", "[6-7]", (0xfc800000, 0x40000), [215]),
    ("rk3588-evb1-v10", "serial9", "[6-7]", (0xfebc0000, 0x1000), [340]),
    ("rk3588-evb1-v10", "ethernet@fe1b0000", "[6-7]", (0xfe1b0000, 0x10000), [227, 226]),
    ("rk3568-roc-pc", "serial3", "[2-3]", (0xfe670000, 0x1000), [119]),
    ("rk3568-roc-pc", "ethernet@fe010000", "[2-3]", (0xfe010000, 0x10000), [32, 29]),
    ("bcm2711-rpi-4-b", "serial@7e201000", "[2-3]", (0xfe201000, 0x1000), [121]),
    ("bcm2711-rpi-4-b", "ethernet@7d580000", "[2-3]", (0xfd580000, 0x10000), [157, 158]),
]


@pytest.mark.parametrize("name, node, cpus, window, spis", DEVICES)
def test_devices_of_boards(config, tmp_path, name, node, cpus, window, spis):
    machine = debian(config, tmp_path, name, 0x10000000)
    cell, guest, messages = machine.compile(node, cpus=cpus)
    assert windows(cell) == [window] and intids(cell) == sorted(n + 32 for n in spis)
    passed = next(n for n in nodes(guest) if n.endswith(f"@{window[0]:x}"))
    assert cells(guest, passed, "reg")[:2] == [window[0] >> 32, window[0] & 0xffffffff]
    assert sorted(cells(guest, passed, "interrupts")[1::3]) == sorted(spis)
    assert cells(guest, passed, "interrupts")[0::3] == [0] * len(spis)
    if "clocks" in properties(guest, passed):
        assert "needs what stays with the root cell" in messages


def test_clock_domains_of_the_rk3588(config, tmp_path):
    """CPUs 4 and 5, and 6 and 7, have a clock of their own; 0 to 3 have one."""
    machine = debian(config, tmp_path, "rk3588-orangepi-5-plus", 0x10000000)
    assert "runs at the clock of" not in machine.compile(cpus="[6-7]")[2]
    assert "CPU 5 runs at the clock of CPU 4" in machine.compile(cpus="[5-7]")[2]
    assert "CPU 0 runs at the clock of CPU 1" in machine.compile(cpus="[0]")[2]


@pytest.mark.parametrize("name, node, cpus, text", [
    ("rk3588-orangepi-5-plus", "clock-controller@fd7c0000", "[6-7]", "is needed by"),
    ("rk3588-orangepi-5-plus", "pcie@fe190000", "[6-7]", "cannot give PCI devices"),
    ("rk3588-orangepi-5-plus", "interrupt-controller@fe600000", "[6-7]", "interrupt controller"),
    ("bcm2711-rpi-4-b", "mmc@7e300000", "[2-3]", "shares interrupt 158 (spi 126) with"),
])
def test_what_root_keeps(config, tmp_path, name, node, cpus, text):
    assert text in debian(config, tmp_path, name, 0x10000000).compile(node, cpus=cpus, wrong=True)[2]




# ---- a board with a PLIC and an uncached second address of its RAM, in the form of the EIC7700X (from its facts) ----

P550 = """\
/dts-v1/;
/ {
  #address-cells = <2>; #size-cells = <2>; compatible = "sifive,hifive-premier-p550", "eswin,eic7700";
  aliases { serial2 = "/soc/serial@0x50920000"; };
  cpus { #address-cells = <1>; #size-cells = <0>; timebase-frequency = <1000000>; HARTS };
  memory@80000000 { device_type = "memory"; reg = <0 0x80000000 4 0>; };
  soc { #address-cells = <2>; #size-cells = <2>; compatible = "simple-bus"; interrupt-parent = <&plic>; ranges;
    plic: interrupt-controller@c000000 { compatible = "eswin,eic7700-plic", "sifive,plic-1.0.0"; interrupt-controller;
      #interrupt-cells = <1>; #address-cells = <0>; reg = <0 0xc000000 0 0x4000000>; riscv,ndev = <520>;
      interrupts-extended = CONTEXTS; };
    serial@0x50920000 { compatible = "snps,dw-apb-uart"; reg = <0 0x50920000 0 0x10000>; interrupts = <102>;
      clock-frequency = <200000000>; reg-shift = <2>; reg-io-width = <4>; };
    uncached@c080000000 { compatible = "acme,engine"; reg = <0xc0 0x80000000 0 0x1000>; };
  };
};
"""
P550_BOARD = """\
board: p550
architecture: riscv64
compatible: ['sifive,hifive-premier-p550']
devicetree: board.dtb
hypervisor: { memory: { at: 0x1_0000_0000, size: 16M } }
pool: { at: POOL, size: 1G }
aliases: { at: 0xc0_0000_0000, size: 16G, of: 0x8000_0000 }
"""


@pytest.fixture
def p550(config, tmp_path):
    hart = """cpu@N { device_type = "cpu"; reg = <N>; compatible = "sifive,p550", "riscv"; riscv,isa = "rv64imafdch";
              mmu-type = "riscv,sv48";
              hN: interrupt-controller { compatible = "riscv,cpu-intc"; interrupt-controller; #interrupt-cells = <1>; };
              };"""
    source = P550.replace("HARTS", "".join(hart.replace("N", str(n)) for n in range(4)))
    source = source.replace("CONTEXTS", ", ".join(f"<&h{n} 11>, <&h{n} 9>" for n in range(4)))
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", tmp_path / "board.dtb"], input=source.encode(), check=True)

    def call(device, cpus="[hart 2, hart 3]", pool="0x1_4000_0000"):
        (tmp_path / "board.yaml").write_text(P550_BOARD.replace("POOL", pool))
        (tmp_path / "cell.yaml").write_text(CELL.replace("CPUS", cpus).replace("linux, kernel: vmlinuz", "none") +
                                            f"  - {{ passthrough: {device}, dma: none }}\n")
        return config("check", "--format", "gcc", tmp_path / "board.yaml", tmp_path / "cell.yaml")
    return call


def test_plic_and_harts(config, p550, tmp_path):
    assert p550("serial2").returncode == 0, p550("serial2").stderr
    done = config("compile", "-b", tmp_path / "board.yaml", tmp_path / "cell.yaml", "-o", tmp_path / "cell.blob")
    cell = b.parse((tmp_path / "cell.blob").read_bytes())
    assert done.returncode == 0 and windows(cell) == [(0x50920000, 0x10000)] and intids(cell) == [102]
    assert [c["hwid"] for c in cell["cpus"]] == [2, 3]
    assert "have no 'mpidr' number; write 'hart 2'" in p550("serial2", cpus="mpidr 2").stderr


def test_uncached_alias(p550):
    assert "lie where memory from 0x100000000 on is seen again" in p550("uncached@c080000000").stderr
    # a pool that is given by its second address: no bank of RAM, and really the hypervisor's memory
    assert "the pool, through an alias (0x100000000 to 0x13fffffff) overlaps the hypervisor's memory" in \
        p550("serial2", pool="0xc0_8000_0000").stderr


def test_shared_line_of_the_raspberry_pi(config, tmp_path):
    """Five PL011 share one line and one page: one of them needs all that are in use, and the line is given once."""
    machine = debian(config, tmp_path, "bcm2711-rpi-4-b", 0x10000000)
    tree = libfdt.Fdt(bytes((tmp_path / "board.dtb").read_bytes()))
    tree.resize(tree.totalsize() + 4096)
    tree.setprop_str(tree.path_offset("/soc/serial@7e201400"), "status", "okay")
    (tmp_path / "board.dtb").write_bytes(bytes(tree.as_bytearray()))
    wrong = machine.compile("serial@7e201000", cpus="[2-3]", wrong=True)[2]
    assert "shares interrupt 153 (spi 121) with /soc/serial@7e201400" in wrong and "shares the pages" in wrong
    cell, guest, _ = machine.compile("serial@7e201000", "serial@7e201400", cpus="[2-3]")
    assert intids(cell) == [153] and windows(cell) == [(0xfe201000, 0x1000)]
    assert [cells(guest, f"/serial@fe201{n}00", "interrupts") for n in (0, 4)] == [[0, 121, 4]] * 2
