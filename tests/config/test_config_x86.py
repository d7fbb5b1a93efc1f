# SPDX-License-Identifier: GPL-2.0-or-later
"""x86-64: a board by its ACPI tables, cells, and what is made for a guest to boot with.

The machine is what Linux showed of QEMU's q35 (fixtures/q35.txt). One guest is booted here, without a hypervisor: a
stock kernel on a machine that has no more than a cell.
"""
import base64
import json
import os
import re
import struct
import subprocess
import time

import pytest
from conftest import TOP
from test_config_boards import CACHE

BOARD = TOP / "configs/board/qemu-x86_64.yaml"
CELLS = sorted((TOP / "configs/vms").glob("*x86_64-qemu*.yaml"))
FIXTURE = TOP / "tests/config/fixtures/q35.txt"
CELL = """\
cell: test
cpus: [2, 3]
memory:
  - { name: ram, guest: 0x0, size: 64M }
  - { name: high, guest: 0x1_0000_0000, size: 16M }
boot: { protocol: %s }
devices:
  - uart: { port: 0x3f8, gsi: 4 }
  - power-off: { port: 0x604 }
%s"""
RSDP = 0xe0000
RESET_VECTOR = 0xffff0


def expand(root):
    """The files of the fixture below @root."""
    files, name = {}, None
    for line in FIXTURE.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("== "):
            name = line[3:].strip()
        elif name:
            files[name] = files.get(name, "") + line
    for name, text in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(text) if "/acpi/" in name else text.encode())
    return root


@pytest.fixture(scope="module")
def q35(tmp_path_factory):
    return expand(tmp_path_factory.mktemp("q35"))


@pytest.fixture
def made(config, q35, tmp_path):
    """Compile a cell: its dumped blob, and the boot data by address."""
    def call(text, **images):
        for name, data in images.items():
            (tmp_path / name).write_bytes(data)
        (tmp_path / "cell.yaml").write_text(text)
        (tmp_path / "out").mkdir(exist_ok=True)
        done = config("compile", "-t", q35, "-b", BOARD, tmp_path / "cell.yaml", "-o", tmp_path / "cell.blob",
                      "--boot-data", tmp_path / "out")
        assert done.returncode == 0 and not done.stderr, done.stderr
        found = {int(path.name, 16): path.read_bytes() for path in (tmp_path / "out").iterdir()}
        return config("dump", tmp_path / "cell.blob").stdout, found
    return call


