# SPDX-License-Identifier: GPL-2.0-or-later
"""A board file that the machine writes itself enables without an edit; the doctor says what is wrong before."""
import json
import subprocess

import pytest

from created import BOARD, create_then_enable
from hypervisor import Hypervisor
from machine import BUILD

ARM = pytest.mark.arch("aarch64")


@pytest.mark.core
def test_create_then_enable(machine):
    create_then_enable(machine)


def findings(machine, *words):
    """By subject, and the exit code."""
    done = machine.run("bulkhead hardware check --json " + " ".join(words))
    return {f["subject"]: f for f in json.loads(done.output)["findings"]}, done.code


@pytest.mark.core
def test_doctor_of_a_good_machine(machine):
    found, code = findings(machine)
    assert code == 0 and found["virtualization"]["result"] == "ok" and found["reserved memory"]["result"] == "ok"
    controller = {2: "GICv2", 3: "GICv3"}.get(machine.gic, "")  # on RISC-V it is called by its node
    assert controller in found["interrupt controller"]["text"]


@ARM
def test_reserved_memory_of_the_tree(own_machine, tmp_path):
    """Without 'mem=': the overlay that the tool writes is applied, as a boot loader does it."""
    tree, source, overlay, with_it = (str(tmp_path / n) for n in ("a.dtb", "o.dts", "o.dtbo", "b.dtb"))
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version=3,dumpdtb={tree}", "-cpu",
                    "cortex-a57", "-smp", "4", "-m", "2G", "-serial", "null", "-serial", "null", "-display", "none",
                    "-nic", "none"], check=True, timeout=60)
    subprocess.run([f"{BUILD}/host/bulkhead", "config", "create", "-t", tree, "--overlay", source, "-o", "/dev/null"],
                   check=True, timeout=60)
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", overlay, source], check=True, timeout=60)
    subprocess.run(["fdtoverlay", "-i", tree, "-o", with_it, overlay], check=True, timeout=60)
    m = own_machine(drop=("mem",), qemu=("-dtb", with_it))
    m.sh(f"bulkhead config create -o {BOARD}")
    assert "reserved-memory" in m.sh(f"cat {BOARD}")
    m.sh(f"modprobe bulkhead && bulkhead enable {BOARD} && bulkhead disable", 60)


@ARM
def test_doctor_of_a_machine_that_cannot(own_machine):
    m = own_machine(cpu="max", drop=("id_aa64mmfr1.vh", "mem", "kvm-arm.mode"))
    found, code = findings(m)
    assert code == 1
    assert {s for s, f in found.items() if f["result"] == "FAIL"} == {"virtualization", "KVM", "reserved memory"}
    assert "VHE" in found["virtualization"]["text"]
    assert "no RAM is set aside" in m.refused("bulkhead config create")


@ARM
def test_doctor_without_el2(own_machine):
    found, code = findings(own_machine(el2=False))
    assert code == 1 and "EL1" in found["virtualization"]["text"]


def test_driver_is_asked(machine):
    """What only the driver sees is among the answers when a board file is given."""
    bh = Hypervisor(machine)
    bh.ensure(enabled=False)
    machine.sh("modprobe bulkhead; mv /lib/firmware/bulkhead-*.bin /tmp/")
    try:
        assert "image was not found" in machine.refused(f"bulkhead hardware check {bh.board}")
    finally:
        machine.sh("mv /tmp/bulkhead-*.bin /lib/firmware/")
    assert machine.run("bulkhead hardware check").code == 0
