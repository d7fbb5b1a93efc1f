# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong on purpose: each mutant is refused with its code and the name of its field."""
import copy
import re
import struct

import blob as b
import pytest
from conftest import TOP

TOP64 = (1 << 64) - 1
MB2 = 1 << 21

# Numbers of the errors, from the header itself.
CODES = {name: int(number) for name, number in
         re.findall(r"X\((\w+), (\d+), \"[^\"]*\", \"[^\"]*\"\)", (TOP / "include/bulkhead/errors.h").read_text())}


@pytest.fixture(scope="module")
def board(shipped):
    return b.parse(shipped[3, "board"][0])


@pytest.fixture(scope="module")
def board2(shipped):
    return b.parse(shipped[2, "board"][0])


@pytest.fixture(scope="module")
def cell(shipped):
    """The Linux cell, with one of everything added: pinned memory, a device, an interrupt."""
    base = b.parse(shipped[3, "linux-aarch64-qemu-smp2"][0])
    base["comm_page"] = 0x50000000
    base["memory"].append({"gpa": 0x80000000, "hpa": 0x60000000, "size": 2 * MB2, "flags": 23, "reserved": 0,
                           "name": b"pinned".ljust(16, b"\0")})
    base["memory"].append({"gpa": 0x9040000, "hpa": 0x9040000, "size": 0x1000, "flags": 11, "reserved": 0,
                           "name": b"uart".ljust(16, b"\0")})
    base["irqs"].append({"intid": 40, "reserved": 0})
    return base


def test_base_is_right(checker, board, cell):
    assert checker.check(b.build(cell), b.build(board))[0] == 0


