# SPDX-License-Identifier: GPL-2.0-or-later
"""Where images go, and the device tree that a guest gets."""
import struct
import subprocess

import blob as b
import pytest
from conftest import BOARD, TOP

LINUX = TOP / "configs/vms/linux-aarch64-qemu-smp2.yaml"
BASE, SIZE = 0x40000000, 256 << 20


def kernel(text_offset=0, image_size=0x2000000, size=0x10000, magic=b"ARM\x64"):
    """A file with the header of an arm64 Image."""
    head = struct.pack("<IIQQQQQQ4sI", 0, 0, text_offset, image_size, 0, 0, 0, 0, magic, 0)
    return head.ljust(size, b"\0")


@pytest.fixture
def images(tmp_path):
    place = tmp_path / "images"
    place.mkdir()
    (place / "vmlinuz").write_bytes(kernel())
    (place / "initrd.img").write_bytes(b"i" * 123456)
    return place


@pytest.fixture
def compiled(config, trees, tmp_path):
    """(blob, path of the device tree, messages) of a cell with images."""
    def call(cell, place, gic=3, wrong=False, dtb=True):
        words = ["--dtb", tmp_path / "guest.dtb"] if dtb else []
        done = config("compile", "-t", trees[gic], "-b", BOARD, "-i", place, cell, "-o", tmp_path / "cell.blob", *words)
        assert (done.returncode != 0) == wrong, done.stderr
        blob = None if wrong else b.parse((tmp_path / "cell.blob").read_bytes())
        return blob, tmp_path / "guest.dtb", done.stderr
    return call


