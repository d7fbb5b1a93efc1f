# SPDX-License-Identifier: GPL-2.0-or-later
"""Board and cell files: what is wrong is said with file, line, column and mend, all at once."""
import json
import re
import textwrap

import blob as b
import pytest
from conftest import BOARD, CELLS

WRONG = 3  # exit code
CELL = """\
cell: test
cpus: [1]
memory:
  - { name: ram, guest: 0x40000000, size: 2M }
boot: { protocol: none }
"""


@pytest.fixture
def check(config, trees, tmp_path):
    """Check files given as texts together with the shipped board; gives (exit code, messages)."""
    def call(*texts, gic=3, board=None):
        if board:
            (tmp_path / "board.yaml").write_text(textwrap.dedent(board))
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"cell{number}.yaml")
            files[-1].write_text(textwrap.dedent(text))
        first = tmp_path / "board.yaml" if board else BOARD
        done = config("check", "--format", "json", "-t", trees[gic], first, *files)
        assert "Sanitizer" not in done.stderr and done.returncode in (0, WRONG), done.stderr
        return done.returncode, json.loads(done.stdout)
    return call


@pytest.fixture
def parsed(config, trees, tmp_path):
    """Compile one cell and take its blob apart."""
    def call(text, gic=3):
        (tmp_path / "cell.yaml").write_text(text)
        done = config("compile", "-t", trees[gic], "-b", BOARD, tmp_path / "cell.yaml", "-o", tmp_path / "cell.blob")
        assert done.returncode == 0, done.stderr
        return b.parse((tmp_path / "cell.blob").read_bytes())
    return call


def the_error(check, text, **more):
    code, messages = check(text, **more)
    errors = [m for m in messages if m["severity"] == "error"]
    assert code == WRONG and len(errors) == 1, messages
    assert errors[0]["file"] and errors[0]["line"] and errors[0]["mend"], errors
    return errors[0]


def test_shipped_files_are_right(config, trees):
    """Each by itself; together they are not meant to run (their CPUs overlap)."""
    for tree in trees.values():
        for cell in CELLS:
            done = config("check", "-t", tree, BOARD, cell)
            assert done.returncode == 0, done.stderr


def test_minimal_cell(check, parsed):
    assert check(CELL) == (0, [])
    cell = parsed(CELL)
    assert cell["entry"] == 0x40000000 and cell["console"] == b.NO_CONSOLE and cell["stop_ms"] == 5000
    assert cell["memory"][0]["flags"] == b.READ | b.WRITE | b.EXEC | b.LOADABLE | b.AUTO