SYSTEM_FIELDS = [
    # field, value, code, name of the field
    ("magic", 0, "MAGIC", "magic"),
    ("major", 1, "VERSION", "major"),
    ("major", 3, "VERSION", "major"),
    ("major", 0, "VERSION", "major"),
    ("minor", 1, "VERSION", "minor"),
    ("arch", 2, "ARCH", "arch"),
    ("kind", 7, "RANGE", "kind"),
    ("kind", b.CELL, "RANGE", "kind"),
    ("reserved", 1, "RESERVED", "reserved"),
    ("board", b"", "NAME", "board"),
    ("board", b"a b", "NAME", "board"),
    ("board", b"x" * 32, "NAME", "board"),
    ("board", b"x\0y", "NAME", "board"),
    ("board", b"\xc3\xa4", "NAME", "board"),
    ("compatible", b"", "NAME", "compatible"),
    ("compatible", b"y" * 64, "NAME", "compatible"),
    ("compatible", b"a\x1bb", "NAME", "compatible"),
    ("hv_base", 0xBF100000, "ALIGN", "hv_memory.base"),
    ("hv_base", 0x60000000, "OVERLAP", "pool.base"),
    ("hv_base", 0x20000000, "RANGE", "hv_memory.base"),
    ("hv_base", TOP64 - MB2 + 1, "WRAP", "hv_memory.base"),
    ("hv_size", 0, "RANGE", "hv_memory.base"),
    ("hv_size", 0x1000, "ALIGN", "hv_memory.base"),
    ("hv_size", 0x2000000, "RANGE", "hv_memory.base"),
    ("event_irq", 31, "IRQ", "event_irq"),
    ("event_irq", 1020, "IRQ", "event_irq"),
    ("event_irq", 0xFFFFFFFF, "IRQ", "event_irq"),
    ("on_reset", 2, "RANGE", "on_reset"),
    ("log_level", 4, "RANGE", "log_level"),
    ("timeout_ms", 999, "RANGE", "timeout_ms"),
    ("timeout_ms", 600001, "RANGE", "timeout_ms"),
    ("uart_base", 0x9000000, "RANGE", "debug_uart.base"),
    ("uart_type", 1, "RANGE", "debug_uart_type"),
    ("uart_type", 3, "RANGE", "debug_uart_type"),
    ("reserved1", 1, "RESERVED", "reserved"),
    ("gic_version", 0, "RANGE", "gic.version"),
    ("gic_version", 4, "RANGE", "gic.version"),
    ("gic_version", 2, "RESERVED", "gic.gicr.base"),
    ("maintenance_irq", 15, "IRQ", "gic.maintenance_irq"),
    ("maintenance_irq", 32, "IRQ", "gic.maintenance_irq"),
    ("gicd_base", 0x8001000, "ALIGN", "gic.gicd.base"),
    ("gicd_base", 0x80A0000, "OVERLAP", "gic.gicr.base"),
    ("gicd_base", 0x40000000, "OVERLAP", "gic.gicd.base"),
    ("gicd_size", 0, "RANGE", "gic.gicd.base"),
    ("gicd_size", 0x1000, "SIZE", "gic.gicd.size"),
    ("gicr_size", 0x60000, "SIZE", "gic.gicr.size"),
    ("gicr_size", TOP64 & ~0xFFF, "WRAP", "gic.gicr.base"),
    ("gicc_base", 0x8010000, "RANGE", "gic.gicc.base"),
    ("its_size", 0x1000, "SIZE", "gic.its.size"),
    ("dram", [], "RANGE", "dram.count"),
    ("dram", [{"base": 0x40000000, "size": 0}], "RANGE", "dram.base"),
    ("dram", [{"base": 0x40000800, "size": 0x80000000}], "ALIGN", "dram.base"),
    ("dram", [{"base": TOP64 & ~0xFFF, "size": 0x2000}], "WRAP", "dram.base"),
    ("dram", [{"base": 1 << 48, "size": 0x2000}], "RANGE", "dram.base"),
    ("dram", [{"base": 0x40000000, "size": 0x80000000}] * 2, "OVERLAP", "dram.base"),
    ("dram", [{"base": 0x100000000 + i * 0x1000, "size": 0x1000} for i in range(65)], "TOO_MANY", "dram.count"),
    ("pool", [{"base": 0x60000000, "size": MB2}] * 2, "OVERLAP", "pool.base"),
    ("pool", [{"base": 0x60000000, "size": 0}], "RANGE", "pool.base"),
    ("pool", [{"base": 0xBEE00000, "size": 2 * MB2}], "OVERLAP", "pool.base"),
    ("pool", [{"base": 0x3FE00000, "size": 2 * MB2}], "RANGE", "pool.base"),
    ("pool", [{"base": 0x60001000, "size": MB2}], "ALIGN", "pool.base"),
    ("cpus", [], "RANGE", "cpus.count"),
    ("cpus", [{"hwid": 0}, {"hwid": 1}, {"hwid": 0}], "DUPLICATE", "cpu.hwid"),
    ("cpus", [{"hwid": 1 << 31}], "RANGE", "cpu.hwid"),
    ("cpus", [{"hwid": i} for i in range(1025)], "TOO_MANY", "cpus.count"),
    ("firmware", [{"base": 0xBF000000, "size": 1}], "OVERLAP", "hv_memory.base"),
    ("firmware", [{"base": 0x60000000, "size": 1}], "OVERLAP", "pool.base"),
    ("firmware", [{"base": 0x1000, "size": 0}], "RANGE", "firmware.base"),
    ("firmware", [{"base": 0x1000, "size": 1}] * 65, "TOO_MANY", "firmware.count"),
    ("aliases", [{"at": 0xC000000000, "size": 0x1000, "of": 0x800, "every": 0}], "ALIGN", "alias.of"),
    ("aliases", [{"at": 0x40000000, "size": 0x1000, "of": 0xF0000000, "every": 0}], "OVERLAP", "alias.at"),
    ("aliases", [{"at": 0, "size": 0, "of": 0, "every": 0x80000000}], "RANGE", "dram.base"),
    ("aliases", [{"at": 0xC000000000, "size": 0, "of": 0, "every": 1 << 40}], "RESERVED", "alias.at"),
    ("aliases", [{"at": 0, "size": 0, "of": 0, "every": 1 << 40}] * 9, "TOO_MANY", "aliases.count"),
]

