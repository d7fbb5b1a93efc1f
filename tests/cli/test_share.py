# SPDX-License-Identifier: GPL-2.0-or-later
"""ci/share: counts on small images that are known to the line, and what it must refuse; then our own images."""
import json
import subprocess

import pytest

COMMON = """int twice(int x)
{
	return x + x;
}

int never_called(int x)
{
	return twice(x) * 3;
}
"""
OWN = """int twice(int x);
int own_step(int x);

int own_step(int x)
{
	x += 3;
	return x;
}

int main(int argc, char **argv)
{
	return twice(argc) + own_step(argc);
}
"""
CALLS_NOTHING = OWN.replace("twice(argc)", "argc").replace("int twice(int x);\n", "\n")
# Lines of code that are linked of each: statements and braces that the compiler gives an address.
LINKED_CORE, LINKED_OWN = 3, 7
ALIKE = """int {name}(const int *table, unsigned int count, int wanted)
{{
	for (unsigned int i = 0; i < count; i++) {{
		if (table[i] == wanted && table[i] + 1 != wanted - 1)
			return table[i] * 3 + {constant};
	}}
	return -1;
}}
"""


class Tree:
    """A tree of two architectures with their images, as make leaves them."""

    def __init__(self, place, script):
        self.place, self.script = place, script
        self.write("hypervisor/core/common.c", COMMON)
        for folder in ("arm64", "riscv"):
            self.write(f"hypervisor/arch/{folder}/own.c", OWN)

    def write(self, path, text):
        (self.place / path).parent.mkdir(parents=True, exist_ok=True)
        (self.place / path).write_text(text)

    def build(self, name, folder, *flags):
        out = self.place / "build" / name
        objects = []
        for source in ("hypervisor/core/common", f"hypervisor/arch/{folder}/own"):
            (out / source).parent.mkdir(parents=True, exist_ok=True)
            objects.append(f"build/{name}/{source}.o")
            command = ["gcc", "-O0", "-g", *flags, "-ffunction-sections", "-fno-asynchronous-unwind-tables"]
            subprocess.run([*command, "-c", "-o", objects[-1], f"{source}.c"], cwd=self.place, check=True)
        subprocess.run(["gcc", "-nostdlib", "-static", "-Wl,--gc-sections", "-Wl,-e,main", "-o", out / "bulkhead.elf",
                        f"-Wl,-Map=build/{name}/bulkhead.map", *objects], cwd=self.place, check=True)

    def share(self, *words):
        return subprocess.run([self.script, "--root", ".", *words], cwd=self.place, capture_output=True, text=True,
                              timeout=120)


@pytest.fixture
def tree(top, tmp_path):
    made = Tree(tmp_path, top / "ci/share")
    made.build("aarch64", "arm64")
    made.build("riscv64", "riscv")
    return made


def counted(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_counts(tree):
    riscv = counted(tree.share("--goal", "riscv64=27", "--json", "-"))["architectures"]["riscv64"]
    # twice(): lines 2 to 4 of 9; own.c: 5 to 8, 11 to 13. never_called() was thrown away at the link.
    assert (riscv["lines"], riscv["shared"], riscv["percent"]) == (LINKED_CORE + LINKED_OWN, LINKED_CORE, 30.0)
    assert riscv["layers"] == {"core": [LINKED_CORE, LINKED_CORE], "arch/riscv": [LINKED_OWN, 0]}
    assert (riscv["object_shared"], riscv["object_lines"]) == (8, 19)


def test_a_goal_that_is_not_met(tree):
    result = tree.share("--goal", "riscv64=31")
    assert result.returncode == 1 and "the goal of riscv64 is not met" in result.stderr
    assert "NOT MET" in result.stdout


def test_the_same_line_of_another_file_is_not_shared(tree):
    """The folders' own.c have the same lines; only the file that both link counts."""
    tree.write("hypervisor/arch/riscv/own.c", CALLS_NOTHING)
    tree.build("riscv64", "riscv")
    riscv = counted(tree.share("--goal", "riscv64=0", "--json", "-"))["architectures"]["riscv64"]
    assert (riscv["shared"], riscv["object_shared"]) == (0, 0)


def test_one_architecture_shares_nothing(tree):
    result = tree.share("riscv64")
    assert result.returncode == 2 and "two architectures" in result.stderr


def test_no_line_table(tree):
    tree.build("riscv64", "riscv", "-g0")
    result = tree.share("--goal", "riscv64=0")
    assert result.returncode == 2 and "no line in its line table" in result.stderr


def test_sources_that_changed_since(tree):
    tree.write("hypervisor/core/common.c", "int x;\n")
    result = tree.share("--goal", "riscv64=0")
    assert result.returncode == 2 and "build anew" in result.stderr


def test_alike_needs_a_reason(tree):
    tree.write("hypervisor/arch/arm64/more.c", ALIKE.format(name="search_here", constant=1))
    tree.write("hypervisor/arch/riscv/more.c", ALIKE.format(name="search_there", constant=2))
    bare = tree.share("--goal", "riscv64=0")
    assert bare.returncode == 1 and "search_here() and search_there() are similar" in bare.stderr
    tree.write("ci/share.reasons", "search_*: each has its own constant\n")
    pairs = counted(tree.share("--goal", "riscv64=0", "--json", "-"))["similar"]
    assert [p["reason"] for p in pairs] == ["each has its own constant"]


def test_what_a_shared_layer_has(tree):
    tree.write("hypervisor/cell/more.c", ALIKE.format(name="search", constant=1))
    tree.write("hypervisor/arch/riscv/more.c", ALIKE.format(name="find", constant=1))
    result = tree.share("--goal", "riscv64=0")
    assert result.returncode == 1 and "find() and search() are similar" in result.stderr


def test_a_reason_for_nothing(tree):
    tree.write("ci/share.reasons", "long_gone: both had it\n")
    result = tree.share("--goal", "riscv64=0")
    assert result.returncode == 1 and "long_gone" in result.stderr
    tree.write("ci/share.reasons", "nothing said\n")
    assert tree.share().returncode == 2


def test_our_images(top, tmp_path):
    """RISC-V's goal, and a reason for all that is alike, on the images that make built."""
    missing = [a for a in ("aarch64", "riscv64") if not (top / "build" / a / "bulkhead.elf").exists()]
    if missing:
        pytest.skip(f"not built: {missing}")
    result = subprocess.run([top / "ci/share", "--json", tmp_path / "share.json", "aarch64", "riscv64"], cwd=top,
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    found = json.loads((tmp_path / "share.json").read_text())
    assert found["architectures"]["riscv64"]["percent"] >= 55
    assert all(pair["reason"] for pair in found["similar"])
