# SPDX-License-Identifier: GPL-2.0-or-later
"""Each reason against enabling, provoked on a machine that really has it."""
import glob
import lzma
import struct

import pytest

from hypervisor import TEST, Hypervisor
from machine import CACHE, image_path

ARM = pytest.mark.arch("aarch64")
RISCV = pytest.mark.arch("riscv64")
COMPATIBLE = {"aarch64": "linux,dummy-virt", "riscv64": "riscv-virtio", "x86_64": "QEMU Standard PC"}


def refusal(machine, more=""):
    """Try to enable; give what it says. Root must be well afterwards."""
    bh = Hypervisor(machine)
    text = machine.refused(f"bulkhead enable {more or bh.board}")
    assert not bh.enabled()
    assert machine.health() == []
    return text


@pytest.fixture
def off(machine):
    """A shared machine, where the hypervisor is not enabled: for reasons that are not the machine's."""
    hypervisor = Hypervisor(machine)
    hypervisor.ensure(enabled=False)
    return hypervisor


# Where the interrupt controller makes no difference, once on each architecture is enough.
ONCE = pytest.mark.without("imsic", "aplic")


@ARM
def test_no_el2(own_machine):
    text = refusal(own_machine(el2=False))
    assert "not started at EL2" in text and "virtualization=on" in text


@ARM
def test_vhe(own_machine):
    text = refusal(own_machine(cpu="max", drop=("id_aa64mmfr1.vh",)))
    assert "VHE" in text and "id_aa64mmfr1.vh=0" in text


@ARM
def test_kvm(own_machine):
    text = refusal(own_machine(drop=("kvm-arm.mode",)))
    assert "KVM" in text and "kvm-arm.mode=none" in text


@ARM
def test_protected_kvm(own_machine):
    text = refusal(own_machine(cpu="max", drop=("kvm-arm.mode", "id_aa64mmfr1.vh"), append="kvm-arm.mode=protected"))
    assert "KVM" in text and "kvm-arm.mode=none" in text


@RISCV
def test_no_h_extension(own_machine, each_arch):
    text = refusal(own_machine(el2=False))
    assert "no H extension" in text and "h=true" in text


@pytest.fixture
def kvm(tmp_path):
    """The kernel's own kvm.ko, unpacked."""
    found = glob.glob(f"{CACHE}/kernels/riscv64-6.12/root/**/kvm.ko.xz", recursive=True)
    assert found, "no kvm.ko in the cache; run ci/setup"
    path = tmp_path / "kvm.ko"
    path.write_bytes(lzma.open(found[0]).read())
    return str(path)


@RISCV
def test_kvm_is_loaded(own_machine, each_arch, kvm):
    m = own_machine(files={kvm: "/lib/kvm.ko"})
    m.sh("insmod /lib/kvm.ko && test -e /dev/kvm")
    text = refusal(m)
    assert "KVM is loaded" in text and "modprobe -r kvm" in text


@RISCV
def test_kvm_is_not_loaded_while_enabled(own_machine, each_arch, kvm):
    """It would find its registers forbidden, and the kernel would die of that."""
    m = own_machine(files={kvm: "/lib/kvm.ko"})
    bh = Hypervisor(m)
    bh.enable()
    m.refused("insmod /lib/kvm.ko")
    assert "no KVM while the hypervisor is enabled" in m.sh("dmesg | tail -n 5")
    bh.boot_test("heartbeat")
    assert bh.beats("heartbeat")
    bh.cell("destroy", "heartbeat")
    bh.disable()
    m.sh("insmod /lib/kvm.ko && test -e /dev/kvm")
    assert m.health() == []


def test_nothing_is_reserved(own_machine, each_arch):
    text = refusal(own_machine(drop=("mem", "memmap")))
    assert "hypervisor's memory is not reserved" in text
    assert "pool is not reserved" in text, "all reasons come at once"
    assert "mem=" in text or "memmap=" in text


