# SPDX-License-Identifier: GPL-2.0-or-later
"""The blob's layout once more, written from include/bulkhead/config.h and not from the C code that uses it."""
import struct
import zlib

MAGIC = 0x4746434B4C5542
SYSTEM, CELL = 1, 2
AARCH64 = 1
READ, WRITE, EXEC, DEVICE, LOADABLE, AUTO = 1, 2, 4, 8, 16, 32
NO_CONSOLE = 0xFFFFFFFF

HEADER = [("magic", "Q"), ("major", "H"), ("minor", "H"), ("arch", "H"), ("kind", "H"), ("size", "I"), ("crc", "I"),
          ("reserved", "Q")]
GIC_WINDOWS = ["gicd", "gicr", "gicc", "gich", "gicv", "its"]
SYSTEM_BODY = HEADER + [
    ("board", "32s"), ("compatible", "64s"), ("hv_base", "Q"), ("hv_size", "Q"), ("event_irq", "I"),
    ("on_reset", "I"), ("log_level", "I"), ("timeout_ms", "I"), ("uart_base", "Q"), ("uart_size", "Q"),
    ("uart_type", "I"), ("reserved1", "I"), ("gic_version", "I"), ("maintenance_irq", "I"),
    *[(f"{w}_{part}", "Q") for w in GIC_WINDOWS for part in ("base", "size")],
    ("dram_offset", "I"), ("dram_count", "I"), ("pool_offset", "I"), ("pool_count", "I"),
    ("cpus_offset", "I"), ("cpus_count", "I"), ("firmware_offset", "I"), ("firmware_count", "I"),
    ("aliases_offset", "I"), ("aliases_count", "I")]
CELL_BODY = HEADER + [
    ("name", "32s"), ("flags", "I"), ("console", "I"), ("entry", "Q"), ("boot_arg", "Q"), ("comm_page", "Q"),
    ("watchdog_ms", "I"), ("stop_ms", "I"), ("gic_version", "I"), ("gic_reserved", "I"), ("gicd", "Q"),
    ("gicr", "Q"), ("gicc", "Q"),
    ("cpus_offset", "I"), ("cpus_count", "I"), ("memory_offset", "I"), ("memory_count", "I"),
    ("irqs_offset", "I"), ("irqs_count", "I"), ("devices_offset", "I"), ("devices_count", "I")]
RANGE = [("base", "Q"), ("size", "Q")]
ALIAS = [("at", "Q"), ("size", "Q"), ("of", "Q"), ("every", "Q")]
CPU = [("hwid", "Q")]
MEMORY = [("gpa", "Q"), ("hpa", "Q"), ("size", "Q"), ("flags", "I"), ("reserved", "I"), ("name", "16s")]
IRQ = [("intid", "I"), ("reserved", "I")]
VIRTUAL = [("type", "I"), ("irq", "I"), ("gpa", "Q"), ("size", "Q"), ("reserved", "Q")]
ARRAYS = {SYSTEM: [("dram", RANGE), ("pool", RANGE), ("cpus", CPU), ("firmware", RANGE), ("aliases", ALIAS)],
          CELL: [("cpus", CPU), ("memory", MEMORY), ("irqs", IRQ), ("devices", VIRTUAL)]}


class Layout:
    """Names and one struct format."""

    def __init__(self, fields):
        self.names = [name for name, _ in fields]
        self.form = struct.Struct("<" + "".join(form for _, form in fields))

    def unpack(self, data, offset=0):
        return dict(zip(self.names, self.form.unpack_from(data, offset)))

    def pack(self, values):
        return self.form.pack(*(values[name] for name in self.names))

    def offset(self, name):
        fields = self.names[:self.names.index(name)]
        return struct.calcsize("<" + "".join(dict(zip(self.names, self.formats()))[f] for f in fields))

    def formats(self):
        import re
        return re.findall(r"\d*[A-Za-z]", self.form.format[1:])


BODIES = {SYSTEM: Layout(SYSTEM_BODY), CELL: Layout(CELL_BODY)}
ELEMENTS = {SYSTEM: {name: Layout(fields) for name, fields in ARRAYS[SYSTEM]},
            CELL: {name: Layout(fields) for name, fields in ARRAYS[CELL]}}
assert BODIES[SYSTEM].form.size == 328 and BODIES[CELL].form.size == 168
assert ELEMENTS[CELL]["memory"].form.size == 48 and ELEMENTS[CELL]["devices"].form.size == 32


def parse(data):
    """A blob as a dictionary of its body, with a list for each array."""
    kind = struct.unpack_from("<H", data, 14)[0]
    blob = BODIES[kind].unpack(data)
    for name, element in ELEMENTS[kind].items():
        offset, count = blob[f"{name}_offset"], blob[f"{name}_count"]
        blob[name] = [element.unpack(data, offset + i * element.form.size) for i in range(count)]
    return blob


def seal(data):
    """The same bytes with a checksum that is right."""
    data = bytearray(data)
    struct.pack_into("<I", data, 20, 0)
    struct.pack_into("<I", data, 20, zlib.crc32(bytes(data)))
    return bytes(data)


def build(blob):
    """Bytes of a dictionary; offsets, counts, size and checksum are made anew."""
    kind = blob["kind"]
    blob, tail, offset = dict(blob), b"", BODIES[kind].form.size
    for name, element in ELEMENTS[kind].items():
        packed = b"".join(element.pack(item) for item in blob[name])
        blob[f"{name}_offset"], blob[f"{name}_count"] = offset, len(blob[name])
        tail, offset = tail + packed, offset + len(packed)
    blob["size"] = offset
    return seal(BODIES[kind].pack(blob) + tail)
