# SPDX-License-Identifier: GPL-2.0-or-later
"""RISC-V's Advanced Interrupt Architecture: what only machines with an APLIC, or APLIC and IMSIC, can show. The shared
scenarios run on them, too, as on those with a PLIC."""
import glob
import lzma
import os
import re
import time

import pytest

import wire
from hypervisor import Hypervisor
from machine import CACHE, SCALE, Machine, architectures
from traps import Traps, arguments

pytestmark = pytest.mark.skipif("riscv64" not in architectures(), reason="not built: make ARCH=riscv64 all")
# No messages without it, and without interrupt files of guests there are exits.
WITH_IMSIC = pytest.mark.parametrize("riscv", ("imsic",), indirect=True)
NAME = "riscv64-{}"


def disk(folder):
    """A disk whose driver takes a message for each hart, and the driver: QEMU's arguments, and files for root."""
    image, driver = folder / "disk", folder / "virtio_blk.ko"
    with open(image, "wb") as f:
        os.truncate(f.fileno(), 16 << 20)
    packed = glob.glob(f"{CACHE}/kernels/riscv64-6.12/root/usr/lib/modules/*/kernel/drivers/block/virtio_blk.ko.xz")[0]
    driver.write_bytes(lzma.open(packed).read())
    return ["-drive", f"file={image},if=none,id=disk,format=raw", "-device", "virtio-blk-pci,drive=disk"], \
        {str(driver): "/lib/virtio_blk.ko"}


@pytest.fixture(scope="module", params=("imsic", "aplic"))
def riscv(request, tmp_path_factory):
    """One machine for each kind of interrupt controller."""
    name = NAME.format(request.param)
    qemu, files = disk(tmp_path_factory.mktemp(request.param))
    with Machine(gic=request.param, name=name, qemu=arguments(name) + qemu, files=files) as machine:
        yield Hypervisor(machine)


@pytest.fixture
def rv(riscv):
    """The hypervisor, enabled; at the end root is well and has all of its CPUs."""
    riscv.ensure(enabled=True)
    yield riscv
    riscv.destroy_all()
    assert riscv.machine.health() == []
    assert riscv.machine.online() == [0, 1, 2, 3]


@pytest.fixture
def linux(rv):
    rv.boot(rv.vm("linux", 2), timeout=120)
    rv.wait_console("linux", "bulkhead-guest ready", 120)
    return rv


def guest(bh, command, until, timeout=30):
    """Type a command into the guest's shell; give what it shows up to `until`."""
    return bh.machine.sh(f"bulkhead console linux --new --send '{command}' --until '{until}' --timeout {timeout}",
                         timeout + 10)


def read_disk(machine):
    """Read from all harts; the messages that it took."""
    count = "awk '/virtio0-req/ {n += $2 + $3 + $4 + $5} END {print n + 0}' /proc/interrupts"
    before = int(machine.sh(count))
    machine.sh("for cpu in 0 1 2 3; do taskset -p $((1 << cpu)) $$ >/dev/null; "
               "dd if=/dev/vda of=/dev/null bs=4k iflag=direct count=20 2>/dev/null || exit 1; done", 60)
    return int(machine.sh(count)) - before


@WITH_IMSIC
def test_messages_of_a_disk_go_on(riscv):
    """It sends them to the supervisor's files, which the hypervisor has meanwhile."""
    m = riscv.machine
    riscv.ensure(enabled=False)
    m.sh("test -b /dev/vda || insmod /lib/virtio_blk.ko; test -b /dev/vda")
    assert read_disk(m) >= 80
    for _ in range(2):
        m.sh("rm -f /tmp/whole; "
             "(dd if=/dev/vda of=/dev/null bs=4k iflag=direct && echo whole >/tmp/whole) >/dev/null 2>&1 &")
        riscv.enable()
        assert read_disk(m) >= 80
        for cpu in (1, 3):
            m.sh(f"cd /sys/devices/system/cpu/cpu{cpu}; echo 0 >online; echo 1 >online")
        assert read_disk(m) >= 80
        riscv.disable()
        assert read_disk(m) >= 80
        m.wait_for("test -f /tmp/whole", 60)
    assert m.health() == []