@ARM
def test_several_reasons_come_at_once(own_machine):
    text = refusal(own_machine(cpu="max", drop=("id_aa64mmfr1.vh", "mem")))
    assert "VHE" in text and "not reserved" in text


@ONCE
def test_wrong_board(off):
    m = off.machine
    m.sh(f"sed 's/^compatible: .*/compatible: some,other-board/' {off.board} >/tmp/other.yaml")
    text = refusal(m, "/tmp/other.yaml")
    assert "another machine" in text and COMPATIBLE[m.arch] in text


def header_with(arch_name, **changes):
    """The image with some fields of its header changed; see include/bulkhead/image.h."""
    with open(image_path(arch_name), "rb") as f:
        image = bytearray(f.read())
    offsets = {"major": (8, "<H"), "minor": (10, "<H"), "arch": (12, "<H")}
    for name, value in changes.items():
        offset, form = offsets[name]
        struct.pack_into(form, image, offset, value)
    return bytes(image)


@ONCE
def test_image_of_another_kind(off):
    m = off.machine
    image = f"/lib/firmware/bulkhead-{m.arch}.bin"
    m.sh(f"mv {image} /tmp/good.bin")
    assert "image was not found" in refusal(m)
    m.put(image, b"no image at all" * 1000)
    assert "image does not fit" in refusal(m)
    good = header_with(m.arch)
    architecture = struct.unpack_from("<H", good, 12)[0]
    for changed in (header_with(m.arch, arch=architecture + 1), header_with(m.arch, major=99)):
        # Only the first bytes differ: do not send the rest over the serial port.
        m.put("/tmp/head", changed[:64])
        assert changed[64:] == good[64:]
        m.sh(f"(cat /tmp/head; tail -c +65 /tmp/good.bin) >{image}")
        assert "image does not fit" in refusal(m)
    m.sh(f"mv /tmp/good.bin {image}")
    off.enable()
    off.disable()


@ONCE
def test_blob_of_another_architecture_or_version(off):
    """The check of the blob in tool and driver, on a compiled blob with a checksum that is right."""
    m = off.machine
    m.sh(f"bulkhead config compile {off.board} -o /tmp/board.blob")
    blob = bytes.fromhex(m.sh("od -An -v -tx1 /tmp/board.blob").replace(" ", "").replace("\n", ""))
    assert len(blob) == struct.unpack_from("<I", blob, 16)[0]

    def variant(offset, form, value):
        import zlib
        changed = bytearray(blob)
        struct.pack_into(form, changed, offset, value)
        struct.pack_into("<I", changed, 20, 0)
        struct.pack_into("<I", changed, 20, zlib.crc32(bytes(changed)))
        m.put("/tmp/changed.blob", bytes(changed))
        return refusal(m, "/tmp/changed.blob")

    architecture = struct.unpack_from("<H", blob, 12)[0]
    assert "another architecture" in variant(12, "<H", architecture + 1)
    assert "version" in variant(8, "<H", 99)
    m.sh("bulkhead enable /tmp/board.blob && bulkhead disable")


@ARM
def test_gic_of_another_version(own_machine):
    """A blob that was compiled on a GICv3 machine is refused on a GICv2 one."""
    m = own_machine(gic=3)
    m.sh("modprobe bulkhead")
    m.sh(f"bulkhead config compile {Hypervisor(m).board} -o /tmp/board.blob")
    blob = bytes.fromhex(m.sh("od -An -v -tx1 /tmp/board.blob").replace(" ", "").replace("\n", ""))
    m.close()
    other = own_machine(gic=2)
    other.put("/tmp/board.blob", blob)
    assert "interrupt controller" in refusal(other, "/tmp/board.blob")


@ONCE
def test_cell_file_for_the_wrong_board(bh):
    text = bh.machine.refused(f"bulkhead cell create {TEST}/bad-cpu.yaml")
    assert "bad-cpu.yaml:" in text, "the place in the user's file"
