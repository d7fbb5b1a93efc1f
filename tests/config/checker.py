# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves of an accepted blob that its map keeps everything apart; shares no code with the C check.

It does not look at formal things (reserved fields, alignment of tables): only at what would let two owners
meet. problems(...) gives a list of sentences, empty if the map is sound.
"""
import blob as b

LIMIT = 1 << 48
MB2 = 1 << 21


def meets(one, other):
    return one[0] < other[0] + other[1] and other[0] < one[0] + one[1]


def inside(one, outer):
    return outer[0] <= one[0] and one[0] + one[1] <= outer[0] + outer[1]


def pairs(named):
    """Sentences for all pairs of (name, base, size) that meet."""
    found = []
    live = sorted((base, size, name) for name, base, size in named if size)
    for (base, size, name), (base2, size2, name2) in zip(live, live[1:]):
        if base + size > base2:
            found.append(f"{name} and {name2} meet at {base2:#x}")
    return found


def bounds(named, align):
    """Sentences for ranges that are empty, too high or not aligned."""
    return [f"{name} {base:#x}+{size:#x} is empty, too high or not aligned" for name, base, size in named
            if size == 0 or base + size > LIMIT or base % align or size % align]


def board_windows(system):
    windows = [(w, system[f"{w}_base"], system[f"{w}_size"]) for w in b.GIC_WINDOWS if system[f"{w}_size"]]
    if system["uart_size"]:
        windows.append(("debug uart", system["uart_base"], system["uart_size"]))
    return windows


def system_problems(system):
    dram = [("dram", r["base"], r["size"]) for r in system["dram"]]
    pool = [("pool", r["base"], r["size"]) for r in system["pool"]]
    hypervisor = [("hypervisor", system["hv_base"], system["hv_size"])]
    windows = board_windows(system)
    found = bounds(dram + windows, 4096) + bounds(pool + hypervisor, MB2)
    found += pairs(dram + windows) + pairs(pool + hypervisor)
    for name, base, size in pool + hypervisor:
        if not any(inside((base, size), bank[1:]) for bank in dram):
            found.append(f"{name} {base:#x} is not in one bank of RAM")
    hwids = [cpu["hwid"] for cpu in system["cpus"]]
    if not hwids or len(set(hwids)) != len(hwids):
        found.append("CPUs are missing or listed twice")
    if system["arch"] == b.AARCH64:
        needed = {2: ["gicd", "gicc", "gich", "gicv"], 3: ["gicd", "gicr"]}.get(system["gic_version"], ["version"])
        found += [f"the GIC has no {w}" for w in needed if not system.get(f"{w}_size")]
        if system["gic_version"] == 3 and system["gicr_size"] < 0x20000 * len(hwids):
            found.append("redistributors do not suffice for the CPUs")
        if system["event_irq"] and not 32 <= system["event_irq"] < 1020:
            found.append("the event interrupt is no SPI")
    return found


def guest_space(cell):
    spans = [(m["name"].rstrip(b"\0").decode(), m["gpa"], m["size"]) for m in cell["memory"]]
    spans += [(f"device {i}", d["gpa"], d["size"]) for i, d in enumerate(cell["devices"])]
    if cell["comm_page"]:
        spans.append(("comm page", cell["comm_page"], 4096))
    if cell["gic_version"] == 3:
        spans += [("gicd", cell["gicd"], 0x10000), ("gicr", cell["gicr"], 0x20000 * len(cell["cpus"]))]
    elif cell["gic_version"] == 2:
        spans += [("gicd", cell["gicd"], 0x1000), ("gicc", cell["gicc"], 0x2000)]
    return spans


def host_problems(cell, system):
    """Pinned RAM is the pool's; devices are nobody else's; nothing twice."""
    found, spans = [], []
    foreign = [("dram", r["base"], r["size"]) for r in system["dram"]] + board_windows(system)
    for m in cell["memory"]:
        span = (m["hpa"], m["size"])
        if m["flags"] & b.AUTO:
            if m["flags"] & b.DEVICE or m["hpa"]:
                found.append("memory from the pool has an address or is a device")
            continue
        spans.append((f"host {m['hpa']:#x}", *span))
        if m["flags"] & b.DEVICE:
            found += [f"device {span[0]:#x} meets {name}" for name, *other in foreign if meets(span, other)]
            if m["flags"] & (b.EXEC | b.LOADABLE):
                found.append("a device is executable or loadable")
        elif not any(inside(span, (r["base"], r["size"])) for r in system["pool"]):
            found.append(f"pinned memory {span[0]:#x} is not in the pool")
    return found + pairs(spans) + bounds(spans, 4096)


def irq_problems(cell, system):
    irqs = [i["intid"] for i in cell["irqs"]] + [d["irq"] for d in cell["devices"] if d["irq"]]
    found = [f"interrupt {i} is no SPI" for i in irqs if not 32 <= i < 1020]
    if len(set(irqs)) != len(irqs):
        found.append("an interrupt is used twice")
    if system["event_irq"] in [i["intid"] for i in cell["irqs"]]:
        found.append("the event interrupt is given away")
    return found


def cell_problems(cell, system):
    found = host_problems(cell, system) + irq_problems(cell, system)
    space = guest_space(cell)
    found += pairs(space) + bounds(space, 4096)
    found += bounds([("ram", m["gpa"], m["size"]) for m in cell["memory"] if not m["flags"] & b.DEVICE], MB2)
    hwids, known = [c["hwid"] for c in cell["cpus"]], {c["hwid"] for c in system["cpus"]}
    if not hwids or len(set(hwids)) != len(hwids) or not set(hwids) <= known:
        found.append("CPUs are missing, listed twice or not of the board")
    if not any(m["gpa"] <= cell["entry"] < m["gpa"] + m["size"] and m["flags"] & b.EXEC for m in cell["memory"]):
        found.append("the entry point is not in executable memory")
    if cell["gic_version"] != system["gic_version"]:
        found.append("the interrupt controller is not the board's")
    if cell["console"] != b.NO_CONSOLE and cell["console"] >= len(cell["devices"]):
        found.append("the console is no device")
    return found


def problems(data, system=None):
    """Sentences about a blob; a cell is held against its board."""
    blob = b.parse(data)
    if blob["kind"] == b.SYSTEM:
        return system_problems(blob)
    return cell_problems(blob, b.parse(system))