def prop(dtb, node, name, form="s"):
    done = subprocess.run(["fdtget", "-t", form, dtb, node, name], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def nodes(dtb, node="/"):
    return subprocess.run(["fdtget", "-l", dtb, node], capture_output=True, text=True, check=True).stdout.split()


def test_linux(compiled, images):
    cell, dtb, _ = compiled(LINUX, images)
    assert cell["entry"] == BASE
    assert cell["boot_arg"] == BASE + SIZE - 0x10000 and cell["boot_arg"] % 8 == 0
    start, end = (int(prop(dtb, "/chosen", f"linux,initrd-{x}", "x").replace(" ", ""), 16) for x in ("start", "end"))
    assert end - start == 123456 and start % 4096 == 0
    assert BASE + 0x2000000 <= start and end <= cell["boot_arg"]
    assert prop(dtb, "/chosen", "bootargs") == "console=ttyAMA0"
    assert prop(dtb, "/chosen", "stdout-path") == "/uart@9000000"


def test_text_offset(compiled, images):
    (images / "vmlinuz").write_bytes(kernel(text_offset=0x80000))
    assert compiled(LINUX, images)[0]["entry"] == BASE + 0x80000


@pytest.mark.parametrize("data, text", [
    (b"\x1f\x8b" + bytes(100), "gunzip"),
    (b"MZ\0\0zimg" + bytes(100), "compressed EFI"),
    (b"\x7fELF" + bytes(100), "not an arm64 kernel"),
    (b"short", "too short"),
    (kernel(image_size=300 << 20), "needs 307200 KiB"),
], ids=["gzip", "efi-zimg", "elf", "short", "too-large"])
def test_wrong_kernel(compiled, images, data, text):
    (images / "vmlinuz").write_bytes(data)
    assert text in compiled(LINUX, images, wrong=True)[2]


def test_initrd_does_not_fit(compiled, images):
    (images / "vmlinuz").write_bytes(kernel(image_size=(256 << 20) - 0x10000 - 0x1000))
    message = compiled(LINUX, images, wrong=True)[2]
    assert "initrd" in message and "4 KiB are free" in message and "more memory" in message


def test_missing_images_are_a_warning_here(config, trees, tmp_path):
    done = config("check", "-t", trees[3], "-i", tmp_path, BOARD, LINUX)
    assert done.returncode == 0 and done.stderr.count("warning") == 2 and "--images" in done.stderr


@pytest.mark.parametrize("gic", [2, 3])
def test_guest_device_tree(compiled, images, gic):
    cell, dtb, _ = compiled(LINUX, images, gic)
    assert "bulkhead,cell" in prop(dtb, "/", "compatible")
    assert nodes(dtb, "/cpus") == ["cpu@0", "cpu@1"]
    assert prop(dtb, "/cpus/cpu@1", "enable-method") == "psci" and prop(dtb, "/cpus/cpu@1", "reg", "x") == "1"
    assert prop(dtb, "/psci", "method") == "hvc"
    assert prop(dtb, "/memory@40000000", "reg", "x") == "0 40000000 0 10000000"
    intc = "/interrupt-controller@8000000"
    second = "0 80a0000 0 40000" if gic == 3 else "0 8010000 0 2000"
    first = "0 8000000 0 10000" if gic == 3 else "0 8000000 0 1000"
    assert prop(dtb, intc, "reg", "x") == f"{first} {second}"
    assert prop(dtb, intc, "compatible") == ("arm,gic-v3" if gic == 3 else "arm,gic-400")
    assert prop(dtb, "/", "interrupt-parent", "x") == prop(dtb, intc, "phandle", "x")
    flags = "4" if gic == 3 else "304"
    assert prop(dtb, "/timer", "interrupts", "x") == " ".join(f"1 {n} {flags}" for n in ("d", "e", "b", "a"))
    assert prop(dtb, "/uart@9000000", "interrupts", "x") == "0 1 4"
    clock = prop(dtb, "/uart@9000000", "clocks", "x").split()
    assert clock[0] == clock[1] == prop(dtb, "/clock-24000000", "phandle", "x")
    assert cell["gic_version"] == gic


def test_device_tree_is_well_formed(compiled, images):
    _, dtb, _ = compiled(LINUX, images)
    done = subprocess.run(["dtc", "-I", "dtb", "-O", "dts", dtb], capture_output=True, text=True, check=True)
    complaints = [line for line in done.stderr.splitlines() if "unique_unit_address" not in line]
    assert not complaints, complaints


def test_passed_through_node(compiled, images, tmp_path):
    text = LINUX.read_text().replace("devices:\n", "devices:\n  - passthrough: serial1\n")
    (tmp_path / "cell.yaml").write_text(text)
    cell, dtb, _ = compiled(tmp_path / "cell.yaml", images)
    node = "/pl011@9040000"
    assert prop(dtb, node, "reg", "x") == "0 9040000 0 1000" and prop(dtb, node, "interrupts", "x") == "0 8 4"
    assert "arm,pl011" in prop(dtb, node, "compatible") and prop(dtb, node, "clock-names") == "uartclk apb_pclk"
    assert set(prop(dtb, node, "clocks", "x").split()) == {prop(dtb, "/clock-24000000", "phandle", "x")}
    assert [i["intid"] for i in cell["irqs"]] == [40]
    assert prop(dtb, "/aliases", "serial0") == "/uart@9000000" and prop(dtb, "/aliases", "serial1") == node
    (tmp_path / "cell.yaml").write_text(text[:text.index("  - uart")] + "stop-timeout: 1s\n")
    _, dtb, _ = compiled(tmp_path / "cell.yaml", images)
    assert prop(dtb, "/chosen", "stdout-path") == node and prop(dtb, "/aliases", "serial0") == node


BUSES = """\
/dts-v1/;
/ {
  #address-cells = <2>; #size-cells = <2>; compatible = "acme,board"; interrupt-parent = <&gic>;
  cpus { #address-cells = <2>; #size-cells = <0>;
    cpu@0 { device_type = "cpu"; reg = <0 0x0>; };
    cpu@100 { device_type = "cpu"; reg = <0 0x100>; };
    cpu@101 { device_type = "cpu"; reg = <0 0x101>; status = "disabled"; };
    cpu@10000 { device_type = "cpu"; reg = <1 0x10000>; };
  };
  memory@80000000 { device_type = "memory"; reg = <0 0x80000000 0 0x40000000>, <0 0xc0000000 0 0x10000000>; };
  memory@900000000 { device_type = "memory"; reg = <9 0 0 0x40000000>; };
  osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <50000000>; };
  cru: cru { #clock-cells = <1>; };
  soc { #address-cells = <1>; #size-cells = <1>; compatible = "simple-bus"; ranges = <0 0 0x10000000 0x10000000>;
    gic: interrupt-controller@1000000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <4>;
      reg = <0x1000000 0x10000>, <0x1040000 0x100000>; interrupts = <1 9 4 0>; };
    bus { #address-cells = <1>; #size-cells = <1>; ranges = <0x100 0x2000000 0x100000>;
      dev@1100 { compatible = "acme,dev"; reg = <0x1100 0x800>; interrupts = <0 77 1 0>, <0 78 4 0>;
        clocks = <&cru 5>, <&osc>; clock-names = "a", "b"; resets = <&cru 1>; acme,mode = <3>; };
      odd@3100 { compatible = "acme,odd"; reg = <0x3100 0x100>; interrupts-extended = <&gic 0 80 4 0>; };
    };
    island { #address-cells = <1>; #size-cells = <1>;
      lost@0 { reg = <0 0x1000>; };
    };
    side: side { interrupt-controller; #interrupt-cells = <1>; };
    aside@5000 { reg = <0x5000 0x1000>; interrupt-parent = <&side>; interrupts = <3>; };
  };
};
"""

BUS_BOARD = """\
board: acme
compatible: acme,board
devicetree: acme.dtb
hypervisor: { memory: { at: 0xa000_0000, size: 16M } }
pool: { at: 0xa100_0000, size: 240M }
"""

BUS_CELL = """\
cell: test
cpus: [1]
memory: [{ guest: 0x4000_0000, size: 64M }]
boot: { protocol: linux, kernel: vmlinuz }
devices:
  - { passthrough: PATH, dma: none }
"""


@pytest.fixture
def acme(config, images, tmp_path):
    """A board with buses inside buses."""
    (tmp_path / "acme.dts").write_text(BUSES)
    subprocess.run(["dtc", "-q", "-@", "-o", tmp_path / "acme.dtb", tmp_path / "acme.dts"], check=True)
    (tmp_path / "board.yaml").write_text(BUS_BOARD)

    def call(path):
        (tmp_path / "cell.yaml").write_text(BUS_CELL.replace("PATH", path))
        done = config("compile", "-b", tmp_path / "board.yaml", "-i", images, tmp_path / "cell.yaml",
                      "-o", tmp_path / "cell.blob", "--dtb", tmp_path / "guest.dtb")
        return done, tmp_path / "cell.blob", tmp_path / "guest.dtb"
    return call


def test_board_from_a_tree_with_buses(config, acme, tmp_path):
    done = config("compile", tmp_path / "board.yaml", "-o", tmp_path / "board.blob")
    assert done.returncode == 0, done.stderr
    board = b.parse((tmp_path / "board.blob").read_bytes())
    assert (board["gicd_base"], board["gicr_base"], board["maintenance_irq"]) == (0x11000000, 0x11040000, 25)
    assert [c["hwid"] for c in board["cpus"]] == [0, 0x100, 0x100010000]
    assert [(d["base"], d["size"]) for d in board["dram"]] == [(0x80000000, 0x50000000), (0x900000000, 0x40000000)]


def test_registers_through_two_buses(acme):
    done, blob, dtb = acme("/soc/bus/dev@1100")
    assert done.returncode == 0, done.stderr
    cell = b.parse(blob.read_bytes())
    assert [(m["hpa"], m["size"]) for m in cell["memory"][1:]] == [(0x12001000, 0x1000)]
    assert [i["intid"] for i in cell["irqs"]] == [109, 110]
    assert prop(dtb, "/dev@12001000", "reg", "x") == "0 12001000 0 800"
    assert prop(dtb, "/dev@12001000", "interrupts", "x") == "0 4d 1 0 4e 4"
    assert prop(dtb, "/dev@12001000", "acme,mode", "x") == "3" and prop(dtb, "/dev@12001000", "resets", "x") is None
    first, second = prop(dtb, "/dev@12001000", "clocks", "x").split()
    assert prop(dtb, "/clock-24000000", "phandle", "x") == first
    assert prop(dtb, "/clock-50000000", "phandle", "x") == second


def test_interrupts_extended(acme):
    done, blob, _ = acme("/soc/bus/odd@3100")
    assert done.returncode == 0, done.stderr
    assert [i["intid"] for i in b.parse(blob.read_bytes())["irqs"]] == [112]


@pytest.mark.parametrize("path, text", [
    ("/soc/island/lost@0", "cannot be translated"),
    ("/soc/aside@5000", "do not go to the GIC"),
    ("/osc", "has no registers"),
])
def test_what_cannot_be_passed_through(acme, path, text):
    done = acme(path)[0]
    assert done.returncode != 0 and text in done.stderr and "cell.yaml:6:20" in done.stderr


FLAT = """\
cell: flat
cpus: [1]
memory:
  - { name: low, guest: 0, size: 2M, flags: [read, write] }
  - { name: code, guest: 0x8000_0000, size: 4M }
boot: { protocol: flat, image: a.bin, MORE }
"""


@pytest.mark.parametrize("more, entry, argument", [
    ("at: 0x8000_0000", 0x80000000, 0),
    ("at: 0x8008_0000", 0x80080000, 0),
    ("at: 0x8008_0000, entry: 0x8008_0100", 0x80080100, 0),
    ("devicetree: generate", 0x80000000, 0x803F0000),
    ("devicetree: own.dtb", 0x80000000, 0x80200000),
])
def test_flat(compiled, images, tmp_path, more, entry, argument):
    (tmp_path / "cell.yaml").write_text(FLAT.replace("MORE", more))
    (images / "a.bin").write_bytes(b"a" * 5000)
    subprocess.run(["dtc", "-q", "-o", images / "own.dtb"], input=b"/dts-v1/; / { cpus { }; };", check=True)
    cell, _, _ = compiled(tmp_path / "cell.yaml", images, dtb=False)
    assert (cell["entry"], cell["boot_arg"]) == (entry, argument)


def test_flat_too_large(compiled, images, tmp_path):
    (tmp_path / "cell.yaml").write_text(FLAT.replace("MORE", "at: 0x803f_f000"))
    (images / "a.bin").write_bytes(b"a" * 5000)
    message = compiled(tmp_path / "cell.yaml", images, wrong=True, dtb=False)[2]
    assert "'code'" in message and "4 KiB are free" in message


@pytest.mark.parametrize("load, text", [
    ("{ file: b.bin, at: 0x8020_0000 }", None),
    ("{ file: b.bin, at: 0 }", None),
    ("{ file: b.bin, at: 0x8000_1000 }", "overlaps image"),
    ("{ file: b.bin, at: 0x803f_f800 }", "does not fit in a loadable"),
    ("{ file: b.bin, at: 0x7000_0000 }", "does not fit in a loadable"),
    ("{ file: c.bin, at: 0x8020_0000 }", "is not there"),
])
def test_more_files(config, trees, images, tmp_path, load, text):
    (tmp_path / "cell.yaml").write_text(FLAT.replace("MORE", f"load: [{load}]"))
    (images / "a.bin").write_bytes(b"a" * 5000)
    (images / "b.bin").write_bytes(b"b" * 3000)
    done = config("check", "-t", trees[3], "-i", images, BOARD, tmp_path / "cell.yaml")
    if text is None:
        assert done.returncode == 0 and not done.stderr
    else:
        assert text in done.stderr and "cell.yaml:6:" in done.stderr
