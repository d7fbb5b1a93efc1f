# SPDX-License-Identifier: GPL-2.0-or-later
"""Every single-byte change of every shipped blob, checksum made right: refused by name, or provably harmless."""
import functools

import blob as b
import checker as proof
import pytest
from conftest import CELLS

NAMES = ["board"] + [cell.stem for cell in CELLS]


def test_layout_agrees(shipped):
    """The Python description packs what the tool wrote, byte for byte."""
    for data, _ in shipped.values():
        assert b.build(b.parse(data)) == data


def test_shipped_blobs_are_sound(shipped, checker):
    for data, board in shipped.values():
        assert checker.check(data, board)[0] == 0
        assert proof.problems(data, board) == []


def test_wrong_checksum_is_refused(shipped, checker):
    data, _ = shipped[3, "board"]
    for offset in range(20, 24):
        changed = bytearray(data)
        changed[offset] ^= 0x40
        code, name, _ = checker.check(bytes(changed))
        assert (code, name) == (9, "crc")


@pytest.mark.parametrize("gic", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_every_single_byte(shipped, checker, gic, name):
    data, board = shipped[gic, name]
    counts, accepted, nameless = checker.sweep(data, board)
    assert counts.tried == (len(data) - 4) * 255
    assert counts.refused + counts.accepted == counts.tried
    assert not nameless, f"refused without a field's name: {nameless[:5]}"

    system = b.parse(board) if board else None

    @functools.lru_cache(maxsize=None)
    def sound(key):
        kind = b.SYSTEM if system is None else b.CELL
        parsed = b.parse(key)
        return not (proof.system_problems(parsed) if kind == b.SYSTEM else proof.cell_problems(parsed, system))

    for offset, value in accepted:
        changed = bytearray(data)
        changed[offset] = value
        assert sound(bytes(changed)), (offset, value, proof.problems(bytes(changed), board))


def test_the_proof_can_fail(shipped):
    """Maps in which two owners meet: the checker in Python must say so of each."""
    data, board = shipped[3, "linux-aarch64-qemu-smp2"]
    cell, system = b.parse(data), b.parse(board)
    wrong = []

    def cell_with(**changes):
        wrong.append(proof.cell_problems({**cell, **changes}, system))

    ram = cell["memory"][0]
    cell_with(memory=[ram, {**ram, "gpa": ram["gpa"] + 0x200000}])
    cell_with(memory=[ram, {**ram, "gpa": 1 << 32, "hpa": system["hv_base"], "flags": 7}])
    cell_with(memory=[ram, {**ram, "gpa": 1 << 32, "hpa": system["gicd_base"], "size": 4096, "flags": 11}])
    cell_with(comm_page=ram["gpa"])
    cell_with(gicr=cell["gicd"])
    cell_with(cpus=cell["cpus"] * 2)
    cell_with(cpus=[{"hwid": 77}])
    cell_with(irqs=[{"intid": system["event_irq"]}])
    cell_with(irqs=[{"intid": 33}])
    cell_with(entry=0)
    wrong.append(proof.system_problems({**system, "hv_base": system["pool"][0]["base"]}))
    wrong.append(proof.system_problems({**system, "gicd_base": system["gicr_base"]}))
    wrong.append(proof.system_problems({**system, "pool": system["pool"] * 2}))
    wrong.append(proof.system_problems({**system, "dram": []}))
    assert all(wrong), wrong
