# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong configurations, one row for each: which rule it breaks, the files, and exactly what must be said.

A row's files are changes of CELL and of the shipped board file; each is right without them. Messages are those
of `config check --format gcc`; the rule's name in brackets is added where it is missing. A row that breaks more
than one rule writes the names out.
"""
import dataclasses
import pathlib
import re
import struct

TOP = pathlib.Path(__file__).resolve().parents[2]
BOARD = (TOP / "configs/board/qemu-aarch64.yaml").read_text(encoding="utf-8")
CELL = """\
cell: test
cpus: [1]
memory:
  - { name: ram, guest: 0x40000000, size: 2M }
boot: { protocol: none }
"""
OTHER = CELL.replace("cell: test", "cell: other").replace("cpus: [1]", "cpus: [2]")
BARE = """\
board: bare
compatible: acme,one
hypervisor: { memory: { at: 0x9000_0000, size: 4M } }
pool: { at: 0x8000_0000, size: 64M }
dram: { at: 0x8000_0000, size: 1G }
cpus: [0, 1, 2, 3]
gic: { version: 3, gicd: { at: 0x800_0000, size: 64K }, gicr: { at: 0x80a_0000, size: 512K } }
"""
IMAGE = b"\0" * 56 + b"ARMd" + b"\0" * 4  # the header of an arm64 kernel: magic at byte 56
SMALL_TREE = """/dts-v1/;
/ { compatible = "acme,one"; #address-cells = <2>; #size-cells = <2>; %s };"""
# A bus that the CPU does not see, an interrupt controller that is not the board's, two nodes of one name
ODD_TREE = SMALL_TREE % """
    interrupt-parent = <&gic>;
    gic: intc@8000000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>;
                        reg = <0 0x8000000 0 0x10000>, <0 0x80a0000 0 0x80000>; };
    hidden { #address-cells = <1>; #size-cells = <1>; lost@1000 { reg = <0x1000 0x1000>; }; };
    pic: pic@a000000 { interrupt-controller; #interrupt-cells = <1>; reg = <0 0xa000000 0 0x1000>; };
    wired@a010000 { reg = <0 0xa010000 0 0x1000>; interrupt-parent = <&pic>; interrupts = <3>; };
    one { #address-cells = <2>; #size-cells = <2>; ranges; twin@a020000 { reg = <0 0xa020000 0 0x1000>; }; };
    two { #address-cells = <2>; #size-cells = <2>; ranges; twin@a020000 { reg = <0 0xa030000 0 0x1000>; }; };
"""


def tree_of_one(length):
    """A blob of one node with one property, of four bytes, that says it has so many."""
    words = struct.pack(">9I", 1, 0, 3, length, 0, 0, 2, 9, 0)
    start = 40 + 16  # behind the header and an empty list of reservations
    header = (0xd00dfeed, start + len(words) + 4, start, start + len(words), 40, 17, 16, 0, 4, len(words))
    return struct.pack(">10I", *header) + bytes(16) + words + b"one\0"


# What devices share: clocks, lines, streams, pages; reserved RAM; CPUs with one clock
WIRED_TREE = SMALL_TREE % """
    interrupt-parent = <&gic>;
    aliases { serial0 = "/soc/serial@1000"; serial1 = "/soc/serial@2000"; serial2 = "/soc/serial@3000"; };
    __symbols__ { net = "/soc/ethernet@4000"; disk = "/soc/disk@5000"; left = "/soc/left@7000"; cru = "/soc/cru@9000";
                  gic = "/intc@8000000"; near = "/near@8200000"; far = "/far@c000001000"; disk2 = "/soc/disk@6000"; };
    gic: intc@8000000 { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <3>; ranges;
                        #address-cells = <2>; #size-cells = <2>; mbi-alias = <0x0 0x8200000>;
                        reg = <0 0x8000000 0 0x10000>, <0 0x80a0000 0 0x80000>; };
    near@8200000 { compatible = "acme,near"; reg = <0 0x8200000 0 0x1000>; };
    far@c000001000 { compatible = "acme,far"; reg = <0xc0 0x1000 0 0x1000>; };
    pcie@40000000 { device_type = "pci"; compatible = "pci-host-ecam-generic"; reg = <0 0x40000000 0 0x1000000>; };
    fixed: clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1843200>; };
    reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;
        tee@85000000 { reg = <0 0x85000000 0 0x100000>; no-map; };
        bulkhead@80000000 { reg = <0 0x80000000 0 0x4000000>; no-map; }; };
    cpus { #address-cells = <1>; #size-cells = <0>;
        cpu@0 { device_type = "cpu"; reg = <0>; clocks = <&cru 0>; };
        cpu@1 { device_type = "cpu"; reg = <1>; clocks = <&cru 1>; };
        cpu@100 { device_type = "cpu"; reg = <0x100>; clocks = <&cru 1>; }; };
    soc { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0xa000000 0x100000>;
        serial@1000 { compatible = "arm,pl011"; reg = <0x1000 0x100>; clocks = <&cru 5>; interrupts = <0 10 4>; };
        serial@2000 { compatible = "arm,pl011"; reg = <0x2000 0x100>; clocks = <&cru 6>; interrupts = <0 11 4>; };
        serial@3000 { compatible = "arm,pl011"; reg = <0x3000 0x100>; clocks = <&fixed>; status = "disabled"; };
        ethernet@4000 { compatible = "acme,net"; reg = <0x4000 0x100>; };
        disk@5000 { compatible = "acme,disk"; reg = <0x5000 0x100>; iommus = <&smmu 7>; };
        disk@6000 { compatible = "acme,disk"; reg = <0x6000 0x100>; iommus = <&smmu 7>; };
        left@7000 { compatible = "acme,left"; reg = <0x7000 0x100>; interrupts = <0 20 4>; };
        right@8000 { compatible = "acme,right"; reg = <0x8000 0x100>; interrupts = <0 20 4>; };
        cru: cru@9000 { compatible = "acme,cru"; reg = <0x9000 0x100>; #clock-cells = <1>; };
        smmu: iommu@a000 { compatible = "arm,smmu-v3"; reg = <0xa000 0x100>; #iommu-cells = <1>; }; };
"""
# A PC: the board with everything in it, the same with ACPI, a cell
PC = """\
board: pc
architecture: x86_64
compatible: unknown unknown
hypervisor: { memory: { at: 0x3f00_0000, size: 16M } }
pool: { at: 0x2000_0000, size: 256M }
dram: { at: 0x10_0000, size: 1023M }
cpus: [0, 1, 2, 3]
x86: { ioapics: { at: 0xfec0_0000 }, pm1a-control: 0x604 }
"""
PC_ACPI = PC.replace("x86: { ioapics: { at: 0xfec0_0000 }, pm1a-control: 0x604 }", "acpi: machine")
PC_CELL = """\
cell: test
cpus: [1]
memory:
  - { name: ram, guest: 0x0, size: 16M }
boot: { protocol: none }
"""


def acpi_table(signature, body):
    """With length and checksum."""
    table = bytearray(signature + struct.pack("<I", 36 + len(body)) + b"\1\0" + b"NOBODY" + b"\0" * 20 + body)
    table[9] = -sum(table) & 255
    return bytes(table)


MADT = acpi_table(b"APIC", struct.pack("<II", 0xfee00000, 1) + b"\0\x08\0\0\1\0\0\0")  # one CPU, no I/O APIC
MADT_IOAPIC = acpi_table(b"APIC", struct.pack("<II", 0xfee00000, 1) + b"\0\x08\0\0\1\0\0\0" +
                         struct.pack("<BBBBII", 1, 12, 0, 0, 0xfec00000, 0))


def pci_function(number, code, *bars):
    """What Linux shows of one. bars: (first, last, flags)."""
    lines = [*bars, *[(0, 0, 0)] * (13 - len(bars))]
    folder = f"machine/sys/bus/pci/devices/0000:{number}"
    return {f"{folder}/class": f"0x{code:06x}\n", f"{folder}/vendor": "0x8086\n", f"{folder}/device": "0x10d3\n",
            f"{folder}/resource": "".join(f"0x{a:016x} 0x{b:016x} 0x{c:016x}\n" for a, b, c in lines)}


# A network card, two devices whose registers share a page, and a bridge.
PCI_FILES = {"board.yaml": PC_ACPI, "machine/sys/firmware/acpi/tables/APIC": MADT_IOAPIC,
             **pci_function("00:03.0", 0x020000, (0xfe000000, 0xfe003fff, 0x40200), (0xc000, 0xc01f, 0x40101)),
             **pci_function("00:05.0", 0x010601, (0xfe004000, 0xfe0041ff, 0x40200)),
             **pci_function("00:06.0", 0x0c0330, (0xfe004800, 0xfe0048ff, 0x40200)),
             **pci_function("00:1f.0", 0x060100)}
ALIAS = "\naliases: { at: 0xc0_0000_0000, size: 1G, of: 0x8000_0000 }\n"


@dataclasses.dataclass
class Row:
    """One wrong configuration. tree: 2 or 3 (GIC of QEMU's machine), a device tree's source, or None."""
    rule: str
    files: dict
    messages: list
    tree: object = 3
    words: tuple = ("board.yaml", "cell.yaml")
    code: int = 3

    def lines(self):
        """What must be printed."""
        return [line if ": note: " in line or re.search(r" \[[a-z-]+\]$", line) else f"{line} [{self.rule}]"
                for line in self.messages]

    def rules(self):
        """Names of all rules that it breaks."""
        return {line.rsplit("[", 1)[1][:-1] for line in self.lines() if re.search(r" \[[a-z-]+\]$", line)}


def change(*pairs, base=CELL):
    """The cell file with texts replaced; each must be there."""
    for old, new in pairs:
        assert old in base, old
        base = base.replace(old, new)
    return base


def cell(rule, old, new, *messages, **more):
    """A cell file with one change."""
    return Row(rule, {"cell.yaml": change((old, new))}, list(messages), **more)


def add(rule, text, *messages, **more):
    """A cell file with lines behind its end."""
    return Row(rule, {"cell.yaml": CELL + text + "\n"}, list(messages), **more)


def text(rule, content, *messages, **more):
    """A cell file of its own."""
    return Row(rule, {"cell.yaml": content}, list(messages), **more)


def boot(rule, content, *messages, **more):
    """A cell file with another 'boot' and 64 MiB of memory; k, i and gz are images, big is too large."""
    base = change(("boot: { protocol: none }", f"boot: {{ {content} }}"), ("size: 2M", "size: 64M"))
    files = {"cell.yaml": base, "k": IMAGE, "i": b"initrd", "gz": b"\x1f\x8b" + b"\0" * 80, "big": 65 << 20}
    return Row(rule, files, list(messages), **more)


def board(rule, old, new, *messages, base=BOARD, **more):
    """A board file with one change."""
    return Row(rule, {"board.yaml": change((old, new), base=base)}, list(messages), words=("board.yaml",), **more)


def pc(rule, old, new, *messages, files=None, **more):
    """A cell of the PC with one change, or lines behind its end."""
    changed = change((old, new), base=PC_CELL) if old else PC_CELL + new + "\n"
    return Row(rule, {"board.yaml": PC, "cell.yaml": changed, **(files or {})}, list(messages), tree=None, **more)


def pci(rule, devices, *messages, memory="at: 0x2000_0000, size: 16M, identity: true", **more):
    """A cell of the PC that gets PCI functions, its memory where the machine has it."""
    return pc(rule, "guest: 0x0, size: 16M }\nboot: { protocol: none }",
              f"{memory} }}\nboot: {{ protocol: none }}\ndevices: {devices}", *messages, files=PCI_FILES, **more)


def pc_board(rule, content, madt, *messages):
    """A board file of a PC whose MADT is given, or is not there."""
    tables = {"machine/sys/firmware/acpi/tables/APIC": madt} if madt else {}
    return Row(rule, {"board.yaml": content, **tables}, list(messages), tree=None, words=("board.yaml",))


def odd(rule, node, *messages):
    """A device of ODD_TREE passed through."""
    return Row(rule, {"board.yaml": BARE, "cell.yaml": CELL + f"devices: [{{ passthrough: {node}, dma: none }}]\n"},
               list(messages), tree=ODD_TREE)


def dev(rule, devices, *messages, base=None, **more):
    """Devices of WIRED_TREE."""
    return Row(rule, {"board.yaml": base or BARE, "cell.yaml": CELL + f"devices: {devices}\n"}, list(messages),
               tree=WIRED_TREE, **more)


def two(rule, one, other, *messages, files=None, **more):
    """Two cells that are right by themselves."""
    return Row(rule, {"a.yaml": one, "b.yaml": other, **(files or {})}, list(messages),
               words=("board.yaml", "a.yaml", "b.yaml"), **more)


DISK = CELL + "devices: [{ passthrough: disk, dma: none }]\n"
ROWS = [
    # ---- files ----
    Row("file-unreadable", {}, [
         "missing.yaml: error: cannot be read: No such file or directory"], words=("missing.yaml",)),
    Row("file-unreadable", {}, [
         "missing.yaml: error: cannot be read: No such file or directory"], words=("board.yaml", "missing.yaml")),
    Row("file-kind", {"cell.yaml": CELL}, [
         "cell.yaml:1:1: error: this is the file of a cell; give the board file first"], words=("cell.yaml",)),
    Row("file-kind", {}, [
         "board.yaml:4:1: error: this is the file of a board; give the file of a cell"],
         words=("board.yaml", "board.yaml")),
    Row("file-unwritable", {"cell.yaml": CELL}, [
         "no/where: error: cannot be written: No such file or directory"],
         words=("compile", "-b", "board.yaml", "cell.yaml", "-o", "no/where")),
    # ---- YAML ----
    text("yaml-syntax", "cell: [",
         "cell.yaml:2:1: error: did not find expected node content; see the YAML syntax: indent with blanks"),
    text("yaml-syntax", "\tcell: x",
         "cell.yaml:1:1: error: found character that cannot start any token; see the YAML syntax: indent with "
         "blanks"),
    text("yaml-syntax", "- cell",
         "cell.yaml:1:1: error: the file is not a map of keys and values; start with 'board: NAME' or 'cell: NAME'"),
    text("yaml-syntax", "",
         "cell.yaml:1:1: error: the file is not a map of keys and values; start with 'board: NAME' or 'cell: NAME'"),
    text("yaml-syntax", "? [a]\n: b\n",
         "cell.yaml:1:3: error: a list or map cannot be a key; use a plain word"),
    text("yaml-syntax", "cell: 'a\\0b'\nx: \"a\\0b\"\n",
         "cell.yaml:2:4: error: a NUL byte stands in this value; remove it"),
    text("yaml-syntax", "".join(f"k{i}: 1\n" for i in range(300)),
         "cell.yaml:257:1: error: this map has too many keys; use the documented form"),
    cell("yaml-duplicate", "cpus: [1]", "cpus: [1]\ncpus: [2]",
         "cell.yaml:3:1: error: 'cpus' is given twice; keep one of them",
         "cell.yaml:2:1: note: 'cpus' stands here first"),
    cell("yaml-tag", "cell: test", "cell: !!str test",
         "cell.yaml:1:7: error: tags are not part of this language; remove the tag"),
    text("yaml-document", CELL + "---\n" + CELL,
         "cell.yaml:6:1: error: a second document starts here; use one file for each"),
    text("yaml-depth", "x-a: " + "[" * 20 + "]" * 20 + "\n" + CELL,
         "cell.yaml:1:21: error: lists and maps are nested too deeply; use the documented form"),
    text("yaml-alias", CELL + "x-a: *nothing\n",
         "cell.yaml:6:6: error: '*nothing' is used, but no '&nothing' stands above; write the value out"),
    text("yaml-alias", CELL + "x-a: &a [1, *a]\n",
         "cell.yaml:6:13: error: '*a' stands inside of what '&a' names; write the value out"),
    text("yaml-merge", CELL + "<<: 3\n",
         "cell.yaml:6:5: error: '<<' takes a map, or a list of maps; name the anchor of a map: '<<: *name'"),
    text("yaml-merge", CELL + "<<: { cell: a }\n<<: { cell: b }\n",
         "cell.yaml:7:1: error: '<<' is given twice; write one: '<<: [*a, *b]'"),
    text("yaml-expansion", "x-a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + "".join(
        f"x-{n}: &{n} [{', '.join(['*' + b] * 9)}]\n" for b, n in zip("abcdef", "bcdefg")) + CELL,
         "cell.yaml:6:10: error: the aliases of this file stand for more than 100000 values; write out what is "
         "needed"),
    # ---- keys and values ----
    cell("key-unknown", "cpus: [1]", "cpus: [1]\nwatchdgo: 5s",
         "cell.yaml:3:1: error: unknown key 'watchdgo'; did you mean 'watchdog'?"),
    cell("key-unknown", "name: ram", "nmae: ram",
         "cell.yaml:4:7: error: unknown key 'nmae'; did you mean 'name'?"),
    cell("key-unknown", "cpus: [1]", "cpus: [1]\ncolour: red",
         "cell.yaml:3:1: error: unknown key 'colour'; known here: cell, cpus, memory, boot, interrupts, "
         "shared-memory, devices, waive, pci-config, "
         "comm-page, watchdog, stop-timeout, restart"),
    cell("key-missing", "size: 2M", "identity: false",
         "cell.yaml:4:5: error: the key 'size' is missing; bytes, a multiple of 2M"),
    text("key-missing", CELL.replace("boot: { protocol: none }\n", ""),
         "cell.yaml:1:1: error: the key 'boot' is missing; what runs in it"),
    board("key-missing", "board: qemu-aarch64\n", "",
         "board.yaml:4:1: error: the key 'board' is missing; name of the board"),
    cell("value-type", "size: 2M", "size: 2MB",
         "cell.yaml:4:43: error: 'size' cannot be '2MB'; give a size such as 256M or 0x200000"),
    cell("value-type", "size: 2M", "size: 99999999999999999999",
         "cell.yaml:4:43: error: 'size' cannot be '99999999999999999999'; give a size such as 256M or 0x200000"),
    cell("value-type", "cpus: [1]", "cpus: [3-1]",
         "cell.yaml:2:8: error: 'cpus' cannot be '3-1'; give a CPU number, a range such as 2-3, or 'mpidr 0x100'"),
    cell("value-type", "cpus: [1]", "cpus: [one]",
         "cell.yaml:2:8: error: 'cpus' cannot be 'one'; give a CPU number, a range such as 2-3, or 'mpidr 0x100'"),
    cell("value-type", "cell: test", "cell: te st",
         "cell.yaml:1:7: error: 'cell' cannot be 'te st'; give a name of at most 31 letters, digits, '-' and '_'"),
    cell("value-type", "boot: { protocol: none }", "boot: none",
         "cell.yaml:5:7: error: 'boot' cannot be 'none'; give a map of keys and values"),
    cell("value-type", "boot: { protocol: none }", "boot: { protocol: grub }",
         "cell.yaml:5:19: error: 'protocol' cannot be 'grub'; give one of none|flat|linux|bare-metal|"
         "multiboot"),
    cell("value-type", "cell: test", "cell: [test]",
         "cell.yaml:1:7: error: 'cell' cannot be a list; give a name of at most 31 letters, digits, '-' and '_'"),
    cell("value-type", "size: 2M", "size: 2M, flags: [read, wirte]",
         "cell.yaml:4:61: error: 'flags' cannot be 'wirte'; give one of read|write|execute"),
    cell("value-type", "size: 2M", "size: 2M, loadable: maybe",
         "cell.yaml:4:57: error: 'loadable' cannot be 'maybe'; give true or false"),
    add("value-type", "watchdog: 5",
         "cell.yaml:6:11: error: 'watchdog' cannot be '5'; give a time such as 500ms, 10s or 2min"),
    add("value-type", "restart: { when: failed, limit: 3 }",
         "cell.yaml:6:33: error: 'limit' cannot be '3'; give a rate such as '3 per 1min'"),
    board("value-type", "spi 200", "spi 1000",
         "board.yaml:18:18: error: 'event-interrupt' cannot be 'spi 1000'; give an interrupt such as 'spi 8', 'ppi "
         "9' or 'intid 40'"),
    board("value-type", "on-reset: machine", "on-reset: panic",
         "board.yaml:15:59: error: 'on-reset' cannot be 'panic'; give one of machine|stop"),
    board("value-range", "version: 3", "version: 4",
         "board.yaml:7:17: error: 'version' cannot be 4; give 2 to 3", base=BARE, tree=None),
    board("value-range", "spi 200", "{ spi: 1000 }",
         "board.yaml:18:25: error: 'spi' cannot be 1000; give 0 to 987"),
    add("value-list", "devices: 5",
         "cell.yaml:6:10: error: 'devices' must be a list; write [a, b], or one '- ' line for each"),
    # ---- the board ----
    board("text-length", "acme,one", "acme," + "o" * 60,
         "board.yaml:2:13: error: 'acme,oooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo' is longer than "
         "63 characters; shorten it", base=BARE, tree=None),
    board("time-range", "timeout: 1s", "timeout: 10ms",
         "board.yaml:11:12: error: a time limit of 10 ms is out of range; use 1s to 10min"),
    board("board-machine", "linux,dummy-virt", "acme,one",
         "board.yaml:5:13: error: the file is for another machine: the device tree board.dtb is of "
         "'linux,dummy-virt'; use the board file of that machine"),
    board("board-machine", "linux,dummy-virt", "[linux,dummy-virt]",
         "board.yaml:5:13: error: the file is for another machine: the device tree board.dtb is of "
         "'linux,dummy-virt'; inside [ ] put quotes around a name with a comma: ['linux,dummy-virt']"),
    board("board-source", "cpus: [0, 1, 2, 3]\n", "",
         "board.yaml:1:1: error: neither 'devicetree' nor 'cpus' is given; add 'devicetree: live', or give them here",
         base=BARE, tree=None),
    Row("devicetree-unreadable", {}, [
         "board.yaml:6:13: error: cannot read the device tree missing.dtb: No such file or directory; give one with "
         "--devicetree FILE.dtb"], tree="missing", words=("board.yaml",)),
    Row("devicetree-unreadable", {"bad.dtb": b"\xd0\x0d\xfe\xed" + bytes(60)}, [
         "board.yaml:6:13: error: bad.dtb is not a device tree blob; compile it with dtc"], tree="bad",
         words=("board.yaml",)),
    # libfdt 1.6 takes the first, and reads the second for ever.
    *(Row("devicetree-unreadable", {"bad.dtb": tree_of_one(length)}, [
           "board.yaml:6:13: error: bad.dtb is not a device tree blob; compile it with dtc"], tree="bad",
           words=("board.yaml",)) for length in (0xffffffff, 0xfffffff4, 0x7ffffff0, 24)),
    board("devicetree-incomplete", "dram: { at: 0x8000_0000, size: 1G }\n", "",
         "board.yaml:1:1: error: the device tree row.dtb has no memory node; give 'dram' in the board file",
         base=BARE, tree=SMALL_TREE % ""),
    board("devicetree-incomplete", "cpus: [0, 1, 2, 3]\n", "",
         "board.yaml:1:1: error: the device tree row.dtb has no CPU; give 'cpus' in the board file",
         base=BARE, tree=SMALL_TREE % ""),
    board("devicetree-incomplete", "gic: {", "x-gic: {",
         "board.yaml:1:1: error: the device tree row.dtb has no GICv2 or GICv3; give 'gic' in the board file",
         base=BARE, tree=SMALL_TREE % ""),
    board("memory-alignment", "0xbf00_0000, size: 16M", "0xbf00_0000, size: 16K",
         "board.yaml:9:11: error: the hypervisor's memory: 0xbf000000 with size 0x4000 is not aligned to 2 MiB; use "
         "multiples of 2M"),
    board("memory-alignment", "0x6000_0000, size: 1520M", "0x6000_1000, size: 64M",
         "board.yaml:13:7: error: the pool: 0x60001000 with size 0x4000000 is not aligned to 2 MiB; use multiples of "
         "2M"),
    board("memory-empty", "0xbf00_0000, size: 16M", "0xbf00_0000, size: 0",
         "board.yaml:9:11: error: the hypervisor's memory is empty; give at least 2M"),
    board("memory-outside-ram", "0xbf00_0000, size: 16M", "0x1_0000_0000, size: 16M",
         "board.yaml:9:11: error: the hypervisor's memory (0x100000000 to 0x100ffffff) is not inside one bank of the "
         "machine's RAM; see the memory nodes of the device tree"),
    board("memory-overlap", "size: 1520M", "size: 1536M",
         "board.yaml:13:7: error: the pool (0x60000000 to 0xbfffffff) overlaps the hypervisor's memory (0xbf000000 "
         "to 0xbfffffff) in the machine's memory; move one of them",
         "board.yaml:9:11: note: the hypervisor's memory stands here"),
    board("memory-overlap", "pool: { at: 0x6000_0000, size: 1520M }",
          "pool:\n  - { at: 0x6000_0000, size: 64M }\n  - { at: 0x6200_0000, size: 64M }",
         "board.yaml:15:5: error: the pool (0x62000000 to 0x65ffffff) overlaps the pool (0x60000000 to 0x63ffffff) "
         "in the machine's memory; move one of them",
         "board.yaml:14:5: note: the pool stands here"),
    board("event-interrupt", "spi 200", "ppi 3",
         "board.yaml:18:18: error: interrupt 19 is no SPI; choose a free SPI, for example "
         "'spi 200'"),
    # ---- a cell: CPUs and memory ----
    cell("cell-name-root", "cell: test", "cell: root",
         "cell.yaml:1:7: error: 'root' is the name of the root cell; choose another name"),
    cell("cpu-unknown", "cpus: [1]", "cpus: [9]",
         "cell.yaml:2:8: error: CPU 9 is not on the board: it has 0 to 3; correct the CPU list"),
    cell("cpu-unknown", "cpus: [1]", "cpus: [2-4]",
         "cell.yaml:2:8: error: CPU 4 is not on the board: it has 0 to 3; correct the CPU list"),
    cell("cpu-duplicate", "cpus: [1]", "cpus: [0, 1, 1]",
         "cell.yaml:2:14: error: CPU 1 is listed twice; list it once"),
    cell("cpu-none", "cpus: [1]", "cpus: []",
         "cell.yaml:2:7: error: the cell has no CPU; give at least one"),
    cell("cpu-all", "cpus: [1]", "cpus: 0-3",
         "cell.yaml:2:7: error: the cell takes every CPU of the board; leave at least one CPU to the root cell"),
    cell("memory-none", "memory:\n  - { name: ram, guest: 0x40000000, size: 2M }", "memory: []",
         "cell.yaml:3:9: error: the cell has no memory; give at least one region"),
    cell("region-address", "guest: 0x40000000", "identity: true",
         "cell.yaml:4:5: error: the region has no guest address; give 'guest: ADDRESS', or 'at' with 'identity: "
         "true'"),
    cell("region-identity", "guest: 0x40000000", "guest: 0x40000000, at: 0x60000000, identity: true",
         "cell.yaml:4:5: error: 'identity' is true, but 'guest' and 'at' differ; give one of the two"),
    cell("region-name", "name: ram", "name: a-name-that-is-too-long",
         "cell.yaml:4:13: error: 'a-name-that-is-too-long' is no name of a memory region: at most 15 characters; "
         "shorten it, and use no blanks"),
    cell("region-size", "size: 2M", "size: 3M",
         "cell.yaml:4:43: error: memory region 'ram' has size 0x300000, which is no multiple of 2 MiB; use a "
         "multiple of 2M"),
    cell("region-size", "size: 2M", "size: 0",
         "cell.yaml:4:43: error: memory region 'ram' has size 0x0, which is no multiple of 2 MiB; use a "
         "multiple of 2M"),
    cell("region-alignment", "guest: 0x40000000", "guest: 0x40001000",
         "cell.yaml:4:25: error: guest address 0x40001000 of memory region 'ram' is not aligned to 2 MiB; align it "
         "to 2M"),
    cell("region-limit", "guest: 0x40000000", "guest: 0xffffffffffe00000",
         "cell.yaml:4:5: error: memory region 'ram' ends behind the guest's address space of 48 bits; choose a lower "
         "guest address"),
    cell("region-readable", "size: 2M", "size: 2M, flags: [execute]",
         "cell.yaml:4:5: error: memory region 'ram' is not readable; add 'read' to its flags"),
    cell("region-host-alignment", "guest: 0x40000000", "guest: 0x40000000, at: 0x60001000",
         "cell.yaml:4:5: error: host address 0x60001000 of memory region 'ram' is not aligned to 2 MiB; align "
         "it to 2M"),
    cell("pool-outside", "guest: 0x40000000", "guest: 0x40000000, at: 0x50000000",
         "cell.yaml:4:5: error: memory region 'ram' (0x50000000 to 0x501fffff) is not inside the board's pool; "
         "choose an address inside the pool, or leave out 'at'"),
    cell("pool-size", "size: 2M", "size: 2000G",
         "cell.yaml:4:43: error: memory region 'ram' is larger than the board's pool of 1520 MiB; make it smaller, "
         "or the pool larger"),
    cell("memory-overlap", "memory:\n", "memory:\n  - { name: a, at: 0x60000000, guest: 0x50000000, size: 4M }\n"
         "  - { name: b, at: 0x60200000, guest: 0x60000000, size: 4M }\n",
         "cell.yaml:5:5: error: memory region 'b' (0x60200000 to 0x605fffff) overlaps memory region 'a' (0x60000000 "
         "to 0x603fffff) in the machine's memory; move one of them",
         "cell.yaml:4:5: note: memory region 'a' stands here"),
    cell("guest-overlap", "guest: 0x40000000", "guest: 0x8000000",
         "cell.yaml:4:5: error: memory region 'ram' (0x8000000 to 0x81fffff) overlaps the interrupt distributor "
         "(0x8000000 to 0x800ffff) in the guest's memory; move one of them",
         "cell.yaml:4:5: error: memory region 'ram' (0x8000000 to 0x81fffff) overlaps the interrupt redistributors "
         "(0x80a0000 to 0x80bffff) in the guest's memory; move one of them"),
    cell("guest-overlap", "memory:\n", "memory:\n  - { name: a, guest: 0x40000000, size: 4M }\n",
         "cell.yaml:5:5: error: memory region 'ram' (0x40000000 to 0x401fffff) overlaps memory region 'a' "
         "(0x40000000 to 0x403fffff) in the guest's memory; move one of them",
         "cell.yaml:4:5: note: memory region 'a' stands here"),
    add("guest-overlap", "comm-page: 0x40000000",
         "cell.yaml:6:12: error: the communication page (0x40000000 to 0x40000fff) overlaps memory region 'ram' "
         "(0x40000000 to 0x401fffff) in the guest's memory; move one of them",
         "cell.yaml:4:5: note: memory region 'ram' stands here"),
    add("page-alignment", "comm-page: 0x50000100",
         "cell.yaml:6:12: error: 0x50000100 is not the start of a page; align it to 4K"),
    add("page-alignment", "devices: [{ uart: { at: 0x9000010 } }]",
         "cell.yaml:6:25: error: 0x9000010 is not the start of a page; align it to 4K"),
    add("watchdog-heartbeat", "watchdog: 5s",
         "cell.yaml:6:11: error: the watchdog needs the heartbeat in the communication page, which the cell has not; "
         "add 'comm-page: ADDRESS'"),
    add("time-range", "stop-timeout: 1h",
         "cell.yaml:6:15: error: a time of 3600000 ms is too long; use at most 10min"),
    add("time-range", "comm-page: 0x50000000\nwatchdog: 48h",
         "cell.yaml:7:11: error: a time of 172800000 ms is too long; use at most 24h"),
    # ---- a cell: interrupts and devices ----
    add("interrupt-range", "interrupts: { spi: 988 }",
         "cell.yaml:6:20: error: interrupt 1020 of 'interrupts' cannot be given to a cell: it is no SPI; give an "
         "SPI: 'spi' from 0 to 987"),
    add("interrupt-range", "interrupts: { intid: 27 }",
         "cell.yaml:6:22: error: interrupt 27 of 'interrupts' cannot be given to a cell: it is no SPI; give an SPI: "
         "'spi' from 0 to 987"),
    add("interrupt-range", "devices: [{ uart: { at: 0x9000000, spi: 988 } }]",
         "cell.yaml:6:41: error: '988' is no SPI; give an SPI: 'spi' from 0 to 987"),
    add("interrupt-event", "interrupts: { spi: 200 }",
         "cell.yaml:6:20: error: interrupt 232 (spi 200) of 'interrupts' is the board's event interrupt; choose "
         "another in the cell or the board"),
    add("interrupt-duplicate", "interrupts: { spi: [98, 98] }",
         "cell.yaml:6:25: error: interrupt 130 (spi 98) is listed twice; list it once"),
    add("interrupt-virtual", "interrupts: { spi: 97 }\ndevices: [{ uart: { at: 0x9000000, spi: 97 } }]",
         "cell.yaml:7:19: error: interrupt spi 97 of virtual uart@9000000 is already that of 'interrupts'; choose "
         "another 'spi'"),
    add("controller-version", "interrupts: gicv2",
         "cell.yaml:6:13: error: the board has a GICv3, so the cell cannot see a GICv2; write 'interrupts: auto'"),
    add("controller-version", "interrupts: gicv3",
         "cell.yaml:6:13: error: the board has a GICv2, so the cell cannot see a GICv3; write 'interrupts: auto'",
         tree=2),
    add("device-kind", "devices:\n  - {}",
         "cell.yaml:7:5: error: a device is one thing, not none; give one of 'passthrough', 'uart', 'registers' "
         "and 'pci'"),
    add("device-kind", "devices:\n  - { passthrough: serial1, uart: { at: 0x9000000 } }",
         "cell.yaml:7:5: error: a device is one thing, not several; give one of 'passthrough', 'uart', 'registers' "
         "and 'pci'"),
    Row("device-tree-needed", {"board.yaml": BARE, "cell.yaml": CELL + "devices: [{ passthrough: serial1 }]\n"}, [
         "cell.yaml:6:26: error: the board has no device tree to look 'serial1' up in; add 'devicetree: live' to the "
         "board file"],
        tree=None),
    add("device-unknown", "devices: [{ passthrough: /no@1 }]",
         "cell.yaml:6:26: error: the device tree board.dtb has no node '/no@1'; give a full path, an alias or a "
         "label, see 'fdtdump'"),
    add("device-registers", "devices: [{ passthrough: /psci }]",
         "cell.yaml:6:26: error: /psci has no registers; name the node that has the registers"),
    add("interrupt-range", "devices: [{ passthrough: /timer }]",
         "cell.yaml:6:26: error: /timer has no registers; name the node that has the registers [device-registers]",
         "cell.yaml:6:26: error: interrupt 29 of /timer cannot be given to a cell: it is no SPI; give an SPI: 'spi' "
         "from 0 to 987",
         "cell.yaml:6:26: error: interrupt 30 of /timer cannot be given to a cell: it is no SPI; give an SPI: 'spi' "
         "from 0 to 987",
         "cell.yaml:6:26: error: interrupt 27 of /timer cannot be given to a cell: it is no SPI; give an SPI: 'spi' "
         "from 0 to 987",
         "cell.yaml:6:26: error: interrupt 26 of /timer cannot be given to a cell: it is no SPI; give an SPI: 'spi' "
         "from 0 to 987"),
    odd("device-interrupts", "/wired@a010000",
         "cell.yaml:6:26: error: interrupts of /wired@a010000 do not go to the GIC; pass through a device whose "
         "interrupts go to the GIC"),
    odd("device-translation", "/hidden/lost@1000",
         "cell.yaml:6:26: error: the registers of /hidden/lost@1000 cannot be translated to a physical address; pass "
         "through a device that the CPU sees directly"),
    odd("device-ambiguous", "twin@a020000",
         "cell.yaml:6:26: error: the device tree row.dtb has several nodes 'twin@a020000'; give its full path"),
    add("device-neighbour", "devices: [{ passthrough: /virtio_mmio@a000000, dma: none }]",
         "cell.yaml:6:26: error: virtio_mmio@a000000 shares the pages from 0xa000000 to 0xa000fff with "
         "/virtio_mmio@a000200 of the board; pass both through, or none"),
    # ---- a cell: what runs in it ----
    boot("boot-key", "protocol: flat, image: k, kernel: k",
         "cell.yaml:5:43: error: 'kernel' has no meaning for protocol 'flat'; remove it"),
    boot("boot-key", "protocol: linux, kernel: k, image: i",
         "cell.yaml:5:44: error: 'image' has no meaning for protocol 'linux'; remove it"),
    boot("boot-missing", "protocol: linux",
         "cell.yaml:5:19: error: protocol 'linux' needs 'kernel'; give a file name"),
    boot("boot-missing", "protocol: flat",
         "cell.yaml:5:19: error: protocol 'flat' needs 'image'; give a file name"),
    boot("boot-place", "protocol: none, at: 0x80000000",
         "cell.yaml:5:29: error: 'at' is not in executable memory of the cell; give an address in an executable "
         "memory region"),
    cell("boot-place", "size: 2M", "size: 2M, flags: read",
         "cell.yaml:5:7: error: the cell has no executable memory; give an address in an executable memory region"),
    cell("boot-loadable", "size: 2M }\nboot: { protocol: none }",
         "size: 2M, loadable: false }\nboot: { protocol: flat, image: board.yaml }",
         "cell.yaml:5:7: error: memory region 'ram' is not loadable, so no image can be put there; set 'loadable: "
         "true'"),
    boot("boot-alignment", "protocol: linux, kernel: k, at: 0x40001000",
         "cell.yaml:5:41: error: a kernel cannot lie at 0x40001000, which is not aligned to 2 MiB; align it to 2M"),
    boot("boot-devicetree-room", "protocol: flat, image: k, at: 0x43fff000, devicetree: generate",
         "cell.yaml:5:63: error: memory region 'ram' has no room for a device tree of 0x10000 bytes; enlarge the "
         "region, or leave out the device tree"),
    boot("image-missing", "protocol: flat, image: nothing",
         "cell.yaml:5:32: warning: image 'nothing' is not there: No such file or directory; put it there, or say "
         "where it is with --images DIR", code=0),
    boot("image-format", "protocol: linux, kernel: gz",
         "cell.yaml:5:34: error: 'gz' is compressed with gzip: unpack it with gunzip; give an uncompressed "
         "arm64 Image"),
    boot("image-format", "protocol: linux, kernel: i",
         "cell.yaml:5:34: error: 'i' is too short to be a kernel; give an uncompressed arm64 Image"),
    boot("image-size", "protocol: flat, image: big",
         "cell.yaml:5:32: error: image 'big' needs 66560 KiB, but only 65536 KiB are free from 0x40000000 on in "
         "memory region 'ram'; give the cell more memory"),
    boot("image-place", "protocol: flat, image: k, load: [{ file: i, at: 0x80000000 }]",
         "cell.yaml:5:42: error: 'i' (0x6 bytes) does not fit in a loadable memory region at 0x80000000; choose "
         "another place or a larger region"),
    boot("image-overlap", "protocol: flat, image: k, load: [{ file: i, at: 0x40000000 }]",
         "cell.yaml:5:41: error: file 'i' (0x40000000 to 0x40000005) overlaps image 'k' (0x40000000 to 0x4000003f) "
         "in the images of the cell; move one of them",
         "cell.yaml:5:41: note: image 'k' stands here"),
    boot("guest-devicetree", "protocol: linux, kernel: k, cmdline: " + "x" * 70000,
         "cell.yaml:5:7: error: the guest's device tree cannot be made: FDT_ERR_NOSPACE; pass fewer devices through, "
         "or give a .dtb"),
    # ---- cells against each other ----
    two("cell-name-shared", CELL, OTHER.replace("other", "test"),
         "b.yaml:1:7: error: the name 'test' belongs to cell 'test' too; rename one of them",
         "a.yaml:1:7: note: the name 'test' of cell 'test'"),
    two("cpu-shared", CELL, OTHER.replace("[2]", "[2, 1]"),
         "b.yaml:2:11: error: CPU 1 belongs to cell 'test' too; give it to one of them",
         "a.yaml:2:8: note: CPU 1 of cell 'test'"),
    two("cpu-root", CELL.replace("[1]", "[0, 1]"), OTHER.replace("[2]", "[2, 3]"),
         "board.yaml:4:1: error: the cells take all 4 CPUs together; leave at least one to the root cell, or do not "
         "run these cells at one time"),
    two("memory-shared", CELL.replace("guest:", "at: 0x60000000, guest:"),
        OTHER.replace("guest:", "at: 0x60000000, guest:"),
         "b.yaml:4:5: error: ram of cell 'other' (0x60000000 to 0x601fffff) overlaps ram of cell 'test' (0x60000000 "
         "to 0x601fffff) in the machine's memory; move one of them",
         "a.yaml:4:5: note: ram of cell 'test' stands here"),
    two("interrupt-shared", CELL + "interrupts: { spi: 5 }\n", OTHER + "interrupts: { intid: 37 }\n",
         "b.yaml:6:22: error: interrupt 37 (spi 5) of 'interrupts' belongs to cell 'test' too; give it to one "
         "of them",
         "a.yaml:6:20: note: interrupt 37 (spi 5) of 'interrupts' of cell 'test'"),
    two("pool-sum", CELL.replace("size: 2M", "size: 1G"), OTHER.replace("size: 2M", "size: 1G"),
         "board.yaml:13:7: error: the cells need 2048 MiB together, but the pool has 1520 MiB; enlarge the pool, or "
         "do not run these cells at one time"),
    # ---- a cell: what its devices share, need and can do ----
    dev("device-duplicate", "[{ passthrough: serial0 }, { passthrough: /soc/serial@1000 }]",
         "cell.yaml:6:52: error: /soc/serial@1000 is passed through twice; list it once",
         "cell.yaml:6:26: note: it stands here",
         "cell.yaml:6:26: note: /soc/serial@1000 needs what stays with the root cell: clocks of /soc/cru@9000; "
         "the guest sees fixed clocks and none of the rest; root must not switch them off [device-depends]",
         "cell.yaml:6:26: warning: the device tree does not say the rate of clock 0 of /soc/serial@1000: 24 "
         "MHz is taken; give 'clock: HZ' beside it [device-clock]"),
    dev("device-controller", "[{ passthrough: gic, dma: none }]",
         "cell.yaml:6:26: error: intc@8000000 is the machine's interrupt controller; the cell gets a virtual "
         "one without being told",
         "cell.yaml:6:26: error: intc@8000000 is the machine's interrupt controller; the cell gets a virtual "
         "one without being told",
         "cell.yaml:6:26: error: memory region 'intc@8000000' (0x8000000 to 0x800ffff) overlaps the interrupt "
         "distributor (0x8000000 to 0x800ffff) in the guest's memory; move one of them [guest-overlap]",
         "cell.yaml:6:26: error: memory region 'intc@8000000' (0x80a0000 to 0x811ffff) overlaps the interrupt "
         "redistributors (0x80a0000 to 0x80bffff) in the guest's memory; move one of them [guest-overlap]"),
    dev("device-controller", "[{ passthrough: near, dma: none }]",
         "cell.yaml:6:26: error: near@8200000 reaches a frame at 0x8200000 that raises interrupts of any cell; "
         "leave it to the root cell"),
    dev("device-alias", "[{ passthrough: far, dma: none }]",
         "cell.yaml:6:26: error: the registers of far@c000001000 lie where memory from 0x80001000 on is seen "
         "again; pass through a device outside of it",
         "board.yaml:9:10: note: the alias stands here",
         base=BARE + ALIAS),
    dev("device-provider", "[{ passthrough: cru, dma: none }]",
         "cell.yaml:6:26: error: /soc/cru@9000 is needed by /cpus/cpu@0 (clocks) and 4 more, which stay with "
         "the root cell; leave it to the root cell"),
    dev("device-depends", "[{ passthrough: serial0, clock: 1843200 }]",
         "cell.yaml:6:26: note: /soc/serial@1000 needs what stays with the root cell: clocks of /soc/cru@9000; "
         "the guest sees fixed clocks and none of the rest; root must not switch them off [device-depends]",
         code=0),
    dev("device-disabled", "[{ passthrough: serial2 }]",
         "cell.yaml:6:26: note: /soc/serial@3000 is disabled in the device tree: the board does not use it, "
         "the cell will; see that clocks, power and pins are set up before the cell starts [device-disabled]",
         code=0),
    dev("device-clock", "[{ passthrough: serial1 }]",
         "cell.yaml:6:26: note: /soc/serial@2000 needs what stays with the root cell: clocks of /soc/cru@9000; "
         "the guest sees fixed clocks and none of the rest; root must not switch them off [device-depends]",
         "cell.yaml:6:26: warning: the device tree does not say the rate of clock 0 of /soc/serial@2000: 24 "
         "MHz is taken; give 'clock: HZ' beside it",
         code=0),
    dev("device-dma", "[{ passthrough: net }]",
         "cell.yaml:6:26: error: /soc/ethernet@4000 can write memory, and no IOMMU holds it; write 'dma: "
         "unprotected' beside it if the cell may reach all of the machine, 'dma: none' if the device writes no "
         "memory"),
    dev("device-dma", "[{ passthrough: disk }]",
         "cell.yaml:6:26: error: /soc/disk@5000 writes memory through /soc/iommu@a000 (stream 0x7), which the "
         "hypervisor does not drive yet; write 'dma: unprotected' beside it if the cell may reach all of the "
         "machine",
         "cell.yaml:6:26: error: /soc/disk@5000 and /soc/disk@6000, which stays with the root cell, are stream "
         "0x7 of /soc/iommu@a000; pass both through, or none [device-stream]"),
    dev("device-identity", "[{ passthrough: net, dma: unprotected }]",
         "cell.yaml:4:5: error: memory region 'ram' is not where the machine has it, but /soc/ethernet@4000 "
         "reads and writes at the machine's addresses; give it 'identity: true' and an address in the pool",
         "cell.yaml:6:26: note: unprotected DMA"),
    dev("device-stream", "[{ passthrough: disk, dma: none }]",
         "cell.yaml:6:26: error: /soc/disk@5000 and /soc/disk@6000, which stays with the root cell, are stream "
         "0x7 of /soc/iommu@a000; pass both through, or none"),
    dev("device-kind", "[{ uart: { at: 0x9000000 }, dma: none }]",
         "cell.yaml:6:11: error: 'dma' and 'clock' are for passed-through devices; remove them"),
    dev("interrupt-line", "[{ passthrough: left, dma: none }]",
         "cell.yaml:6:26: error: /soc/left@7000 shares interrupt 52 (spi 20) with /soc/right@8000, which stays "
         "with the root cell; pass both through, or disable the other in the device tree"),
    add("interrupt-owned", "interrupts: { spi: 1 }",
         "cell.yaml:6:20: warning: interrupt 33 (spi 1) is that of /pl011@9000000, which stays with the root "
         "cell; pass the device through, or choose another",
         code=0),
    dev("unsupported", "[{ passthrough: /pcie@40000000 }]",
         "cell.yaml:6:26: error: /pcie@40000000 is a PCI host: the hypervisor cannot give PCI devices to cells "
         "yet; pass through a device that is not on a PCI bus"),
    add("unsupported", "devices: [{ pci: '0000:00:02.0' }]",
         "cell.yaml:6:18: error: PCI function '0000:00:02.0': the hypervisor cannot give PCI devices to cells "
         "yet; leave it to the root cell"),
    # ---- what firmware keeps, and what is seen twice ----
    board("memory-reserved", "pool:", "reserved: { at: 0x8100_0000, size: 1M, name: firmware }\npool:",
         "board.yaml:4:11: error: reserved memory 'firmware' (0x81000000 to 0x810fffff) overlaps the pool "
         "(0x80000000 to 0x83ffffff) in the machine's memory; move one of them",
         "board.yaml:5:7: note: the pool stands here",
         base=BARE, tree=None),
    board("memory-reserved", "pool: { at: 0x8000", "pool: { at: 0x8400",
         "board.yaml:4:7: error: the pool (0x84000000 to 0x87ffffff) overlaps /reserved-memory/tee@85000000 of "
         "the device tree (0x85000000 to 0x850fffff) in the machine's memory; move one of them",
         base=BARE, tree=WIRED_TREE),
    board("memory-alias", "dram: { at: 0x8000_0000, size: 1G }",
        "dram: [{ at: 0x8000_0000, size: 1G }, { at: 0x1_8000_0000, size: 1G }]\n"
        "aliases: { every: 4G }\nreserved: { at: 0x1_8000_0000, size: 2M }",
         "board.yaml:7:11: error: reserved memory 'of the board file', through an alias (0x80000000 to "
         "0x801fffff) overlaps the pool (0x80000000 to 0x83ffffff) in the machine's memory without aliases; "
         "move one of them",
         "board.yaml:4:7: note: the pool stands here",
         base=BARE, tree=None),
    board("memory-alias", "pool: { at: 0x8000_0000, size: 64M }\ndram: { at: 0x8000_0000, size: 1G }",
        "pool: { at: 0xc0_1000_0000, size: 64M }\n"
        "dram: [{ at: 0x8000_0000, size: 1G }, { at: 0xc0_0000_0000, size: 1G }]" + ALIAS,
         "board.yaml:4:7: error: the pool, through an alias (0x90000000 to 0x93ffffff) overlaps the "
         "hypervisor's memory (0x90000000 to 0x903fffff) in the machine's memory without aliases; move one of "
         "them",
         "board.yaml:3:23: note: the hypervisor's memory stands here",
         base=BARE, tree=None),
    board("alias-form", "pool:", "aliases: { at: 0xc0_0000_0000, size: 1G }\npool:",
         "board.yaml:4:10: error: an alias is a window onto RAM, or how often RAM repeats; write { at: 0x.., "
         "size: .., of: 0x.. } or { every: SIZE }",
         base=BARE, tree=None),
    board("alias-form", "pool:", "aliases: { every: 4G, size: 1G }\npool:",
         "board.yaml:4:10: error: an alias is a window onto RAM, or how often RAM repeats; write { at: 0x.., "
         "size: .., of: 0x.. } or { every: SIZE }",
         base=BARE, tree=None),
    board("blob", "pool:", "aliases: { at: 0xc0_0000_0800, size: 1G, of: 0x8000_0000 }\npool:",
         "board.yaml:4:10: error: alias (alias.at): address or size is not aligned (0xc000000800, limit 0x1000); "
         "align it to the page or block size", base=BARE, tree=None),
    board("blob", "pool:", "aliases: { at: 0xb000_0000, size: 1G, of: 0x8000_0000 }\npool:",
         "board.yaml:4:10: error: alias (alias.of): overlaps (0x80000000 to 0xbfffffff); move one of them",
         base=BARE, tree=None),
    # ---- CPUs by the hardware's numbers, and what they share ----
    cell("cpu-unknown", "cpus: [1]", "cpus: mpidr 0x600",
         "cell.yaml:2:7: error: the board has no CPU with mpidr 0x600; see 'reg' of the device tree's CPUs"),
    cell("cpu-unknown", "cpus: [1]", "cpus: [hart 1]",
         "cell.yaml:2:8: error: the board's CPUs have no 'hart' number; write 'mpidr 1'"),
    board("cpu-unknown", "cpus:", "cores: [0-1, 4-5]\ncpus:",
         "board.yaml:6:14: error: CPU 5 is not on the board: it has 0 to 3; correct the list",
         base=BARE, tree=None),
    board("cpu-unknown", "cpus:", "clock-domains: [mpidr 1]\ncpus:",
         "board.yaml:6:17: error: 'clock-domains' groups CPUs as the board counts them; write a range such as "
         "2-3",
         base=BARE, tree=None),
    dev("cpu-core", "[]",
         "cell.yaml:2:8: error: CPU 1 is a thread of one core with CPU 0, which the cell has not; take both or "
         "none, or write 'waive: shared-core'",
         base=BARE + "cores: [0-1, 2-3]\n"),
    dev("cpu-clock", "[]",
         "cell.yaml:2:8: warning: CPU 1 runs at the clock of CPU 2, which the cell has not; take all of a "
         "clock domain, or write 'waive: shared-clock'",
         base=BARE.replace("cpus: [0, 1, 2, 3]\n", ""), code=0),
    # ---- shared memory, which is not there yet ----
    cell("region-duplicate", "size: 2M }", "size: 2M }\n  - { name: ram, guest: 0x50000000, size: 2M }",
         "cell.yaml:5:13: error: another memory region is called 'ram' too; rename one of them",
         "cell.yaml:4:5: note: it stands here"),
    two("shared-memory-size", CELL + "shared-memory: { name: ring, guest: 0x50000000, size: 1M }\n",
        OTHER + "shared-memory: { name: ring, guest: 0x50000000, size: 2M }\n",
         "a.yaml:6:16: error: the hypervisor has no shared memory yet; leave it out [unsupported]",
         "b.yaml:6:16: error: the hypervisor has no shared memory yet; leave it out [unsupported]",
         "b.yaml:6:16: error: shared memory 'ring' has 0x200000 bytes here, 0x100000 in cell 'test'; give both "
         "the same",
         "a.yaml:6:16: note: it stands here"),
    add("shared-memory-peer", "shared-memory: { name: ring, guest: 0x50000000, size: 1M }",
         "cell.yaml:6:16: error: the hypervisor has no shared memory yet; leave it out [unsupported]",
         "cell.yaml:6:16: error: shared memory 'ring' is in no cell but 'test'; give it in the other cell too, "
         "and check the files together"),
    two("device-stream", DISK, OTHER + "devices: [{ passthrough: disk2, dma: none }]\n",
         "a.yaml:6:26: error: /soc/disk@5000 and /soc/disk@6000, which stays with the root cell, are stream "
         "0x7 of /soc/iommu@a000; pass both through, or none",
         "b.yaml:6:26: error: /soc/disk@6000 and /soc/disk@5000, which stays with the root cell, are stream "
         "0x7 of /soc/iommu@a000; pass both through, or none",
         "b.yaml:6:26: error: /soc/disk@6000 of cell 'other' (0x91c00000007 to 0x91c00000007) overlaps "
         "/soc/disk@5000 of cell 'test' (0x91c00000007 to 0x91c00000007) in the stream ids of their IOMMU; "
         "move one of them",
         "a.yaml:6:26: note: /soc/disk@5000 of cell 'test' stands here",
         tree=WIRED_TREE, files={"board.yaml": BARE}),
    # ---- a user's device tree ----
    boot("devicetree-unreadable", "protocol: linux, kernel: k, devicetree: board.yaml",
         "cell.yaml:5:49: error: board.yaml is not a device tree blob; compile it with dtc"),
    boot("guest-devicetree-device", "protocol: linux, kernel: k, devicetree: board.dtb",
         "cell.yaml:5:49: warning: the device tree has /fw-cfg@9020000 at 0x9020000 and 40 more, where the "
         "cell has nothing; give it to the cell, or disable it in the device tree",
         code=0),
    # ---- what only the blob's own check sees ----
    board("blob", "gicd: { at: 0x800_0000", "gicd: { at: 0x8100_0000",
         "board.yaml:7:6: error: interrupt controller (gic.gicd.base): overlaps (0x81000000 to 0x8100ffff); move one "
         "of them", base=BARE, tree=None),
    board("blob", "gicr: { at: 0x80a_0000, size: 512K }", "gicr: { at: 0x80a_0000, size: 128K }",
         "board.yaml:7:6: error: interrupt controller (gic.gicr.size): size is wrong (0x20000, limit 0x80000); "
         "compile the configuration again", base=BARE, tree=None),
    # ---- PCI functions ----
    pci("pci-address", "[{ pci: '3.0' }]",
         "cell.yaml:6:18: error: '3.0' is no PCI function; write '0000:00:03.0', as 'lspci -D' does"),
    pci("pci-address", "[{ pci: '00:20.0' }]",
         "cell.yaml:6:18: error: '00:20.0' is no PCI function; write '0000:00:03.0', as 'lspci -D' does"),
    pc("pci-unknown", "", "devices: [{ pci: '00:03.0' }]",
         "cell.yaml:6:18: error: where PCI function '00:03.0' has its registers is not known without the machine; "
         "add 'acpi: live' to the board file"),
    pci("pci-unknown", "[{ pci: '00:04.0', dma: unprotected }]",
         "cell.yaml:6:18: error: the machine has no PCI function '00:04.0'; see 'lspci'"),
    pci("pci-unknown", "[{ pci: '0000:00:1f.0', dma: unprotected }]",
         "cell.yaml:6:18: error: PCI function '0000:00:1f.0' is a bridge, which others need, too; pass through what "
         "is behind it"),
    pci("device-duplicate", "[{ pci: '00:03.0', dma: unprotected }, { pci: '0000:00:03.0', dma: unprotected }]",
         "cell.yaml:6:56: error: PCI function '0000:00:03.0' is listed twice; list it once"),
    pci("device-dma", "[{ pci: '00:03.0', dma: none }]",
         "cell.yaml:6:34: error: PCI function 0000:00:03.0 can write memory, whatever it is meant for; leave 'dma' "
         "out, or write 'dma: unprotected'"),
    pci("device-dma", "[{ pci: '00:03.0' }]",
         "cell.yaml:6:18: error: no IOMMU of the machine keeps PCI function 0000:00:03.0 from memory of others; switch "
         "the IOMMU on in the firmware; or write 'dma: unprotected' beside it if the cell may reach all of the "
         "machine"),
    pci("device-identity", "[{ pci: '00:03.0', dma: unprotected }]",
         "cell.yaml:4:5: error: memory region 'ram' is not where the machine has it, but PCI function 0000:00:03.0 "
         "reads and writes at the machine's addresses; give it 'identity: true' and an address in the pool",
         "cell.yaml:6:18: note: unprotected DMA", memory="guest: 0x0, size: 16M"),
    pci("device-neighbour", "[{ pci: '00:05.0', dma: unprotected }]",
         "cell.yaml:6:18: error: PCI function 0000:00:05.0 shares the page at 0xfe004000 with 0000:00:06.0, which "
         "stays with the root cell; pass both through, or let Linux place them apart "
         "('pci=resource_alignment=')"),
    pc("pci-window", "", "pci-config: 0xe000_0000",
         "cell.yaml:6:13: error: a cell without PCI functions has no configuration space; remove it"),
    pci("pci-window", "[{ pci: '00:03.0', dma: unprotected }]\npci-config: 0xe008_0000",
         "cell.yaml:7:13: error: 0xe0080000 is not the start of a bus; align it to 1M"),
    pci("pci-window", "[{ pci: '00:03.0', dma: unprotected }]\npci-config: 0x1_0000_0000",
         "cell.yaml:7:13: error: bus 0 at 0x100000000 would not end below 4 GiB; use at most 0xfff00000"),
    pci("guest-overlap", "[{ pci: '00:03.0', dma: unprotected }]\npci-config: 0xfe00_0000",
         "cell.yaml:7:13: error: PCI configuration space (0xfe000000 to 0xfe0fffff) overlaps memory region "
         "'00:03.0-0' (0xfe000000 to 0xfe003fff) in the guest's memory; move one of them",
         "cell.yaml:6:18: note: memory region '00:03.0-0' stands here"),
    two("pci-shared", PC_CELL.replace("guest: 0x0", "identity: true, at: 0x2000_0000") +
        "devices: [{ pci: '00:03.0', bars: listed, dma: unprotected }]\n",
        PC_CELL.replace("test", "other").replace("[1]", "[2]")
        .replace("guest: 0x0", "identity: true, at: 0x2100_0000") +
        "devices: [{ pci: '0000:00:03.0', bars: listed, dma: unprotected }]\n",
         "b.yaml:6:18: error: PCI function 0000:00:03.0 belongs to cell 'test' too; give it to one of them",
         "a.yaml:6:18: note: PCI function 0000:00:03.0 of cell 'test'", tree=None, files={"board.yaml": PC}),
    pc("device-kind", "", "devices: [{ hpet: {}, bars: listed }]",
         "cell.yaml:6:11: error: 'bars' is for PCI functions; remove it"),
    two("interrupt-shared", PC_CELL + "interrupts: { gsi: 5 }\n",
        PC_CELL.replace("test", "other").replace("[1]", "[2]") + "interrupts: { gsi: 5 }\n",
         "b.yaml:6:20: error: interrupt 5 of 'interrupts' belongs to cell 'test' too; give it to one of them",
         "a.yaml:6:20: note: interrupt 5 of 'interrupts' of cell 'test'", tree=None, files={"board.yaml": PC}),
    # ---- a PC: ACPI, I/O ports, low memory ----
    pc_board("acpi-unreadable", PC_ACPI, None,
         "board.yaml:8:7: error: cannot read machine/sys/firmware/acpi/tables/APIC: No such file or "
         "directory; run this as root, or give a folder with the tables"),
    pc_board("acpi-unreadable", PC_ACPI, MADT[:-1],
         "board.yaml:8:7: error: the ACPI table machine/sys/firmware/acpi/tables/APIC is shorter than its "
         "header says; give 'dram', 'cpus' and 'x86' in the board file"),
    pc_board("acpi-unreadable", PC_ACPI, MADT[:-1] + b"\1",
         "board.yaml:8:7: error: the ACPI table machine/sys/firmware/acpi/tables/APIC has a wrong "
         "checksum; give 'dram', 'cpus' and 'x86' in the board file"),
    pc_board("acpi-incomplete", PC_ACPI, MADT,
         "board.yaml:8:7: error: the MADT of machine names no I/O APIC; give 'x86' in the board file"),
    pc_board("board-machine", PC_ACPI.replace("unknown unknown", "Acme One"), MADT,
         "board.yaml:3:13: error: the file is for another machine: machine is a 'unknown unknown'; use "
         "the board file of that machine"),
    pc_board("board-source", PC_ACPI.replace("acpi: machine", ""), None,
         "board.yaml:1:1: error: neither 'acpi' nor 'x86' is given; add 'acpi: live', or give them here"),
    pc("device-place", "", "devices: [{ uart: { gsi: 4 } }]",
         "cell.yaml:6:19: error: the UART has no address; give 'port' of a 16550, or 'at'",
         "cell.yaml:6:19: error: virtual uart@0 (0x0 to 0xfff) overlaps memory region 'ram' (0x0 to "
         "0xffffff) in the guest's memory; move one of them [guest-overlap]",
         "cell.yaml:4:5: note: memory region 'ram' stands here"),
    pc("device-place", "", "devices: [{ uart: { type: pl011, port: 0x3f8 } }]",
         "cell.yaml:6:19: error: this UART cannot be at I/O port 0x3f8; give 'port' of a 16550, or 'at'",
         "cell.yaml:6:19: error: virtual uart@3f8 (0x3f8 to 0x3ff) overlaps memory region 'ram' (0x0 to "
         "0xffffff) in the guest's memory; move one of them [guest-overlap]",
         "cell.yaml:4:5: note: memory region 'ram' stands here"),
    add("device-place", "devices: [{ uart: { type: 16550, port: 0x3f8 } }]",
         "cell.yaml:6:19: error: this UART cannot be at I/O port 0x3f8; give 'at'"),
    pc("port-range", "", "devices: [{ ports: { first: 0x604 }, dma: none }]",
         "cell.yaml:6:20: error: ports 0x604 to 0x604 contain the power management control register; "
         "leave them to the root cell"),
    pc("port-range", "", "devices: [{ ports: { first: 0xcf0, count: 16 }, dma: none }]",
         "cell.yaml:6:20: error: ports 0xcf0 to 0xcff contain PCI configuration space; leave them to the "
         "root cell"),
    pc("port-range", "", "devices: [{ ports: { first: 0xfff8, count: 9 }, dma: none }]",
         "cell.yaml:6:20: error: ports 0xfff8 to 0x10000 are beyond the last I/O port; ports end at 0xffff"),
    pc("port-range", "", "devices: [{ pm-timer: { port: 65534 } }]",
         "cell.yaml:6:23: error: pm-timer@fffe is beyond the last I/O port; ports end at 0xffff"),
    pc("port-overlap", "", "devices: [{ uart: { port: 0x3f8 } }, { ports: { first: 0x3ff, name: disk }, dma: none }]",
         "cell.yaml:6:47: error: ports 0x3ff to 0x3ff of disk (0x3ff to 0x3ff) overlaps virtual uart@3f8 "
         "(0x3f8 to 0x3ff) in the guest's I/O ports; move one of them",
         "cell.yaml:6:19: note: virtual uart@3f8 stands here"),
    two("port-shared", PC_CELL + "devices: [{ ports: { first: 0x2f8, count: 8 }, dma: none }]\n",
        PC_CELL.replace("test", "other").replace("[1]", "[2]") +
        "devices: [{ ports: { first: 0x2ff, count: 2 }, dma: none }]\n",
         "b.yaml:6:20: error: ports 0x2ff to 0x300 of cell 'other' (0x2ff to 0x300) overlaps ports 0x2f8 "
         "to 0x2ff of cell 'test' (0x2f8 to 0x2ff) in the machine's I/O ports; move one of them",
         "a.yaml:6:20: note: ports 0x2f8 to 0x2ff of cell 'test' stands here", tree=None, files={"board.yaml": PC}),
    pc("device-dma", "", "devices: [{ ports: { first: 0x2f8 } }]",
         "cell.yaml:6:20: error: whether the device of ports 0x2f8 to 0x2f8 writes memory is not known; "
         "write 'dma: none' if it does not, else 'dma: unprotected'"),
    pc("device-kind", "", "devices: [{ hpet: {}, uart: { port: 0x3f8 } }]",
         "cell.yaml:6:11: error: a device is one thing, not several; give one of 'passthrough', 'uart', "
         "'registers' and 'pci'"),
    add("device-kind", "devices: [{ hpet: {} }]",
         "cell.yaml:6:11: error: a cell on aarch64 has no such device; leave it out"),
    pc("page-alignment", "", "devices: [{ hpet: { at: 0xfed0_0400 } }]",
         "cell.yaml:6:19: error: 0xfed00400 is not the start of a page; align it to 4K"),
    pc("controller-version", "", "interrupts: gicv3",
         "cell.yaml:6:13: error: a cell on x86-64 sees an I/O APIC or none, not 'gicv3'; write "
         "'interrupts: auto'"),
    add("controller-version", "interrupts: ioapic",
         "cell.yaml:6:13: error: a cell on AArch64 sees a GIC, not 'ioapic'; write 'interrupts: auto'"),
    pc("guest-overlap", "guest: 0x0", "guest: 0xfe00_0000",
         "cell.yaml:4:5: error: memory region 'ram' (0xfe000000 to 0xfeffffff) overlaps the local APIC "
         "(0xfee00000 to 0xfeefffff) in the guest's memory; move one of them",
         "cell.yaml:4:5: error: memory region 'ram' (0xfe000000 to 0xfeffffff) overlaps the I/O APIC "
         "(0xfec00000 to 0xfec00fff) in the guest's memory; move one of them"),
    pc("interrupt-range", "", "devices: [{ uart: { port: 0x3f8, gsi: 0 } }]",
         "cell.yaml:6:39: error: '0' is no pin of an I/O APIC; give a pin of an I/O APIC: 'gsi' from 1"),
    pc("boot-low-memory", "guest: 0x0, size: 16M }\nboot: { protocol: none }",
       "guest: 0x40_0000, size: 16M }\nboot: { protocol: multiboot, image: i }",
         "cell.yaml:4:5: error: multiboot needs RAM from guest address 0 on, and memory region 'ram' is "
         "not that; give the region 'guest: 0x0' and 4M or more", files={"i": b"x"}),
    pc("boot-low-memory", "guest: 0x0, size: 16M }\nboot: { protocol: none }",
       "guest: 0x40_0000, size: 64M }\nboot: { protocol: flat, image: i, acpi: generate }",
         "cell.yaml:4:5: error: ACPI needs RAM from guest address 0 on, and memory region 'ram' is not "
         "that; give the region 'guest: 0x0' and 4M or more", files={"i": b"x"}),
    pc("boot-key", "protocol: none", "protocol: linux, kernel: k, devicetree: generate, at: 0x80_0000",
         "cell.yaml:5:49: error: 'devicetree' has no meaning on x86_64; remove it",
       files={"k": 3 << 20}),
    boot("boot-key", "protocol: flat, image: i, mode: long",
         "cell.yaml:5:41: error: 'mode' has no meaning on aarch64; remove it"),
    boot("boot-key", "protocol: multiboot, image: i",
         "cell.yaml:5:19: error: 'multiboot' has no meaning on aarch64; choose 'flat' or 'linux'"),
    pc("image-format", "protocol: none", "protocol: linux, kernel: k, at: 0x80_0000",
         "cell.yaml:5:34: error: 'k' is not a bzImage; give a bzImage such as /boot/vmlinuz", files={"k": 1 << 20}),
    pc("image-format", "protocol: none", "protocol: multiboot, image: i",
         "cell.yaml:5:37: error: 'i' has no multiboot header in its first 8 KiB; give an ELF file, or a "
         "binary with a multiboot header that says where it lies", files={"i": b"\0" * 9000}),
]