# What is changed in CELL, the line of the error, a word of the text, a word of the mend
WRONG_CELLS = [
    (("cell: test", "cell: te st"), 1, "te st", "letters"),
    (("cell: test", "cell: root"), 1, "root", "another name"),
    (("cell: test", "cel: test\ncell: test"), 1, "unknown key 'cel'", "did you mean 'cell'?"),
    (("cell: test", "cell: test\ncell: again"), 2, "given twice", "keep one"),
    (("cell: test", "nme: test"), 1, "", ""),
    (("cpus: [1]", "cpus: [9]"), 2, "CPU 9 is not on the board", "correct"),
    (("cpus: [1]", "cpus: [1, 1]"), 2, "CPU 1 is listed twice", "once"),
    (("cpus: [1]", "cpus: 0-3"), 2, "every CPU", "root"),
    (("cpus: [1]", "cpus: [3-1]"), 2, "3-1", "range such as"),
    (("cpus: [1]", "cpus: [one]"), 2, "one", "CPU number"),
    (("cpus: [1]", "cpus: []"), 2, "no CPU", "at least one"),
    (("size: 2M", "size: 3M"), 4, "no multiple of 2 MiB", "2M"),
    (("size: 2M", "size: 0"), 4, "no multiple of 2 MiB", "2M"),
    (("size: 2M", "size: 2000G"), 4, "larger than the board's pool", "smaller"),
    (("size: 2M", "size: 2MB"), 4, "'2MB'", "a size such as"),
    (("size: 2M", "sizes: 2M, size: 2M"), 4, "unknown key 'sizes'", "'size'"),
    (("size: 2M", "size: 99999999999999999999"), 4, "99999999999999999999", "a size such as"),
    (("guest: 0x40000000", "guest: 0x40001000"), 4, "not aligned to 2 MiB", "align"),
    (("guest: 0x40000000", "guest: 0x8000000"), 4, "", "move"),
    (("guest: 0x40000000", "guest: 0xffffffffffe00000"), 4, "48 bits", "lower"),
    (("guest: 0x40000000", "identity: true"), 4, "no guest address", "guest"),
    (("guest: 0x40000000", "guest: 0x40000000, at: 0x60000000, identity: true"), 4, "differ", "one"),
    (("guest: 0x40000000", "guest: 0x40000000, at: 0x50000000"), 4, "not inside the board's pool", "'at'"),
    (("guest: 0x40000000", "guest: 0x40000000, at: 0x60001000"), 4, "not aligned", "align"),
    (("guest: 0x40000000", "guest: 0x40000000, flags: [read, wirte]"), 4, "wirte", "one of read|write"),
    (("name: ram", "name: a-name-that-is-too-long"), 4, "a-name-that-is-too-long", "shorten"),
    (("boot: { protocol: none }", "boot: { protocol: grub }"), 5, "grub", "one of"),
    (("boot: { protocol: none }", "boot: { protocol: flat }"), 5, "needs 'image'", "file"),
    (("boot: { protocol: none }", "boot: { protocol: linux, kernel: k, image: i }"), 5, "no meaning", "remove"),
    (("boot: { protocol: none }", "boot: { protocol: none, at: 0x80000000 }"), 5, "not in executable", "executable"),
    (("boot: { protocol: none }", "boot: none"), 5, "'boot' cannot be", "map"),
    (("boot: { protocol: none }", "boot: { protocol: none }\nwatchdog: 5"), 6, "'5'", "10s"),
    (("boot: { protocol: none }", "boot: { protocol: none }\nwatchdog: 5s"), 6, "heartbeat", "comm-page"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ncomm-page: 0x50000100"), 6, "start of a page", "4K"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ncomm-page: 0x40000000"), 6, "overlaps", "move"),
    (("boot: { protocol: none }", "boot: { protocol: none }\nstop-timeout: 1h"), 6, "too long", "10min"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ninterrupts: gicv2"), 6, "GICv3", "auto"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ninterrupts: { spi: [1, 1] }"), 6, "twice", "once"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ninterrupts: { spi: 200 }"), 6, "event interrupt",
     "another"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ninterrupts: { spi: 988 }"), 6, "no SPI", "987"),
    (("boot: { protocol: none }", "boot: { protocol: none }\nrestart: { when: failed, limit: 3 }"), 6, "'3'", "per"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: 5"), 6, "must be a list", "- "),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices:\n  - {}"), 7, "one thing", "passthrough"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: [{ passthrough: /no@1 }]"), 6, "/no@1", "alias"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: [{ passthrough: /timer }]"), 6, "", ""),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: [{ passthrough: /intc@8000000 }]"), 6, "", ""),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: [{ "
      "passthrough: /virtio_mmio@a000000, dma: none }]"), 6, "shares the pages", "both"),
    (("boot: { protocol: none }", "boot: { protocol: none }\ndevices: [{ uart: { at: 0x9000010 } }]"), 6, "page", "4K"),
]


@pytest.mark.parametrize("change, line, text, mend", WRONG_CELLS)
def test_wrong_cell(check, change, line, text, mend):
    assert change[0] in CELL
    code, messages = check(CELL.replace(*change))
    errors = [m for m in messages if m["severity"] == "error"]
    assert code == WRONG and errors
    assert all(m["file"].endswith("cell0.yaml") and m["line"] and m["column"] and m["mend"] for m in errors), errors
    assert any(m["line"] == line and text in m["text"] and mend in m["mend"] for m in errors), errors
    if text:
        assert len(errors) == 1, "one mistake, one message"


NOT_YAML = ["cell: [", "a: b: c", "\tcell: x", "- cell", "", "just words", "cell: &a x", "cell: *a", "cell: !!str x",
            "cell: x\n---\ncell: y\n", "? [a]\n: b\n", "[" * 40, "cell: \x01", "cell: 'x", "{a: " * 30]


