# SPDX-License-Identifier: GPL-2.0-or-later
"""The partition map: everything that the blobs hold is in it, in each of its forms."""
import json
import os
import pty
import re
import subprocess
import xml.etree.ElementTree as xml

import blob as b
import pytest
from conftest import BOARD, TOP

HELLO = TOP / "configs/vms/hello-aarch64-qemu-smp1.yaml"
LINUX = TOP / "configs/vms/linux-aarch64-qemu-smp2.yaml"
UART = TOP / "configs/vms/heartbeat-uart-aarch64-qemu-smp1.yaml"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="session")
def tree(tmp_path_factory):
    """QEMU's machine with eight CPUs, for three cells beside root."""
    path = tmp_path_factory.mktemp("tree") / "virt.dtb"
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version=3,dumpdtb={path}", "-cpu",
                    "cortex-a57", "-smp", "8", "-m", "2G", "-serial", "null", "-serial", "null", "-display", "none",
                    "-nic", "none"], check=True, capture_output=True, timeout=60)
    return path


@pytest.fixture
def files(tmp_path):
    """Three cells that fit together; one has a device of the machine, one pinned memory."""
    (tmp_path / "hello.yaml").write_text(HELLO.read_text().replace("guest: 0x4000_0000,", "guest: 0x4000_0000, "
                                                                   "at: 0x7000_0000,"))
    (tmp_path / "uart.yaml").write_text(UART.read_text().replace("cpus: [1]", "cpus: [7]"))
    return [BOARD, LINUX, tmp_path / "hello.yaml", tmp_path / "uart.yaml"]


@pytest.fixture
def blobs(config, tree, files, tmp_path):
    """The same files as blobs, taken apart: the board, and the cells."""
    found = []
    for number, path in enumerate(files):
        of = [] if number == 0 else ["-b", BOARD]
        done = config("compile", "-t", tree, *of, path, "-o", tmp_path / "one.blob")
        assert done.returncode == 0, done.stderr
        found.append(b.parse((tmp_path / "one.blob").read_bytes()))
    return found[0], found[1:]


def text(field):
    return field.rstrip(b"\0").decode()


def show(tool, tree, files, *words, **environment):
    settings = {**{k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}, **environment}
    return subprocess.run([tool, "config", "show", "-t", tree, *files, *words], capture_output=True, text=True,
                          timeout=60, env=settings, check=False)


def test_json_is_what_the_blobs_hold(tool, tree, files, blobs):
    done = show(tool, tree, files, "--json")
    assert done.returncode == 0, done.stderr
    found, (system, cells) = json.loads(done.stdout), blobs
    assert found["board"] == text(system["board"]) and found["compatible"] == text(system["compatible"])
    owners = {}
    for cell in cells:
        owners.update({cpu["hwid"]: text(cell["name"]) for cpu in cell["cpus"]})
    assert [(int(c["hardware_id"], 16), c["owner"]) for c in found["cpus"]] == \
        [(c["hwid"], owners.get(c["hwid"], "root")) for c in system["cpus"]]
    irqs = {(i["intid"], text(c["name"])) for c in cells for i in c["irqs"]} | {(system["event_irq"], "hypervisor")}
    assert {(i["intid"], i["owner"]) for i in found["interrupts"] if i["owner"] != "root"} == irqs
    for cell in cells:
        regions = {(int(r["guest"], 16), int(r["size"], 16)) for r in found["guest_memory"]
                   if r["cell"] == text(cell["name"])}
        assert {(m["gpa"], m["size"]) for m in cell["memory"]} <= regions
        assert {(d["gpa"], d["size"]) for d in cell["devices"]} <= regions
        assert {cell["gicd"], cell["gicr"]} | ({cell["comm_page"]} - {0}) <= {gpa for gpa, _ in regions}


def test_memory_has_no_gap_and_no_overlap(tool, tree, files, blobs):
    parts = json.loads(show(tool, tree, files, "--json").stdout)["memory"]
    system, cells = blobs
    spans = [(int(p["base"], 16), int(p["size"], 16), p["owner"]) for p in parts]
    assert spans == sorted(spans)
    assert sum(size for _, size, _ in spans) == sum(bank["size"] for bank in system["dram"])
    for (base, size, _), (following, _, _) in zip(spans, spans[1:]):
        assert base + size <= following
    assert (system["hv_base"], system["hv_size"], "hypervisor") in spans
    for cell in cells:
        held = sum(size for _, size, owner in spans if owner == text(cell["name"]))
        assert held == sum(m["size"] for m in cell["memory"] if not m["flags"] & b.DEVICE)
    pinned = [m for cell in cells for m in cell["memory"] if not m["flags"] & (b.DEVICE | b.AUTO)]
    assert pinned and all((m["hpa"], m["size"]) in [s[:2] for s in spans] for m in pinned)