CELL_FIELDS = [
    ("name", b"", "NAME", "name"),
    ("name", b"a/b", "NAME", "name"),
    ("name", b"root", "EXISTS", "name"),
    ("flags", 1, "RANGE", "flags"),
    ("console", 1, "RANGE", "console"),
    ("entry", 0x3FFFFFFC, "NO_ENTRY", "entry"),
    ("entry", 0x50000000, "NO_ENTRY", "entry"),
    ("entry", 0x9040000, "NO_ENTRY", "entry"),
    ("entry", 0x40000002, "ALIGN", "entry"),
    ("entry", 1 << 48, "RANGE", "entry"),
    ("boot_arg", 0x50000000, "RANGE", "boot_arg"),
    ("comm_page", 0x50000800, "ALIGN", "comm_page"),
    ("comm_page", 0x40000000, "OVERLAP", "comm_page"),
    ("comm_page", 0x9000000, "OVERLAP", "comm_page"),
    ("watchdog_ms", 86400001, "RANGE", "watchdog_ms"),
    ("stop_ms", 600001, "RANGE", "stop_ms"),
    ("gic_version", 2, "RANGE", "gic.version"),
    ("gic_reserved", 1, "RESERVED", "gic.reserved"),
    ("gicd", 0x8001000, "ALIGN", "gic.gicd"),
    ("gicd", 0x40000000, "OVERLAP", "gic.gicd"),
    ("gicr", 0x8000000, "OVERLAP", "gic.gicr"),
    ("gicr", (1 << 48) - 0x10000, "RANGE", "gic.gicr"),
    ("gicc", 0x8010000, "RESERVED", "gic.gicc"),
    ("cpus", [], "RANGE", "cpus.count"),
    ("cpus", [{"hwid": 9}], "CPU_UNKNOWN", "cpu.hwid"),
    ("cpus", [{"hwid": 2}, {"hwid": 2}], "DUPLICATE", "cpu.hwid"),
    ("memory", [], "RANGE", "memory.count"),
    ("irqs", [{"intid": 31, "reserved": 0}], "IRQ", "irq.intid"),
    ("irqs", [{"intid": 1020, "reserved": 0}], "IRQ", "irq.intid"),
    ("irqs", [{"intid": 232, "reserved": 0}], "IRQ", "irq.intid"),
    ("irqs", [{"intid": 40, "reserved": 1}], "RESERVED", "irq.reserved"),
    ("irqs", [{"intid": 40, "reserved": 0}] * 2, "DUPLICATE", "irq.intid"),
    ("irqs", [{"intid": 33, "reserved": 0}], "DUPLICATE", "device.irq"),
    ("irqs", [{"intid": 32 + i % 900, "reserved": 0} for i in range(1025)], "TOO_MANY", "irqs.count"),
]