@pytest.mark.parametrize("text", NOT_YAML)
def test_not_our_yaml(check, text):
    code, messages = check(text)
    assert code == WRONG and messages and all(m["text"] and m["file"] for m in messages)


def test_broken_bytes(config, trees, tmp_path):
    for data in (b"\0", b"cell: \xff\xfe", b"cell: a\0b", bytes(range(256)), b"\xef\xbb\xbfcell: x"):
        (tmp_path / "cell.yaml").write_bytes(data)
        done = config("check", "-t", trees[3], BOARD, tmp_path / "cell.yaml")
        assert done.returncode == WRONG and "cell.yaml" in done.stderr


def test_all_errors_in_one_run(check):
    code, messages = check("""\
        cell: te st
        cpu: [2]
        memory:
          - { guest: 0x40000000, size: 2Mb }
          - { guest: 0x40000000, sise: 2M }
        boot: { protocol: gnub }
        """)
    lines = [m["line"] for m in messages]
    assert code == WRONG and sorted(set(lines)) == [1, 2, 4, 5, 6], messages


def test_all_errors_of_meaning_in_one_run(check):
    code, messages = check("""\
        cell: test
        cpus: [1, 7]
        memory:
          - { name: ram, guest: 0x40000000, size: 3M }
          - { name: high, guest: 0x40000000, size: 2M }
        boot: { protocol: none }
        watchdog: 1s
        interrupts: { spi: [200] }
        """)
    assert code == WRONG and {m["line"] for m in messages} == {2, 4, 5, 7, 8}, messages


def test_text_has_a_caret(config, trees, tmp_path):
    (tmp_path / "cell.yaml").write_text(CELL.replace("cpus: [1]", "cpus: [9]"))
    done = config("check", "-t", trees[3], BOARD, tmp_path / "cell.yaml")
    lines = done.stderr.splitlines()
    assert re.match(r".*cell\.yaml:2:8: error: CPU 9 is not on the board: it has 0 to 3; correct the CPU list$",
                    lines[0])
    assert lines[1] == "  cpus: [9]" and lines[2] == "  " + " " * 7 + "^"


# ---- cells against each other ----

def other(**changes):
    text = CELL.replace("cell: test", "cell: other").replace("cpus: [1]", "cpus: [2]")
    for old, new in changes.values():
        text = text.replace(old, new)
    return text


CROSS = [
    (CELL, other(name=("other", "test")), "the name 'test' belongs to cell 'test' too"),
    (CELL, other(cpu=("[2]", "[3, 1]")), "CPU 1 belongs to cell 'test' too"),
    (CELL.replace("guest:", "at: 0x60000000, guest:"), other(at=("guest:", "at: 0x60000000, guest:")), "overlaps ram"),
    (CELL + "interrupts: { spi: 5 }", other() + "interrupts: { intid: 37 }", "interrupt 37 (spi 5)"),
    (CELL.replace("size: 2M", "size: 1G"), other(size=("size: 2M", "size: 1G")), "need 2048 MiB together"),
    (CELL.replace("[1]", "[0, 1]"), other(cpu=("[2]", "[2, 3]")), "all 4 CPUs together"),
]


@pytest.mark.parametrize("one, two, text", CROSS)
def test_cells_against_each_other(check, one, two, text):
    assert check(one)[0] == 0 and check(two)[0] == 0, "each by itself is right"
    code, messages = check(one, two)
    assert code == WRONG and len(messages) == 1 and text in messages[0]["text"] and messages[0]["mend"], messages


def test_one_device_in_two_cells(check):
    device = "devices: [{ passthrough: serial1 }]\n"
    code, messages = check(CELL + device, other() + device)
    assert code == WRONG and len(messages) == 2, "registers and interrupt"
    assert all("/pl011@9040000" in m["text"] or "pl011@9040000" in m["text"] for m in messages)


# ---- what is compiled ----

