# SPDX-License-Identifier: GPL-2.0-or-later
"""The tutorial of the README, read out of it and done: each command as it stands, and what it says that it prints."""
import os
import re

import pytest

from machine import BOARDS, TREE, Result

# What is different in the emulated RISC-V machine, as the README says beside it.
RISCV = {"guest: 0x4000_0000": "guest: 0x8000_0000", "console=ttyAMA0": "console=ttyS0",
         BOARDS["aarch64"]["UART"]: BOARDS["riscv64"]["UART"], "dummy-virt": "riscv-virtio"}
PROMPT = "guest:(/root|~)# "  # busybox of trixie knows whose home it is
HOST = ["ci/setup", "make all", "ci/system/shell"]


def section(page, title):
    """The fenced blocks of a section."""
    with open(os.path.join(TREE, page), encoding="utf-8") as f:
        text = f.read()
    part = re.search(rf"^## {title}.*?(?=^## )", text, re.S | re.M)[0]
    return re.findall(r"^```\n(.*?)^```$", part, re.S | re.M)


class Step:
    """A command, where it is typed ('root' or 'guest'), and the lines that it prints."""

    def __init__(self, where, command):
        self.where, self.command, self.prints = where, command, []


def steps(block):
    found, end = [], None
    for line in block.splitlines():
        prompt = re.match(r"(root|guest:/root)# (.*)", line)
        if end is not None:
            found[-1].command += "\n" + line
            end = None if line == end else end
        elif prompt:
            found.append(Step(prompt[1].split(":")[0], prompt[2]))
            mark = re.search(r"<<'(\w+)'$", prompt[2])
            end = mark[1] if mark else None
        else:
            found[-1].prints.append(line)
    return found


def for_arch(block, arch):
    """The steps on another machine; each difference must be there."""
    for ours, theirs in (RISCV if arch == "riscv64" else {}).items():
        assert ours in block, f"the tutorial does not have '{ours}'"
        block = block.replace(ours, theirs)
    return block


def words(text):
    """Lines without what differs in number of blanks."""
    return [" ".join(line.split()) for line in text.splitlines()]


def in_root(machine, step):
    done = machine.run(step.command, 120)
    assert done.code == 0, done
    for line in step.prints:
        assert " ".join(line.split()) in words(done.output), f"{step.command} does not print '{line}': {done.output}"


def in_guest(machine, opening, typed):
    """A console: what the steps type, and what answers."""
    assert typed[-1].command == "^]", "the tutorial leaves the console"
    with machine.session(opening.command) as console:
        console.expect(PROMPT, 120)
        for step in typed[:-1]:
            console.send(step.command + "\n")
            for line in step.prints:
                console.expect(r"\n" + re.escape(line) + r"\r*\n")
            console.expect(PROMPT)
        assert console.leave("\x1d") == 0


def perform(machine, block):
    """All steps in order; gives how many were done."""
    todo = steps(block)
    count = len(todo)
    while todo:
        step = todo.pop(0)
        typed = []
        while todo and todo[0].where == "guest":
            typed.append(todo.pop(0))
        if typed:
            in_guest(machine, step, typed)
        else:
            in_root(machine, step)
    return count


def test_both_languages_have_it():
    blocks = section("README.md", "Tutorial")
    assert blocks == section("README.zh.md", "教程")
    assert blocks[0].splitlines() == HOST
    cell = next(s for s in steps(blocks[1]) if "linux.yaml <<" in s.command)
    assert len(cell.command.splitlines()) - 2 == 12, "a cell file of twelve lines"


@pytest.mark.arch("aarch64", "riscv64")
def test_tutorial(own_machine, each_arch):
    """From nothing: the machine as `ci/system/shell` boots it, and none of the files that we ship."""
    m = own_machine()
    m.sh("rm -rf /etc/bulkhead && cd /root && ls")
    assert perform(m, for_arch(section("README.md", "Tutorial")[1], each_arch.arch)) >= 10
    assert m.health() == []


class Parrot:
    """A machine that prints the same whatever it is told."""

    def run(self, command, timeout):
        return Result(command, "one\n  two  three\n", 0)


def test_a_wrong_line_is_noticed():
    perform(Parrot(), "root# say\none\ntwo three\n")
    with pytest.raises(AssertionError):
        perform(Parrot(), "root# say\none\ntwo\n")