@pytest.fixture
def page(tool, tree, files, tmp_path):
    done = show(tool, tree, files, "--html", tmp_path / "map.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return (tmp_path / "map.html").read_text(encoding="utf-8")


def test_html_is_well_formed_and_needs_nothing_else(page):
    document = xml.fromstring(page)
    assert document.tag == "html" and len(list(document.iter("svg"))) == 3
    assert not list(document.iter("script")) and not list(document.iter("link"))
    assert not re.search(r"https?:|//[a-z]|@import|\bsrc=|\bhref=", page)
    assert set(re.findall(r"url\(([^)]*)\)", page)) == {"#hatch"}
    assert "prefers-color-scheme:dark" in page


def objects(page, kind):
    return [e.attrib for e in xml.fromstring(page).iter() if e.attrib.get("data-object") == kind]


def numbers(found, *names):
    return [tuple(int(a[f"data-{name}"], 0) for name in names) for a in found]


def test_html_holds_every_object_of_the_blobs(page, blobs):
    system, cells = blobs
    assert numbers(objects(page, "bank"), "base", "size") == [(r["base"], r["size"]) for r in system["dram"]]
    memory = numbers(objects(page, "memory"), "base", "size")
    assert memory == numbers(objects(page, "true-scale"), "base", "size")
    assert (system["hv_base"], system["hv_size"]) in memory
    assert sorted(n for n, in numbers(objects(page, "cpu"), "hwid")) == [c["hwid"] for c in system["cpus"]]
    intids = [i["intid"] for c in cells for i in c["irqs"]] + [system["event_irq"]]
    assert set(intids) <= {n for n, in numbers(objects(page, "irq"), "intid")}
    assert [a["data-owner"] for a in objects(page, "cell")] == [text(c["name"]) for c in cells]
    regions = numbers(objects(page, "region"), "gpa", "size")
    for cell in cells:
        assert {(one["gpa"], one["size"]) for one in cell["memory"] + cell["devices"]} <= set(regions)
    devices = [base for base, in numbers(objects(page, "device"), "base")]
    assert {m["hpa"] for c in cells for m in c["memory"] if m["flags"] & b.DEVICE} <= set(devices)
    assert {system["gicd_base"], system["gicr_base"]} <= set(devices)


def test_drawn_to_scale(page, blobs):
    """Widths in the upper bar are as the sizes are."""
    parts = objects(page, "true-scale")
    total = sum(bank["size"] for bank in blobs[0]["dram"])
    for part in parts:
        size = int(part["data-size"], 0)
        assert abs(float(part["width"]) - max(0.75, 1100 * size / total)) < 0.02


@pytest.mark.parametrize("width", [60, 80, 132])
def test_plain_text_fits_and_has_no_colour(tool, tree, files, width):
    done = show(tool, tree, files, COLUMNS=str(width))
    assert done.returncode == 0 and "\033" not in done.stdout
    bars = [line for line in done.stdout.splitlines() if re.match(r"  0x40000000 +0xbfffffff", line)]
    assert [len(bar) for bar in bars] == [width - 2]
    bar = done.stdout.splitlines()[done.stdout.splitlines().index(bars[0]) + 1]
    assert len(bar) == width - 2 and bar[2] == "." and bar[-1] == "H" and "l" in bar
    for word in ("root", "hypervisor", "linux", "hello", "heartbeat-uart", "pl011@9040000", "from the pool"):
        assert word in done.stdout, word


def on_terminal(command, **environment):
    """What a command prints when it has a terminal."""
    settings = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdout=follower, env={**settings, **environment}) as process:
        os.close(follower)
        seen = b""
        try:
            while True:
                seen += os.read(leader, 4096)
        except OSError:  # Linux says so at the end
            pass
        assert process.wait(60) == 0
    os.close(leader)
    return seen.decode()


def test_colours_on_a_terminal(tool, tree, files):
    command = [tool, "config", "show", "-t", tree, *files]
    assert "\033[48;5;" in on_terminal(command, TERM="xterm")
    assert "\033" not in on_terminal(command, TERM="xterm", NO_COLOR="1")
    assert "\033" not in on_terminal(command, TERM="dumb")


def test_names_are_escaped(tool, tree, tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(BOARD.read_text().replace("compatible: linux,dummy-virt", "compatible: [\"<i>&\\\"\", "
                                               "\"linux,dummy-virt\"]"))
    done = show(tool, tree, [board], "--html", "-")
    assert done.returncode == 0, done.stderr
    xml.fromstring(done.stdout)


def test_cells_that_do_not_fit_together_are_refused(tool, tree, tmp_path):
    done = show(tool, tree, [BOARD, HELLO, UART])
    assert done.returncode == 3 and done.stdout == "" and "CPU 1" in done.stderr


def test_unwritable_file_is_a_sentence(tool, tree):
    done = show(tool, tree, [BOARD], "--html", "/nonexistent/map.html")
    assert done.returncode == 1 and "cannot write /nonexistent/map.html" in done.stderr