def bzimage(payload=b"\x90" * 0x1800, init_size=0x400000):
    """A kernel's header of protocol 2.15 and one sector of setup."""
    image = bytearray(1024)
    image[0x1f1] = 1
    image[0x1fe:0x202] = b"\x55\xaa\xeb\x66"
    image[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", image, 0x206, 0x20f)
    image[0x211] = 1
    struct.pack_into("<I", image, 0x22c, 0x7fffffff)
    image[0x234] = 1
    struct.pack_into("<I", image, 0x238, 2047)
    struct.pack_into("<I", image, 0x260, init_size)
    return bytes(image) + payload


def e820(cell_ram):
    """The map of a PC with that RAM above 1 MiB."""
    return [(0, 0x9fc00, 1), (0x9fc00, 0x60400, 2), *cell_ram]


RAM = [(0x100000, (64 << 20) - 0x100000, 1), (1 << 32, 16 << 20, 1)]


# ---- the board ----

def test_board_by_acpi(config, q35, tmp_path):
    done = config("compile", "-t", q35, BOARD, "-o", tmp_path / "board.blob")
    assert done.returncode == 0, done.stderr
    text = re.sub(" +", " ", config("dump", tmp_path / "board.blob").stdout)
    for words in ("architecture: x86_64", "cpus: [0x0, 0x1, 0x2, 0x3]", "{ at: 0xfec00000, gsi: 0, pins: 24, id: 0 }",
                  "{ at: 0xb0000000, segment: 0, first-bus: 0, last-bus: 255 }",
                  "hpet: { at: 0xfed00000, size: 0x400 }",
                  "pm1a-control: 0x604", "pm-timer: 0x608", "reset-port: 0xcf9", "reset-value: 0xf",
                  "{ at: 0x0, size: 0x9f000 }", "{ at: 0x100000, size: 0x7fee0000 }"):
        assert words in text, text
    (tmp_path / "again.yaml").write_text(config("dump", tmp_path / "board.blob").stdout)
    done = config("compile", tmp_path / "again.yaml", "-o", tmp_path / "again.blob")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.blob").read_bytes() == (tmp_path / "board.blob").read_bytes()


def test_create_makes_a_right_board(config, q35, tmp_path):
    done = config("create", "--sysroot", q35, "-o", tmp_path / "made.yaml")
    assert done.returncode == 0, done.stderr
    assert config("check", "-t", q35, tmp_path / "made.yaml").returncode == 0
    text = (tmp_path / "made.yaml").read_text()
    assert "memory: { at: 0x7e000000, size: 16M }" in text and "- { at: 0x40000000, size: 992M }" in text
    assert "event-interrupt: gsi 7" in text and "compatible: 'QEMU Standard PC (Q35 + ICH9, 2009)'" in text
    done = config("diff", "--sysroot", q35, tmp_path / "made.yaml")
    assert done.returncode == 0 and "differs" not in done.stdout, done.stdout


def test_create_without_memory_says_the_parameter(config, tmp_path):
    root = expand(tmp_path)
    (root / "proc/cmdline").write_text("console=ttyS0\n")
    (root / "proc/iomem").write_text("00100000-7ffdffff : System RAM\n")
    done = config("create", "--sysroot", root, "-o", tmp_path / "made.yaml")
    assert done.returncode == 1 and re.search(r"memmap=\d+M\$0x[0-9a-f]+", done.stderr), done.stderr


def test_diff_tells_what_differs(config, q35, tmp_path):
    config("compile", "-t", q35, BOARD, "-o", tmp_path / "b.blob")
    text = config("dump", tmp_path / "b.blob").stdout
    (tmp_path / "other.yaml").write_text(text.replace("0xfec00000, gsi: 0, pins: 24", "0xfec00000, gsi: 0, pins: 32")
                                         .replace("cpus: [0x0, 0x1, 0x2, 0x3]", "cpus: [0x0, 0x2, 0x4, 0x6]"))
    done = config("diff", "--sysroot", q35, tmp_path / "other.yaml")
    differing = re.findall(r"^differs +(.*)$", done.stdout, re.M)
    assert done.returncode == 1 and differing == ["CPUs", "interrupt controller"], done.stdout


def test_hardware_check(tool, q35):
    done = subprocess.run([tool, "hardware", "check", "--sysroot", q35], capture_output=True, text=True, timeout=60)
    assert "AMD SVM with nested paging" in done.stdout and "1 I/O APIC, the first at 0xfec00000" in done.stdout
    assert re.search(r"ok +reserved memory +1008 MiB", done.stdout), done.stdout


# ---- shipped cells ----

@pytest.mark.parametrize("cell", CELLS, ids=lambda path: path.stem)
def test_shipped_cell(config, q35, tmp_path, cell):
    done = config("compile", "-t", q35, "-b", BOARD, cell, "-o", tmp_path / "cell.blob")
    assert done.returncode == 0 and "error" not in done.stderr, done.stderr
    text = config("dump", tmp_path / "cell.blob").stdout
    assert len(re.search(r"cpus: \[(.*)\]", text)[1].split(",")) == int(re.search(r"smp(\d+)", cell.name)[1])
    config("compile", "-t", q35, BOARD, "-o", tmp_path / "board.blob")
    (tmp_path / "again.yaml").write_text(text)
    done = config("compile", "-b", tmp_path / "board.blob", tmp_path / "again.yaml", "-o", tmp_path / "again.blob")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again.blob").read_bytes() == (tmp_path / "cell.blob").read_bytes()


def test_cells_are_many():
    assert len(CELLS) >= 10


@pytest.mark.parametrize("lists, cpus, wrong", [
    (("0-1", "0-1", "2-3", "2-3"), "[1, 2]", ["CPU 1 is a thread of one core with CPU 0",
                                             "CPU 2 is a thread of one core with CPU 3"]),
    (("0,2", "1,3", "0,2", "1,3"), "[2]", ["CPU 2 is a thread of one core with CPU 0"]),
    (("0-1", "0-1", None, None), "[2]", ["CPU 2 is a thread of one core with CPU 3"]),  # 2 and 3 are offline
    (("0-1", "0-1", "2-3", "2-3"), "[2, 3]", []),
    (("0", "1", "2", "3"), "[1]", []),
])
def test_threads_of_one_core(config, tmp_path, lists, cpus, wrong):
    """By what Linux says of CPUs that are online, and their APIC ids."""
    root = expand(tmp_path / "machine")
    online = [n for n, text in enumerate(lists) if text]
    (root / "proc/cpuinfo").write_text("".join(
        f"processor\t: {n}\nphysical id\t: 0\napicid\t\t: {n}\ninitial apicid\t: {n}\n\n" for n in online))
    for n in online:
        folder = root / f"sys/devices/system/cpu/cpu{n}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(lists[n] + "\n")
    (tmp_path / "cell.yaml").write_text((CELL % ("none", "")).replace("[2, 3]", cpus))
    done = config("check", "-t", root, BOARD, tmp_path / "cell.yaml")
    assert re.findall(r"error: (CPU.*?), which", done.stderr) == wrong and done.returncode == (3 if wrong else 0)
    made = config("create", "--sysroot", root)
    assert ("not the first thread" in made.stdout) == ("0" not in lists)


# ---- boot data ----

def tables(data):
    """Signature to bytes of all ACPI tables that the RSDP leads to; sums are checked."""
    assert data[:8] == b"RSD PTR " and sum(data[:20]) % 256 == 0 and sum(data[:36]) % 256 == 0

    def table(address):
        at = address - RSDP
        found = data[at:at + struct.unpack_from("<I", data, at + 4)[0]]
        assert len(found) >= 36 and sum(found) % 256 == 0
        return found

    xsdt = table(struct.unpack_from("<Q", data, 24)[0])
    found = {t[:4].decode(): t for t in map(table, struct.unpack(f"<{(len(xsdt) - 36) // 8}Q", xsdt[36:]))}
    assert struct.unpack_from("<I", found["FACP"], 40)[0] == struct.unpack_from("<Q", found["FACP"], 140)[0]
    found["DSDT"] = table(struct.unpack_from("<Q", found["FACP"], 140)[0])
    return found


def disassembled(name, table, place):
    (place / f"{name}.aml").write_bytes(table)
    done = subprocess.run(["iasl", "-d", f"{name}.aml"], cwd=place, capture_output=True, text=True, timeout=60)
    text = (place / f"{name}.dsl").read_text()
    assert done.returncode == 0 and not re.search("error|warning|invalid|unknown", text + done.stderr, re.I), text
    return text


def test_acpi_tables(made, tmp_path):
    _, data = made(CELL % ("linux, kernel: k, at: 0x80_0000", "  - hpet: {}\n  - cmos: { port: 0x70 }\n"), k=bzimage())
    found = tables(data[RSDP])
    assert set(found) == {"FACP", "APIC", "HPET", "DSDT"}
    texts = {name: disassembled(name, table, tmp_path) for name, table in found.items()}
    assert re.findall(r"Local Apic ID : (\w+)", texts["APIC"]) == ["00", "01"]
    assert "Address : FEC00000" in texts["APIC"] and "Local Apic Address : FEE00000" in texts["APIC"]
    assert re.search(r"Hardware Reduced \(V5\) : 1", texts["FACP"]) and re.search(r"Reset Register Supported.*: 1",
                                                                                 texts["FACP"])
    dsdt = re.sub(r"\s+", " ", texts["DSDT"])
    assert 'EisaId ("PNP0501")' in dsdt and 'EisaId ("PNP0B00")' in dsdt and "Name (\\_S5, Package (0x04)" in dsdt
    assert re.search(r"IO \(Decode16, 0x03F8,.*? 0x03F8,.*? 0x01,.*? 0x08,", dsdt)
    assert re.search(r"Interrupt \(ResourceConsumer, Edge, ActiveHigh, Exclusive, ,, \) \{ 0x00000004, \}", dsdt)
    done = subprocess.run(["iasl", "DSDT.dsl"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "0 Errors, 0 Warnings" in done.stdout


def test_zero_page(made):
    kernel = bzimage()
    text, data = made(CELL % ("linux, kernel: k, initrd: i, at: 0x80_0000, cmdline: console=ttyS0 quiet", ""),
                      k=kernel, i=b"initrd")
    assert "entry: 0x800000" in text and "argument: 0x10000" in text and "mode: protected" in text
    assert "start:" not in text and data[0x800000] == kernel[1024:]
    page = data[0x10000]
    assert page[0x202:0x206] == b"HdrS" and page[0x210] == 0xff
    assert struct.unpack_from("<I", page, 0x214)[0] == 0x800000
    initrd, size = struct.unpack_from("<II", page, 0x218)
    assert initrd == (64 << 20) - 4096 and size == 6
    assert struct.unpack_from("<Q", page, 0x70)[0] == RSDP
    # What Linux jumps to for a reset where ACPI is hardware-reduced: mov $0xfe, %al; out %al, $0x64.
    assert data[RESET_VECTOR].startswith(bytes.fromhex("b0fee664"))
    cmdline = struct.unpack_from("<I", page, 0x228)[0] - 0x10000
    assert page[cmdline:].rstrip(b"\0") == b"console=ttyS0 quiet"
    assert [struct.unpack_from("<QQI", page, 0x2d0 + 20 * i) for i in range(page[0x1e8])] == e820(RAM)


def test_kernel_that_needs_more_than_there_is(config, q35, tmp_path):
    (tmp_path / "k").write_bytes(bzimage(init_size=64 << 20))
    (tmp_path / "cell.yaml").write_text(CELL % ("linux, kernel: k, at: 0x80_0000", ""))
    done = config("check", "-t", q35, BOARD, tmp_path / "cell.yaml")
    assert done.returncode == 3 and "needs 65536 KiB" in done.stderr + done.stdout


def multiboot(flags=0x10002, load=0x200000, body=b"\xf4" * 64, load_end=0, bss_end=0):
    header = struct.pack("<III", 0x1badb002, flags, (-0x1badb002 - flags) & 0xffffffff)
    return header + struct.pack("<IIIII", load, load, load_end, bss_end, load + 32) + body


def test_multiboot(made):
    image = multiboot(bss_end=0x280000)
    text, data = made(CELL % ("multiboot, image: i, cmdline: hello", ""), i=image)
    assert "entry: 0x200020" in text and "argument: 0x9000" in text and "start: 0x2badb002" in text
    info = data[0x9000]
    flags, lower, upper = struct.unpack_from("<III", info, 0)
    assert flags == 1 | 4 | 64 | 512 and lower == 639 and upper == (64 << 10) - 1024
    length, at = struct.unpack_from("<II", info, 44)
    entries = [struct.unpack_from("<IQQI", info, at - 0x9000 + i) for i in range(0, length, 24)]
    assert entries == [(20, *entry) for entry in e820(RAM)]
    cmdline = struct.unpack_from("<I", info, 16)[0] - 0x9000
    assert info[cmdline:].split(b"\0")[0] == b"hello"
    assert data[0x200000] == image


def test_multiboot_elf(made):
    header = b"\x7fELF\2\1\1" + b"\0" * 9 + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x300010, 64, 0, 0, 64, 56, 1, 0, 0,
                                                          0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 128, 0xffff800000300000, 0x300000, 64, 4096, 16)
    image = (header + segment).ljust(128, b"\0") + multiboot(flags=2)[:12].ljust(64, b"\xf4")
    text, data = made(CELL % ("multiboot, image: i", ""), i=image)
    assert "entry: 0x300010" in text and data[0x300000] == image[128:]


@pytest.mark.parametrize("change", [dict(load_end=0x100000), dict(bss_end=0x200001), dict(flags=2)])
def test_multiboot_that_contradicts_itself(config, q35, tmp_path, change):
    (tmp_path / "i").write_bytes(multiboot(**change))
    (tmp_path / "cell.yaml").write_text(CELL % ("multiboot, image: i", ""))
    done = config("check", "-t", q35, BOARD, tmp_path / "cell.yaml")
    assert done.returncode == 3 and "multiboot header" in done.stderr + done.stdout


def test_long_mode_has_page_tables(made):
    text, data = made(CELL % ("flat, image: i, mode: long, at: 0x10_0000", ""), i=b"\xf4")
    start = (64 << 20) - 0x6000
    assert "mode: long" in text and f"start: {start:#x}" in text
    words = struct.unpack("<3072Q", data[start])
    assert words[0] == start + 0x1003 and words[512:516] == tuple(start + 0x1000 * i + 3 for i in (2, 3, 4, 5))
    assert words[1024:] == tuple((i << 21) | 0x83 for i in range(2048))


def test_flat_begins_in_protected_mode(made):
    text, data = made(CELL % ("flat, image: i, at: 0x10_0000, entry: 0x10_0010, argument: 0x8000", ""), i=b"\xf4")
    assert "mode: protected" in text and "entry: 0x100010" in text and "argument: 0x8000" in text and data == {}


# Where a boot loader would be: registers as struct bh_config_cell_x86 has them, then the kernel.
STUB = """
    .code32
    .globl _start
    .align 4
    .long 0x1badb002, 0, -0x1badb002
_start: cli
    movl $0x10000, %esi
    xorl %ebx, %ebx
    xorl %ebp, %ebp
    xorl %edi, %edi
    movl $0x1000000, %eax
    jmp *%eax
"""


def test_stock_kernel_boots_with_it(made, tmp_path):
    """QEMU's microvm without PIT, PIC, RTC and tables of its own: local APICs, an I/O APIC, a 16550, as a cell has."""
    kernel = CACHE / "kernels/x86_64-6.1/Image"
    if not kernel.exists():
        pytest.skip("ci/setup has fetched no kernel for x86_64")
    cmdline = "console=ttyS0 earlyprintk=serial,ttyS0 tsc_early_khz=2000000 panic=-1"
    text = re.sub(".*name: high.*\n", "", CELL % (f"linux, kernel: k, cmdline: '{cmdline}'", ""))
    _, data = made(text.replace("size: 64M", "size: 256M"), k=kernel.read_bytes())
    (tmp_path / "stub.S").write_text(STUB)
    subprocess.run(["gcc", "-m32", "-nostdlib", "-static", "-Wl,-Ttext=0x100000,--build-id=none,-z,noexecstack", "-o",
                    "stub", "stub.S"], cwd=tmp_path, check=True, timeout=60)
    machine = "microvm,pit=off,pic=off,rtc=off,acpi=off,isa-serial=on,x-option-roms=off,auto-kernel-cmdline=off"
    # Not what is at the reset vector: there this machine has firmware, which begins.
    loaders = [word for at in data if at != RESET_VECTOR
               for word in ("-device", f"loader,file={tmp_path}/out/{at:x},addr={at:#x},force-raw=on")]
    serial, last = tmp_path / "serial", "Unable to mount root fs"
    deadline = time.monotonic() + 200 * int(os.environ.get("BH_TIMEOUT_SCALE", "1"))
    words = ["qemu-system-x86_64", "-M", machine, "-accel", "tcg,thread=multi", "-cpu", "EPYC", "-smp", "2", "-m",
             "256M", "-nodefaults", "-display", "none", "-serial", f"file:{serial}", "-no-reboot", "-kernel",
             tmp_path / "stub"]
    with subprocess.Popen([*words, *loaders], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as machine:
        log = ""
        while last not in log and machine.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
            log = serial.read_text(errors="replace") if serial.exists() else ""
        machine.kill()  # the panic would reset it, but nothing in this machine can
    assert re.search(r"ACPI: RSDP 0x0*E0000 .*BULKHD", log), log[-2000:]
    assert "smp: Brought up 1 node, 2 CPUs" in log
    assert re.search(r"IOAPIC\[0\]: apic_id 0, version \d+, address 0xfec00000, GSI 0-23", log)
    assert re.search(r"00:00: ttyS0 at I/O 0x3f8 \(irq = \d+, base_baud = 115200\) is a 16550A", log)
    assert "ACPI Error" not in log and last in log


# ---- PCI functions ----

IDENTITY = CELL.replace("""  - { name: ram, guest: 0x0, size: 64M }
  - { name: high, guest: 0x1_0000_0000, size: 16M }
""", "  - { name: ram, identity: true, at: 0x4000_0000, size: 64M }\n")
LINES = {"0000:00:00.0": (0x060000, []),
         "0000:00:02.0": (0x020000, [(0xfea00000, 0xfea1ffff, 0x40200), (0xc000, 0xc01f, 0x40101),
                                     (0xfea20000, 0xfea20fff, 0x140204)]),
         "0000:00:03.0": (0x010601, [(0xfea21000, 0xfea21fff, 0x40200)]),
         "0000:00:1f.0": (0x060100, [])}


def write_dmar(root):
    """One VT-d unit that serves all functions of segment 0 (Intel's specification, 8.1 to 8.3)."""
    unit = struct.pack("<HHBBHQ", 0, 16, 1, 0, 0, 0xfed90000)
    table = bytearray(b"DMAR" + struct.pack("<IBB6s8sI4sIBB10x", 48 + len(unit), 1, 0, b"BOCHS", b"BXPC", 1, b"BXPC", 1,
                                            38, 1) + unit)
    table[9] = -sum(table) % 256
    (root / "sys/firmware/acpi/tables/DMAR").write_bytes(table)


@pytest.fixture
def with_pci(tmp_path):
    """The machine of the fixture with a network card and a disk controller, in one IOMMU group, and bridges."""
    root = expand(tmp_path / "machine")
    for name, (code, bars) in LINES.items():
        folder = root / "sys/bus/pci/devices" / name
        folder.mkdir(parents=True)
        for what, value in (("class", code), ("vendor", 0x8086), ("device", 0x10d3)):
            (folder / what).write_text(f"0x{value:04x}\n")
        (folder / "resource").write_text("".join(f"0x{a:016x} 0x{b:016x} 0x{c:016x}\n"
                                                 for a, b, c in bars + [(0, 0, 0)] * (13 - len(bars))))
        (folder / "iommu_group").symlink_to(f"../../../kernel/iommu_groups/{3 if code < 0x60000 else 0}")
    (root / "sys/bus/pci/devices/0000:00:02.0/driver").symlink_to("../../../../bus/pci/drivers/e1000e")
    return root


def test_pci_functions_of_a_cell(config, with_pci, tmp_path):
    """Their registers come from the machine; the blob's dump makes the same blob without it."""
    cell, blob, again = (tmp_path / n for n in ("cell.yaml", "cell.blob", "again.blob"))
    both = "".join(f"  - {{ pci: '{n}', dma: unprotected }}\n" for n in ("00:02.0", "0000:00:03.0"))
    cell.write_text(IDENTITY % ("none", both))
    done = config("compile", "-t", with_pci, "-b", BOARD, cell, "-o", blob)
    assert done.returncode == 0 and not done.stderr, done.stderr
    dumped = config("dump", blob).stdout
    for base, size in ((0xfea00000, 0x20000), (0xfea20000, 0x1000), (0xfea21000, 0x1000)):
        assert f"registers: {{ guest: 0x{base:x}, at: 0x{base:x}, size: 0x{size:x}," in dumped, dumped
    assert "ports: { first: 0xc000, count: 32 }" in dumped
    assert "pci: '0000:00:02.0'" in dumped and "pci: '0000:00:03.0'" in dumped
    (tmp_path / "dumped.yaml").write_text(dumped)
    done = config("compile", "-t", with_pci, "-b", BOARD, tmp_path / "dumped.yaml", "-o", again)
    assert done.returncode == 0 and again.read_bytes() == blob.read_bytes(), done.stderr


def test_guest_finds_its_pci_functions(config, with_pci, tmp_path):
    """A host bridge for each bus; its windows are the functions' registers, and nothing more."""
    root = with_pci / "sys/bus/pci/devices"
    behind = root / "0000:03:00.0"
    behind.mkdir()
    for what, value in (("class", "0x010802"), ("vendor", "0x1b36"), ("device", "0x0010")):
        (behind / what).write_text(value + "\n")
    (behind / "resource").write_text("0x00000008c0000000 0x00000008c0003fff 0x0000000000140204\n"
                                     + "0x0 0x0 0x0\n" * 12)
    (tmp_path / "k").write_bytes(bzimage())
    text = CELL.replace("""  - { name: ram, guest: 0x0, size: 64M }
  - { name: high, guest: 0x1_0000_0000, size: 16M }
""", "  - { name: ram, guest: 0x0, size: 64M }\n")
    (tmp_path / "cell.yaml").write_text(text % ("linux, kernel: k, at: 0x80_0000", "".join(
        f"  - {{ pci: '{n}' }}\n" for n in ("00:02.0", "00:03.0", "03:00.0"))))
    write_dmar(with_pci)
    (tmp_path / "out").mkdir()
    done = config("compile", "-t", with_pci, "-b", BOARD, tmp_path / "cell.yaml", "-o",
                  tmp_path / "cell.blob", "--boot-data", tmp_path / "out")
    assert done.returncode == 0 and not done.stderr, done.stderr
    text = disassembled("DSDT", tables((tmp_path / f"out/{RSDP:x}").read_bytes())["DSDT"], tmp_path)
    done = subprocess.run(["iasl", "DSDT.dsl"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "0 Errors, 0 Warnings" in done.stdout, done.stdout
    bridges = {name: re.sub(r"\s+", " ", body) for name, body in
               re.findall(r"Device \((PC\w\w)\)(.*?)(?=Device \(|\Z)", text, re.S)}
    assert [(name, re.search(r"_BBN, (\w+)", body)[1]) for name, body in bridges.items()] == \
        [("PC00", "0x00"), ("PC01", "0x03")]
    windows = {name: [[int(n, 16) for n in re.findall(r"0x[0-9A-F]+", window)]
                      for window in re.findall(r"(?:WordBusNumber|QWordMemory|WordIO) \(.*?\) ", body + " ")]
               for name, body in bridges.items()}
    spans = {name: [(w[1], w[2], w[4]) for w in found] for name, found in windows.items()}
    assert spans == {"PC00": [(0, 0, 1), (0xfea00000, 0xfea1ffff, 0x20000), (0xc000, 0xc01f, 0x20),
                              (0xfea20000, 0xfea20fff, 0x1000), (0xfea21000, 0xfea21fff, 0x1000)],
                     "PC01": [(3, 3, 1), (0x8c0000000, 0x8c0003fff, 0x4000)]}
    assert "0x0CF8" in bridges["PC00"] and "0x0CF8" not in bridges["PC01"]
    mcfg = tables((tmp_path / f"out/{RSDP:x}").read_bytes())["MCFG"]
    assert struct.unpack_from("<QHBB", mcfg, 44) == (0xfe600000, 0, 0, 3)


@pytest.mark.parametrize("told, base", (("", 0xfeb00000), ("pci-config: 0xc000_0000\n", 0xc0000000),
                                        ("pci-config: 0\n", None)))
def test_guest_finds_configuration_space_in_memory(config, with_pci, tmp_path, told, base):
    """Where there is room, or as the file says: the same in the MCFG, in the DSDT and in the blob's dump."""
    (tmp_path / "k").write_bytes(bzimage())
    text = CELL % ("linux, kernel: k, at: 0x80_0000", "  - pci: '00:02.0'\n  - pci: '00:03.0'\n") + told
    (tmp_path / "cell.yaml").write_text(text)
    write_dmar(with_pci)
    (tmp_path / "out").mkdir()
    done = config("compile", "-t", with_pci, "-b", BOARD, tmp_path / "cell.yaml", "-o",
                  tmp_path / "cell.blob", "--boot-data", tmp_path / "out")
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert f"pci-config: 0x{base or 0:x}\n" in config("dump", tmp_path / "cell.blob").stdout
    found = tables((tmp_path / f"out/{RSDP:x}").read_bytes())
    dsdt = disassembled("DSDT", found["DSDT"], tmp_path)
    assert ("MCFG" in found) == ("PNP0C02" in dsdt) == bool(base)
    assert (f"0x{base or 0:08X},         // Address Base" in dsdt) == bool(base)
    if base:
        assert struct.unpack_from("<QHBB", found["MCFG"], 44) == (base, 0, 0, 0) and len(found["MCFG"]) == 60
    shown = config("show", "-t", with_pci, BOARD, tmp_path / "cell.yaml").stdout
    assert ("PCI configuration" in shown) == bool(base)


def test_pci_functions_of_one_group_stay_together(config, with_pci, tmp_path):
    (tmp_path / "cell.yaml").write_text(IDENTITY % ("none", "  - { pci: '00:03.0', dma: unprotected }\n"))
    done = config("check", "-t", with_pci, BOARD, tmp_path / "cell.yaml")
    assert done.returncode == 3 and "0000:00:03.0 and 0000:00:02.0, which stays with the root cell, are in IOMMU " \
        "group 3" in done.stderr, done.stderr


def test_map_shows_pci_functions_and_ports(config, tool, with_pci, tmp_path):
    """Whose each is; those of root as the machine shows them."""
    (tmp_path / "cell.yaml").write_text(IDENTITY % ("none", "".join(
        f"  - {{ pci: '{n}', dma: unprotected }}\n" for n in ("00:02.0", "00:03.0"))))
    words = ("show", "-t", with_pci, BOARD, tmp_path / "cell.yaml")
    shown = json.loads(config(*words, "--json").stdout)
    assert {(p["function"], p["owner"], p["unprotected"]) for p in shown["pci"]} == {
        ("0000:00:02.0", "test", True), ("0000:00:03.0", "test", True), ("0000:00:00.0", "root", False),
        ("0000:00:1f.0", "root", False)}
    plain = config(*words).stdout
    assert re.search(r"^  0000:00:02.0 test +network, unprotected DMA$", plain, re.M), plain
    assert re.search(r"^    port 0xc000 +32 ports  I/O ports of the machine$", plain, re.M), plain
    assert re.search(r"^    port 0x604 +2 ports  virtual device power-off$", plain, re.M), plain
    assert config(*words, "--html", tmp_path / "map.html").returncode == 0
    page = (tmp_path / "map.html").read_text()
    assert page.count('data-object="pci"') == 4 and "port 0x3f8" in page


def test_create_lists_pci_functions(config, with_pci):
    """What a cell could get: bridges are none of it."""
    made = config("create", "--sysroot", with_pci)
    assert "#   0000:00:02.0  8086:10d3 network, driver e1000e, IOMMU group 3\n" in made.stdout, made
    assert "#   0000:00:03.0  8086:10d3 storage, IOMMU group 3\n" in made.stdout
    assert "0000:00:1f.0" not in made.stdout and "0000:00:00.0" not in made.stdout


# ---- boards that were compiled before ----

COMPILED = """
#include "cfg.h"
int main(int count, char **words)
{
    static char blob[65536];
    struct cfg_messages messages = { 0 };
    struct cfg_options options = { 0 };
    FILE *file = fopen(words[1], "rb");
    size_t size = fread(blob, 1, sizeof(blob), file);
    struct cfg_board *board = cfg_board_from_blob(blob, size, words[2], &options, &messages);
    struct cfg_cell *cell = board ? cfg_cell_load(words[3], board, &options, &messages) : NULL;

    cfg_messages_print(&messages, stdout, CFG_GCC);
    return !cell;
}
"""


def test_groups_of_a_compiled_board(config, tool, q35, tmp_path):
    """What no blob says is read from the file that the blob was made of, as `cell boot` does it."""
    (tmp_path / "main.c").write_text(COMPILED)
    subprocess.run(["gcc", f"-I{TOP}/tools/lib", f"-I{TOP}/include", "-o", tmp_path / "main", tmp_path / "main.c",
                    tool.parent / "libbulkheadcfg.a", "-lyaml", "-lfdt"], check=True, timeout=60)
    plain = BOARD.read_text(encoding="utf-8")
    (tmp_path / "plain.yaml").write_text(plain)
    (tmp_path / "cores.yaml").write_text(plain + "cores: [0-1, 2-3]\n")
    (tmp_path / "cell.yaml").write_text((CELL % ("none", "")).replace("[2, 3]", "[1]"))
    assert config("compile", "-t", q35, tmp_path / "cores.yaml", "-o", tmp_path / "board.blob").returncode == 0
    said = {name: subprocess.run([tmp_path / "main", tmp_path / "board.blob", tmp_path / name, tmp_path / "cell.yaml"],
                                 capture_output=True, text=True, timeout=60).stdout
            for name in ("plain.yaml", "cores.yaml", "gone.yaml")}
    assert "CPU 1 is a thread of one core with CPU 0" in said["cores.yaml"] and "[cpu-core]" in said["cores.yaml"]
    assert said["plain.yaml"] == said["gone.yaml"] == ""
