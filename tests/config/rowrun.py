# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs rows of wrong.py, all of them for one rule switched off or none, in a tool built for that."""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess

import wrong

TOP = pathlib.Path(__file__).resolve().parents[2]
CC = ["gcc", "-std=gnu11", "-w", "-D_GNU_SOURCE", '-DBULKHEAD_VERSION="test"', "-DCFG_MUTANTS",
      *(f"-I{TOP}/{place}" for place in ("include", "hypervisor/include", "tools/lib"))]


def build(place):
    """The program of rows.c, linked with a library in which rules can be switched off."""
    sources = [TOP / "tests/config/rows.c", *(TOP / "tools/lib").glob("*.c"),
               *(s for s in (TOP / "hypervisor/lib").glob("*.c") if s.name != "string.c")]
    objects = [place / (source.stem + "-" + source.parent.name + ".o") for source in sources]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: subprocess.run([*CC, "-c", "-o", *pair], check=True, timeout=120),
                      zip(objects, sources)))
    subprocess.run(["gcc", "-o", place / "rows", *objects, "-lyaml", "-lfdt"], check=True, timeout=120)
    return place / "rows"


def write(path, content):
    """Text, bytes, or a number: so many zero bytes, of which none is stored."""
    if isinstance(content, int):
        with open(path, "wb") as file:
            file.truncate(content)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")


def tree_words(row, place, trees):
    """The option that names the row's device tree."""
    if row.tree is None:
        return []
    if row.tree in trees:
        shutil.copy(trees[row.tree], place / "board.dtb")
        return ["-t", "board.dtb"]
    if row.tree in ("missing", "bad"):
        return ["-t", f"{row.tree}.dtb"]
    write(place / "row.dts", row.tree)
    subprocess.run(["dtc", "-q", "-o", place / "row.dtb", place / "row.dts"], check=True, timeout=60)
    return ["-t", "row.dtb"]


def pack(tree, place):
    """QEMU pads its tree to 1 MiB, which costs more than the checks."""
    packed = place / tree.name
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", packed, tree], check=True, timeout=60)
    return packed


def prepare(rows, place, trees):
    """Directories with the rows' files. Gives the words of each row's command line."""
    commands, trees = [], {gic: pack(tree, place) for gic, tree in trees.items()}
    for number, row in enumerate(rows):
        here = place / str(number)
        here.mkdir()
        for name, content in {"board.yaml": wrong.BOARD, **row.files}.items():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            write(here / name, content)
        first, rest = (row.words[0], row.words[1:]) if row.words[0] == "compile" else ("check", row.words)
        commands.append([str(here), "config", first, "--format", "gcc", *tree_words(row, here, trees), *rest])
    return commands


def run(program, commands, rule="-"):
    """(exit code, lines of messages) of each command; what is printed when all is right is no message."""
    lines = "".join("\t".join([rule, *words]) + "\n" for words in commands)
    done = subprocess.run([program], input=lines.encode(), capture_output=True, timeout=300, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"})
    results, rest = [], done.stdout
    while rest:
        head, rest = rest.split(b"\n", 1)
        code, size = map(int, head.split())
        printed = rest[:size].decode(errors="replace").splitlines()
        results.append((code, [line for line in printed if ": " in line]))
        rest = rest[size:]
    assert len(results) == len(commands), done.stderr
    return results