def test_root_moves_an_interrupt(rv):
    """Affinity is the target register, which names a hart."""
    m = rv.machine
    irq = m.sh("sed -n 's/^ *\\([0-9]*\\):.*ttyS0$/\\1/p' /proc/interrupts").strip()

    def taken():
        return [int(n) for n in m.sh(f"grep '^ *{irq}:' /proc/interrupts").split()[1:5]]

    for cpu in (3, 0):
        m.sh(f"echo {cpu} >/proc/irq/{irq}/smp_affinity_list")
        before = taken()
        m.sh("seq 200")
        after = taken()
        assert after[cpu] > before[cpu], (before, after)


def test_a_wire_that_changes_its_owner(rv):
    """And rings meanwhile; with a PLIC, test_wire.py."""
    wire.check(rv)


def test_root_hears_of_a_cell(rv):
    """By a line of a virtual device of its own."""
    rv.boot(rv.vm("heartbeat"))
    rv.cell("stop", "heartbeat")
    heard = rv.machine.sh("sed -n '/ bulkhead$/s/^[^:]*: *//p' /proc/interrupts")
    counts = [int(word) for word in heard.split() if word.isdigit()]
    assert sum(counts[:len(rv.machine.online())]) > 0, heard


def test_console_input_by_interrupt(rv):
    """A bare-metal program drives the controller itself."""
    rv.boot(rv.vm("console-echo"))
    rv.wait_console("console-echo", "echo: ready")
    with rv.machine.session("bulkhead console console-echo") as console:
        console.send("123456789\r")
        console.expect("9 bytes, crc32 cbf43926, 0 lost")
        assert console.leave("\x1d") == 0


def test_linux_cell_types_by_interrupt_also_after_a_pause(linux):
    kind = "APLIC-MSI" if linux.machine.gic == "imsic" else "APLIC-DIRECT"
    linux.cell("suspend", "linux")
    linux.machine.sh("sleep 1")
    linux.cell("resume", "linux")
    shown = guest(linux, 'grep -c "^isa.*rv64imafdc_" /proc/cpuinfo; grep ttyS0 /proc/interrupts; echo en"d."', "end.")
    assert re.search(r"^2\r*$", shown, re.M), "the guest sees the H extension, or not both harts"
    assert re.search(rf"{kind}.* ttyS0", shown)
    assert int(re.search(r":\s+(\d+)", shown)[1]) > 0


START = '(taskset 1 cat /dev/zero | taskset 2 cat >/dev/null) & echo en"d."'
SHOW = 'grep -E "IPI0|IPI1|timer" /proc/interrupts; echo en"d."'


def emulator_sees_exits(linux):
    """A count of none is worth something only from who sees those that there are."""
    traps = Traps(NAME.format(linux.machine.gic))
    before = linux.json("cell stats linux")["2"]["exits_total"]
    traps.start()
    guest(linux, 'taskset 1 echo en"d."', "end.")
    traps.stop()
    assert linux.json("cell stats linux")["2"]["exits_total"] > before
    assert traps.exits[2, "guest page fault (store)"] > 0


@WITH_IMSIC
def test_busy_linux_cell_takes_ipis_and_timers_without_exits(linux):
    """IMSIC and Sstc: the hypervisor's count and the emulator's are both 0 over the window; the guest's are not."""
    m, harts = linux.machine, (2, 3)

    def total():
        return {cpu: counts["exits_total"] for cpu, counts in linux.json("cell stats linux").items()}

    def arrived():
        shown = guest(linux, SHOW, "end.")
        return {name: [int(a), int(b)] for name, a, b in re.findall(r"(IPI0|IPI1|10):\s+(\d+)\s+(\d+)", shown)}

    earlier = arrived()
    guest(linux, START, "end.")
    time.sleep(2 * SCALE)  # until the prompt is out
    before, traps = total(), Traps(NAME.format(m.gic))
    traps.start()
    time.sleep(3 * SCALE)
    traps.stop()
    after = total()
    guest(linux, 'killall cat; echo en"d."', "end.")
    later = arrived()

    assert set(before) == {"2", "3"} and after == before
    assert traps.of(traps.exits, harts) == {}
    for hart in harts:
        assert traps.guest[hart, "timer"] > 100 and traps.guest[hart, "external"] > 100, traps.guest
    # What the guest itself says: of its timers, and of IPIs of both kinds.
    for hart in range(2):
        assert later["10"][hart] - earlier["10"][hart] > 100, (earlier, later)
        assert sum(later[n][hart] - earlier[n][hart] for n in ("IPI0", "IPI1")) > 100, (earlier, later)
    print(f"traps that harts {harts} took in the window without leaving the guest: {traps.of(traps.guest, harts)}")
    emulator_sees_exits(linux)  # afterwards: QEMU goes on in the same file
