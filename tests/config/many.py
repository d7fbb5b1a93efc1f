# SPDX-License-Identifier: GPL-2.0-or-later
"""A board with 1024 CPUs and any number of cells, right or each overlapping its neighbour.

As a program: writes 1000 cells, checks them as often as asked, and prints how long that took.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

MB2 = 2 << 20
POOL = 0x1_0000_0000
BOARD = f"""\
board: many
compatible: acme,many
hypervisor: {{ memory: {{ at: 0x8000_0000, size: 16M }} }}
pool: {{ at: {POOL:#x}, size: 8G }}
dram: [{{ at: 0x8000_0000, size: 1G }}, {{ at: {POOL:#x}, size: 8G }}]
cpus: [{', '.join(hex((i >> 4) << 8 | i & 15) for i in range(1024))}]
gic: {{ version: 3, gicd: {{ at: 0x800_0000, size: 64K }}, gicr: {{ at: 0x1000_0000, size: 128M }} }}
"""


def write(place, count, overlap):
    """Files of the board and @count cells; with @overlap each region reaches into the next one's."""
    (place / "board.yaml").write_text(BOARD)
    names = ["board.yaml"]
    for i in range(count):
        names.append(f"cell{i:04}.yaml")
        irq = f"interrupts: {{ spi: {i} }}\n" if i < 980 else ""  # a GIC has no more
        (place / names[-1]).write_text(
            f"cell: cell{i:04}\ncpus: [{i}]\nmemory:\n"
            f"  - {{ name: ram, guest: 0x4000_0000, at: {POOL + 2 * i * MB2:#x}, size: {6 if overlap else 4}M }}\n"
            f"boot: {{ protocol: flat, image: board.yaml, devicetree: generate }}\n{irq}")
    return names


def main():
    parser = argparse.ArgumentParser(description="time 'bulkhead config check' of many cells")
    parser.add_argument("tool", type=pathlib.Path)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        names = write(pathlib.Path(place), options.cells, overlap=False)
        times = []
        for _ in range(options.runs):
            start = time.monotonic()
            done = subprocess.run([options.tool.resolve(), "config", "check", *names], cwd=place, check=False,
                                  capture_output=True, text=True, timeout=600)
            times.append(time.monotonic() - start)
            if done.returncode:
                sys.exit(done.stderr[:2000])
        print(f"config check of {options.cells} cells: best {min(times):.3f} s of {options.runs} runs "
              f"(worst {max(times):.3f} s), goal 1 s: {'met' if min(times) < 1 else 'NOT MET'}")


if __name__ == "__main__":
    main()
