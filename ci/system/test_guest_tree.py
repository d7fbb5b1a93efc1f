# SPDX-License-Identifier: GPL-2.0-or-later
"""A stock Linux that gets a device of the machine, and one that gets the device tree of its user."""
import base64
import secrets

import libfdt
import pytest

from machine import BOARDS

FILE = "/tmp/guest.yaml"


def tell(bh, command, until, timeout=20):
    """Type a command into the guest's shell; give what it shows up to `until`."""
    return bh.machine.sh(f"bulkhead console linux --new --send '{command}' --until '{until}' --timeout {timeout}",
                         timeout + 10)


@pytest.fixture
def start(bh):
    """Boot the shipped Linux cell with texts of its file replaced, and wait for its shell."""
    def call(*changes):
        text = bh.machine.sh(f"cat {bh.vm('linux', 2)}") + "\n"
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        bh.machine.put(FILE, text)
        bh.boot(FILE, timeout=90)
        bh.wait_console("linux", "bulkhead-guest ready", 60)
        return bh
    yield call
    if bh.state("linux") is not None:
        bh.cell("destroy", "linux", timeout=60)


@pytest.mark.core
@pytest.mark.arch("aarch64")  # the other boards have one UART
def test_passed_through_uart(start):
    """The kernel finds the machine's second UART in its tree, and what it writes there comes out of the machine."""
    bh = start(("devices:\n", "devices:\n  - passthrough: serial1\n"))
    token = secrets.token_hex(16)
    assert "9040000.pl011" in tell(bh, 'ls /sys/bus/amba/devices; echo en"d."', "end.")
    tell(bh, f'echo {token} >/dev/ttyAMA1; echo don"e."', "done.")
    assert token in bh.machine.uart1()
    # bytes went out because interrupts came in: the driver fills the FIFO from its handler
    counts = tell(bh, 'grep 9040000 /proc/interrupts; echo en"d."', "end.")
    assert "9040000" in counts or "uart-pl011" in counts, counts


# What keeps a CPU from being started, by a property that the cell decides.
NO_CPU = {"aarch64": ("enable-method", "spin-table"), "riscv64": ("status", "disabled")}


def wrong_tree(blob, arch):
    """The tree that the tool made, as a user might have it: with his words, and wrong where the cell knows better."""
    tree = libfdt.Fdt(blob)
    tree.resize(tree.totalsize() + 4096)
    tree.setprop_str(0, "model", "Acme Controller 7")
    chosen = tree.path_offset("/chosen")
    tree.setprop_str(chosen, "bootargs", "console=none root=/dev/nothing")
    tree.setprop_u64(tree.path_offset("/chosen"), "linux,initrd-start", 0x1000)
    tree.setprop_u64(tree.path_offset(f"/memory@{BOARDS[arch]['RAM']:x}"), "reg", 0x70000000)
    tree.setprop_str(tree.path_offset("/cpus/cpu@0"), *NO_CPU[arch])
    if arch == "riscv64":  # a hart cannot be made up: the controller's wires end in it
        tree.setprop_u32(tree.path_offset("/cpus/cpu@1"), "reg", 7)
    else:
        tree.del_node(tree.path_offset("/cpus/cpu@1"))
    tree.pack()
    return bytes(tree.as_bytearray())


@pytest.mark.core
@pytest.mark.arch("aarch64", "riscv64")
def test_users_device_tree(start, bh):
    """It boots with two CPUs, its memory and its initial RAM disk, and sees the user's own words."""
    m = bh.machine
    m.sh(f"bulkhead config compile -b {bh.board} {bh.vm('linux', 2)} -o /tmp/cell.blob --dtb /tmp/made.dtb")
    made = base64.b64decode(m.sh("base64 /tmp/made.dtb"))
    m.put("/tmp/own.dtb", wrong_tree(made, m.arch))
    start(("devicetree: generate", "devicetree: /tmp/own.dtb"))
    assert "Acme Controller 7" in tell(bh, 'cat /proc/device-tree/model; echo " en"d.', " end.")
    assert "cpus=2." in tell(bh, 'echo cpus=$(nproc)"."', "cpus=2.")
    console = {"aarch64": "ttyAMA0", "riscv64": "ttyS0"}[m.arch]
    assert f"console={console}" in tell(bh, 'cat /proc/cmdline; echo en"d."', "end.")


@pytest.mark.arch("riscv64")
def test_a_tree_with_too_few_harts_is_refused(bh):
    m = bh.machine
    m.sh(f"bulkhead config compile -b {bh.board} {bh.vm('linux', 2)} -o /tmp/cell.blob --dtb /tmp/made.dtb")
    tree = libfdt.Fdt(base64.b64decode(m.sh("base64 /tmp/made.dtb")))
    tree.del_node(tree.path_offset("/cpus/cpu@1"))
    m.put("/tmp/own.dtb", bytes(tree.as_bytearray()))
    m.sh(f"sed 's,devicetree: generate,devicetree: /tmp/own.dtb,' {bh.vm('linux', 2)} >{FILE}")
    assert "the device tree has 1 CPUs, the cell 2" in m.refused(f"bulkhead cell create {FILE}")
