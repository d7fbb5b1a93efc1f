# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between the emulated boards, for cell files and scenarios that are for all of them.

A cell file in ci/system/files/ has these words where an address or a device depends on the architecture: $RAM, or
$POOL+0x20_0000, or $UART. One that a board does not have is left out.
"""
import re

OFF = "power-off: { port: 0x604 }"
BOARDS = {
    "aarch64": {
        "RAM": 0x4000_0000,  # where cells have their RAM
        "POOL": 0x6000_0000,  # configs/board/: where the RAM comes from,
        "LARGE": "1G",  # most of it
        "HYPERVISOR": 0xbf00_0000,  # and where the hypervisor is
        "UART": "uart: { type: pl011, at: 0x900_0000, spi: 1 }",
        "LINES": "spi: " + str(list(range(100, 124))),  # 24 that nothing is wired to
    },
    "riscv64": {
        "RAM": 0x8000_0000,
        "POOL": 0xc000_0000,
        "LARGE": "768M",
        "HYPERVISOR": 0xfe00_0000,
        "UART": "uart: { type: 16550, at: 0x1000_0000, intid: 10 }",
        "LINES": "intid: " + str(list(range(36, 60))),
    },
    "x86_64": {
        "RAM": 0,
        "POOL": 0x4000_0000,
        "LARGE": "800M",
        "HYPERVISOR": 0x7e00_0000,
        "UART": f"uart: {{ port: 0x3f8, gsi: 4 }}\n  - {OFF}",
        # Here a guest's console and its power-off are devices, where others call the firmware.
        "FIRMWARE": f"{{ uart: {{ port: 0x3f8, gsi: 4 }} }}, {{ {OFF} }}",
    },
}
WORD = re.compile(r"\$([A-Z]+)(?:\+(0x[0-9a-f_]+))?")


def fill_in(text, arch):
    """A cell file for one architecture; as it is where the architecture has no board here."""
    if arch not in BOARDS:
        return text
    def value(match):
        found = BOARDS[arch].get(match[1], "")
        return found if isinstance(found, str) else hex(found + int(match[2] or "0", 0))
    return WORD.sub(value, text)