# Changes of one element: array, its index, changes, code, name of the field
ELEMENTS = [
    ("memory", 0, {"gpa": 0x40100000}, "ALIGN", "memory.gpa"),
    ("memory", 0, {"hpa": 0x70000000}, "RESERVED", "memory.hpa"),
    ("memory", 0, {"size": 0}, "RANGE", "memory.size"),
    ("memory", 0, {"size": TOP64 & ~(MB2 - 1)}, "RANGE", "memory.size"),
    ("memory", 0, {"gpa": (1 << 48) - MB2}, "RANGE", "memory.gpa"),
    ("memory", 0, {"gpa": TOP64 - MB2 + 1}, "RANGE", "memory.gpa"),
    ("memory", 0, {"flags": 0x40}, "RANGE", "memory.flags"),
    ("memory", 0, {"flags": 6 | b.AUTO}, "RANGE", "memory.flags"),
    ("memory", 0, {"flags": 3 | b.AUTO}, "NO_ENTRY", "entry"),
    ("memory", 0, {"reserved": 1}, "RESERVED", "memory.reserved"),
    ("memory", 0, {"name": b""}, "NAME", "memory.name"),
    ("memory", 0, {"name": b"n" * 16}, "NAME", "memory.name"),
    ("memory", 1, {"gpa": 0x40000000}, "OVERLAP", "memory.gpa"),
    ("memory", 1, {"gpa": 0x4FE00000}, "OVERLAP", "memory.gpa"),
    ("memory", 1, {"hpa": 0xBF000000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 1, {"hpa": 0xBEE00000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 1, {"hpa": 0x5FE00000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 1, {"hpa": 0x60001000}, "ALIGN", "memory.hpa"),
    ("memory", 1, {"size": 0x201000}, "ALIGN", "memory.gpa"),
    ("memory", 2, {"hpa": 0x40000000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"hpa": 0xBF000000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"hpa": 0x8000000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"hpa": 0x8090000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"hpa": 0x8FFF000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"hpa": 0x3FFFF000, "size": 0x2000}, "NOT_OWNED", "memory.hpa"),
    ("memory", 2, {"flags": 15}, "RANGE", "memory.flags"),
    ("memory", 2, {"flags": 27}, "RANGE", "memory.flags"),
    ("memory", 2, {"flags": 43}, "RANGE", "memory.flags"),
    ("memory", 2, {"size": 0x800}, "ALIGN", "memory.gpa"),
    ("memory", 2, {"gpa": 0x9000000}, "OVERLAP", "device.gpa"),
    ("devices", 0, {"type": 0}, "RANGE", "device.type"),
    ("devices", 0, {"type": 3}, "RANGE", "device.type"),
    ("devices", 0, {"irq": 16}, "IRQ", "device.irq"),
    ("devices", 0, {"irq": 40}, "DUPLICATE", "device.irq"),
    ("devices", 0, {"gpa": 0x9000004}, "ALIGN", "device.gpa"),
    ("devices", 0, {"gpa": 0x8000000}, "OVERLAP", "gic.gicd"),
    ("devices", 0, {"gpa": TOP64 & ~0xFFF}, "RANGE", "device.gpa"),
    ("devices", 0, {"size": 0x2000}, "RANGE", "device.size"),
    ("devices", 0, {"reserved": 1}, "RESERVED", "device.reserved"),
]


def refused(checker, data, system, code, name):
    found, field, error = checker.check(data, system)
    assert (found, field) == (CODES[code], name), (error.low, error.high)


@pytest.mark.parametrize("field, value, code, name", SYSTEM_FIELDS)
def test_system_mutant(checker, board, field, value, code, name):
    if field in ("magic", "kind"):
        data = bytearray(b.build(board))
        struct.pack_into("<Q" if field == "magic" else "<H", data, b.BODIES[b.SYSTEM].offset(field), value)
        refused(checker, b.seal(data), None, code, name)
    else:
        refused(checker, b.build({**board, field: value}), None, code, name)


@pytest.mark.parametrize("field, value, code, name", CELL_FIELDS)
def test_cell_mutant(checker, board, cell, field, value, code, name):
    refused(checker, b.build({**cell, field: value}), b.build(board), code, name)


@pytest.mark.parametrize("array, index, changes, code, name", ELEMENTS)
def test_element_mutant(checker, board, cell, array, index, changes, code, name):
    changed = copy.deepcopy(cell)
    changed[array][index].update(changes)
    refused(checker, b.build(changed), b.build(board), code, name)


@pytest.mark.parametrize("gic", [2, 3])
@pytest.mark.parametrize("missing", ["gicd", "gicr", "gicc", "gich", "gicv"])
def test_missing_gic_window(checker, board, board2, gic, missing):
    base = board2 if gic == 2 else board
    code = checker.check(b.build({**base, f"{missing}_base": 0, f"{missing}_size": 0}))[0]
    needed = missing == "gicd" or (missing == "gicr") == (gic == 3)
    assert (code != 0) == needed


def test_counts_and_offsets_of_arrays(checker, board, cell):
    """Every descriptor with counts and offsets that lead outside, and with wraps of 32 bits."""
    system = b.build({**board, "firmware": [{"base": 0x1000, "size": 1}],
                      "aliases": [{"at": 0, "size": 0, "of": 0, "every": 1 << 40}]})
    for kind, good, against in ((b.SYSTEM, system, None), (b.CELL, b.build(cell), system)):
        for name, element in b.ELEMENTS[kind].items():
            at = b.BODIES[kind].offset(f"{name}_offset")
            offset, count = struct.unpack_from("<II", good, at)
            size = element.form.size
            for wrong in (0xFFFFFFFF, 0x80000000, count + 1, (1 << 32) // size, (1 << 32) // size + 1, 1 << 16):
                data = bytearray(good)
                struct.pack_into("<I", data, at + 4, wrong)
                code, field, _ = checker.check(b.seal(data), against)
                assert code and field, (name, wrong)
            for wrong in (0, 8, offset - 8, offset + 8, offset + 1, len(good), 0xFFFFFFF8, 0xFFFFFFFF):
                data = bytearray(good)
                struct.pack_into("<I", data, at, wrong)
                code, field, _ = checker.check(b.seal(data), against)
                assert code and field == f"{name}.offset", (name, wrong)


def test_every_length(checker, board, cell):
    """Cut at every byte, and with bytes behind: the size in the header rules."""
    system = b.build(board)
    for good, against in ((system, None), (b.build(cell), system)):
        for length in range(len(good)):
            assert checker.check(good[:length], against)[0] != 0
            if length >= 24:
                data = bytearray(good[:length])
                struct.pack_into("<I", data, 16, length)
                assert checker.check(b.seal(data), against)[0] != 0
        assert checker.check(good + b"\xff" * 100, against)[0] == 0
        longer = bytearray(good + bytes(8))
        struct.pack_into("<I", longer, 16, len(longer))
        assert checker.check(b.seal(longer), against)[:2] == (CODES["SIZE"], "size")


def test_size_limit(checker, board):
    data = bytearray(b.build(board)).ljust(0x10008, b"\0")
    struct.pack_into("<I", data, 16, len(data))
    assert checker.check(b.seal(data))[:2] == (CODES["SIZE"], "size")


def test_largest_blobs_are_accepted(checker, board, cell):
    """As many as the check allows of everything."""
    system = {**board, "cpus": [{"hwid": i >> 4 << 8 | i & 15} for i in range(1024)], "gicr_base": 0x100000000,
              "gicr_size": 1024 * 0x20000, "dram": board["dram"] +
              [{"base": 0x200000000 + i * 0x10000000, "size": 0x8000000} for i in range(63)]}
    assert checker.check(b.build(system))[0] == 0
    many = {**cell, "cpus": system["cpus"], "gicr": 0x100000000,
            "memory": cell["memory"] + [{**cell["memory"][0], "gpa": 0x200000000 + i * MB2, "size": MB2}
                                        for i in range(61)],
            "irqs": [{"intid": i, "reserved": 0} for i in range(64, 1020) if i != 232],
            "devices": [{**cell["devices"][0], "gpa": 0xA000000 + i * 4096, "irq": 33 + i} for i in range(16)]}
    assert checker.check(b.build(many), b.build(system))[0] == 0


def test_watchdog_needs_a_heartbeat(checker, board, cell):
    data = b.build({**cell, "comm_page": 0, "watchdog_ms": 1000})
    refused(checker, data, b.build(board), "RANGE", "watchdog_ms")


def test_gicv2_cell_on_gicv2_board(checker, board2, shipped):
    cell2 = b.parse(shipped[2, "linux-aarch64-qemu-smp2"][0])
    system = b.build(board2)
    assert checker.check(b.build(cell2), system)[0] == 0
    refused(checker, b.build({**cell2, "gicr": 0x80A0000}), system, "RESERVED", "gic.gicr")
    refused(checker, b.build({**cell2, "gicc": 0x8000000}), system, "OVERLAP", "gic.gicc")
    refused(checker, shipped[3, "linux-aarch64-qemu-smp2"][0], system, "RANGE", "gic.version")


def test_gicv2_serves_eight_cpus(checker, board2):
    cpus = [{"hwid": i} for i in range(9)]
    assert checker.check(b.build({**board2, "cpus": cpus[:8]}))[0] == 0
    refused(checker, b.build({**board2, "cpus": cpus}), None, "TOO_MANY", "cpus.count")


def test_other_architectures_have_no_gic(checker, board):
    fake = {**board, "arch": 0}
    assert checker.check(b.build(fake), arch=0)[:2] == (CODES["RESERVED"], "gic.version")
    for name in [n for n in fake if n.startswith("gic") or n.startswith("its") or n == "maintenance_irq"]:
        fake[name] = 0
    assert checker.check(b.build(fake), arch=0)[0] == 0


def test_codes_were_read():
    assert CODES["OVERLAP"] == 14 and len(CODES) > 30