def test_compile_is_reproducible(config, trees, tmp_path):
    for name in ("one", "two"):
        done = config("compile", "-t", trees[3], "-b", BOARD, CELLS[0], "-o", tmp_path / name)
        assert done.returncode == 0
        done = config("compile", "-t", trees[3], BOARD, "-o", tmp_path / f"{name}-board")
        assert done.returncode == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one-board").read_bytes() == (tmp_path / "two-board").read_bytes()


def test_board_blob_serves_as_board(config, trees, tmp_path):
    config("compile", "-t", trees[2], BOARD, "-o", tmp_path / "board.blob")
    for board, name in ((BOARD, "a"), (tmp_path / "board.blob", "b")):
        done = config("compile", "-t", trees[2], "-b", board, CELLS[0], "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_passthrough(parsed):
    cell = parsed(CELL + "devices: [{ passthrough: /pl011@9040000 }]\n")
    device = cell["memory"][1]
    assert (device["gpa"], device["hpa"], device["size"], device["flags"]) == (0x9040000, 0x9040000, 0x1000, 11)
    assert [i["intid"] for i in cell["irqs"]] == [40]


def test_neighbours_go_together(parsed):
    """Eight devices of 512 bytes in one page: all of them are one region with eight interrupts."""
    devices = "".join(f"  - {{ passthrough: /virtio_mmio@a000{i * 2:x}00, dma: none }}\n" for i in range(8))
    cell = parsed(CELL + "devices:\n" + devices)
    assert [(m["hpa"], m["size"]) for m in cell["memory"][1:]] == [(0xA000000, 0x1000)]
    assert [i["intid"] for i in cell["irqs"]] == list(range(48, 56))


def test_values(parsed):
    cell = parsed("""\
cell: all
cpus: 2-3
memory:
  - { guest: 0x4000_0000, size: 0x20_0000, at: 0x6020_0000, flags: [read, execute], loadable: false }
  - { name: same, at: 0x6040_0000, size: 4MiB, identity: true }
boot: { protocol: none, entry: 0x4000_0010 }
interrupts: { controller: gicv3, gicd: 0x1000_0000, gicr: 0x1010_0000, spi: [7, 8], intid: 100 }
devices:
  - uart: { at: 0x900_0000, spi: 1 }
  - uart: { at: 0x901_0000, console: true }
comm-page: 0x5000_0000
watchdog: 2min
stop-timeout: 250ms
restart: { when: failed, limit: 3 per 1min }
""")
    assert [c["hwid"] for c in cell["cpus"]] == [2, 3]
    assert [(m["gpa"], m["hpa"], m["size"], m["flags"]) for m in cell["memory"]] == [
        (0x40000000, 0x60200000, 0x200000, 5), (0x60400000, 0x60400000, 0x400000, 23)]
    assert cell["entry"] == 0x40000010 and cell["gicd"] == 0x10000000 and cell["gicr"] == 0x10100000
    assert [i["intid"] for i in cell["irqs"]] == [39, 40, 100]
    assert [(d["gpa"], d["irq"]) for d in cell["devices"]] == [(0x9000000, 33), (0x9010000, 0)]
    assert (cell["console"], cell["watchdog_ms"], cell["stop_ms"]) == (1, 120000, 250)


# ---- boards ----

def test_explicit_board_needs_no_device_tree(config, tmp_path):
    (tmp_path / "board.yaml").write_text("""\
board: explicit
compatible: ['acme,one', 'acme,any']
hypervisor:
  memory: { at: 0x9000_0000, size: 4M }
  timeout: 2s
  log: debug
  debug-uart: { type: pl011, at: 0x900_0000 }
pool: [{ at: 0x8000_0000, size: 64M }, { at: 0x8800_0000, size: 64M }]
root: { on-reset: stop }
dram: { at: 0x8000_0000, size: 1G }
cpus: [0, 1, 0x100, 0x101]
gic:
  version: 3
  gicd: { at: 0x800_0000, size: 64K }
  gicr: { at: 0x80a_0000, size: 512K }
  maintenance: ppi 9
event-interrupt: { intid: 300 }
""")
    done = config("compile", tmp_path / "board.yaml", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    board = b.parse((tmp_path / "out").read_bytes())
    assert board["compatible"].rstrip(b"\0") == b"acme,one"
    assert (board["event_irq"], board["on_reset"], board["log_level"], board["timeout_ms"]) == (300, 1, 3, 2000)
    assert (board["uart_base"], board["uart_size"], board["uart_type"]) == (0x9000000, 0x1000, 1)
    assert len(board["pool"]) == 2 and board["maintenance_irq"] == 25
    assert [c["hwid"] for c in board["cpus"]] == [0, 1, 0x100, 0x101]


WRONG_BOARDS = [
    (("compatible: linux,dummy-virt", "compatible: acme,one"), "another machine"),
    (("compatible: linux,dummy-virt", "compatible: [linux,dummy-virt]"), "another machine"),
    (("0xbf00_0000, size: 16M", "0xbf00_0000, size: 16K"), "not aligned to 2 MiB"),
    (("0xbf00_0000, size: 16M", "0xb000_0000, size: 16M"), "overlaps the hypervisor's memory"),
    (("0xbf00_0000, size: 16M", "0x1_0000_0000, size: 16M"), "not inside one bank"),
    (("size: 1520M", "size: 1536M"), "overlaps the hypervisor's memory"),
    (("spi 200", "ppi 3"), "no SPI"),
    (("spi 200", "spi 1000"), "'event-interrupt' cannot be"),
    (("timeout: 1s", "timeout: 10ms"), "out of range"),
    (("on-reset: machine", "on-reset: panic"), "'on-reset' cannot be 'panic'"),
    (("pool:", "pol:"), "unknown key 'pol'"),
]


@pytest.mark.parametrize("change, text", WRONG_BOARDS)
def test_wrong_board(check, change, text):
    original = BOARD.read_text()
    assert change[0] in original
    code, messages = check(board=original.replace(*change))
    assert code == WRONG and len(messages) == 1 and messages[0]["line"] and messages[0]["mend"], messages
    assert text in messages[0]["text"], messages


def test_missing_device_tree(config, tmp_path):
    done = config("check", "-t", tmp_path / "none.dtb", BOARD)
    assert done.returncode == WRONG and "none.dtb" in done.stderr and "--devicetree" in done.stderr
    (tmp_path / "bad.dtb").write_bytes(b"\xd0\x0d\xfe\xed" + bytes(60))
    done = config("check", "-t", tmp_path / "bad.dtb", BOARD)
    assert done.returncode == WRONG and "not a device tree" in done.stderr


def test_files_in_the_wrong_place(config, trees):
    done = config("check", "-t", trees[3], CELLS[0])
    assert done.returncode == WRONG and "file of a cell" in done.stderr
    done = config("check", "-t", trees[3], BOARD, BOARD)
    assert done.returncode == WRONG and "file of a board" in done.stderr


def test_usage(config, tmp_path):
    assert config("--help").returncode == 0 and config("check", "--help").returncode == 0
    assert config().returncode == 2 and config("chek").returncode == 2
    assert config("compile", BOARD).returncode == 2 and config("dump").returncode == 2
    assert config("check", "--format", "xml", BOARD).returncode == 2
    assert config("check", tmp_path / "missing.yaml").returncode == WRONG


def test_keys(config):
    for what, keys in (("board", ["compatible:", "hypervisor:", "gicd:"]), ("cell", ["memory:", "uart:", "restart:"])):
        done = config("keys", what)
        assert done.returncode == 0 and all(key in done.stdout for key in keys)
    assert config("keys").returncode == 2 and config("keys", "car").returncode == 2


def test_dump(config, trees, tmp_path, shipped):
    for (gic, name), (data, _) in shipped.items():
        (tmp_path / "blob").write_bytes(data)
        done = config("dump", tmp_path / "blob")
        assert done.returncode == 0 and f"GICv{gic}" in done.stdout, name
    broken = bytearray(data)
    broken[40] = 7
    (tmp_path / "blob").write_bytes(bytes(broken))
    assert "checksum" in config("dump", tmp_path / "blob").stdout
    (tmp_path / "blob").write_bytes(b.seal(broken))
    done = config("dump", tmp_path / "blob")
    assert done.returncode == WRONG and "name" in done.stdout
