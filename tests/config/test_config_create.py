# SPDX-License-Identifier: GPL-2.0-or-later
"""config create, config diff and hardware check on machines that are a few files: a device tree, and what /proc shows.

The running machine is looked at by ci/system/test_create.py.
"""
import json
import subprocess

import blob as b
import pytest
from conftest import BOARD, TOOL

IOMEM = """\
08000000-0800ffff : GICD
40000000-5fffffff : System RAM
  40200000-41a7ffff : Kernel code
  41a80000-4208ffff : reserved
4010000000-401fffffff : PCI ECAM
"""
# hwirq of the timer: 30 after a start in EL2, 26 with VHE, 27 after a start in EL1
INTERRUPTS = """\
           CPU0       CPU1
 11:        775        884     GICv3  {timer} Level     arch_timer
 14:         18          0     GICv3  33 Level     uart-pl011
IPI0:        28         54         Rescheduling interrupts
"""


def overlaid(tree, out, overlay):
    """A device tree with an overlay applied, as a boot loader does it."""
    source, compiled = out.with_suffix(".dts"), out.with_suffix(".dtbo")
    source.write_text(overlay)
    subprocess.run(["dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", compiled, source], check=True, timeout=60)
    subprocess.run(["fdtoverlay", "-i", tree, "-o", out, compiled], check=True, timeout=60)
    return out


@pytest.fixture
def machine(trees, tmp_path):
    """Make the root directory of a machine; files given as path=content replace or (None) remove a good one's."""
    def make(gic=3, tree=None, timer=30, **changes):
        files = {
            "sys/firmware/fdt": (tree or trees[gic]).read_bytes(),
            "proc/iomem": IOMEM, "proc/cmdline": "console=ttyAMA0 kvm-arm.mode=none mem=512M\n",
            "proc/sys/kernel/osrelease": "6.12.1-test\n", "proc/modules": "",
            "proc/interrupts": INTERRUPTS.format(timer=timer),
            "sys/devices/system/cpu/cpu1/online": "1\n", "sys/module/module/parameters/sig_enforce": "N\n",
            "lib/modules/6.12.1-test/extra/bulkhead.ko": "", "lib/firmware/bulkhead-aarch64.bin": "",
        }
        files.update({path.replace("__", "/"): content for path, content in changes.items()})
        root = tmp_path / "machine"
        for path, content in files.items():
            if content is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        return root
    return make


def tool(*words):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def created(config, tmp_path):
    """The board file that 'config create' writes, as a blob taken apart: it must pass as it is."""
    def call(tree, *words):
        board = tmp_path / "created.yaml"
        done = config("create", *words, "-o", board)
        assert done.returncode == 0, done.stderr
        assert config("check", "-t", tree, board).returncode == 0
        done = config("compile", "-t", tree, board, "-o", tmp_path / "created.blob")
        assert done.returncode == 0, done.stderr
        return b.parse((tmp_path / "created.blob").read_bytes())
    return call


# ---- create ----

@pytest.mark.parametrize("gic", [2, 3])
def test_memory_that_mem_leaves_over(created, machine, trees, gic):
    system = created(trees[gic], "--sysroot", machine(gic))
    assert (system["hv_base"], system["hv_size"]) == (0xbf000000, 16 << 20)
    assert [(r["base"], r["size"]) for r in system["pool"]] == [(0x60000000, 1520 << 20)]
    assert system["gic_version"] == gic and system["compatible"].rstrip(b"\0") == b"linux,dummy-virt"
    assert system["event_irq"] == 32 + 63  # the last line of the highest block in use, which has no user


def test_memory_that_is_reserved(config, created, machine, trees, tmp_path):
    """--overlay writes what a boot loader applies; with it the machine has memory for us, whatever 'mem=' says."""
    done = config("create", "-t", trees[3], "--memory", "256M", "--overlay", tmp_path / "o.dts", "-o", "/dev/null")
    assert done.returncode == 0, done.stderr
    tree = overlaid(trees[3], tmp_path / "with.dtb", (tmp_path / "o.dts").read_text())
    iomem = IOMEM.replace("5fffffff : System", "afffffff : System")
    system = created(tree, "--sysroot", machine(tree=tree, proc__iomem=iomem, proc__cmdline="quiet\n"))
    assert (system["hv_base"], system["hv_size"]) == (0xbf000000, 16 << 20)
    assert [(r["base"], r["size"]) for r in system["pool"]] == [(0xb0000000, 240 << 20)]


def test_several_reserved_ranges(created, machine, trees, tmp_path):
    overlay = "/dts-v1/;\n/plugin/;\n&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n" \
        "bulkhead@70000000 { reg = <0 0x70000000 0 0x4000000>; no-map; };\n" \
        "bulkhead@a0100000 { reg = <0 0xa0100000 0 0x8000000>; no-map; };\n" \
        "optee@b0000000 { reg = <0 0xb0000000 0 0x1000000>; no-map; };\n}; };\n"
    tree = overlaid(trees[3], tmp_path / "with.dtb", overlay)
    system = created(tree, "--sysroot", machine(tree=tree))
    assert (system["hv_base"], system["hv_size"]) == (0xa7000000, 16 << 20)  # whole blocks of the largest
    assert [(r["base"], r["size"]) for r in system["pool"]] == [(0x70000000, 64 << 20), (0xa0200000, 110 << 20)]


def test_firmware_keeps_what_it_reserved(created, machine, trees, tmp_path):
    overlay = "/dts-v1/;\n/plugin/;\n&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n" \
        "optee@b0000000 { reg = <0 0xb0000000 0 0x1000000>; no-map; }; }; };\n"
    tree = overlaid(trees[3], tmp_path / "with.dtb", overlay)
    system = created(tree, "--sysroot", machine(tree=tree))
    taken = [(system["hv_base"], system["hv_size"])] + [(r["base"], r["size"]) for r in system["pool"]]
    assert taken and all(base + size <= 0xb0000000 or base >= 0xb1000000 for base, size in taken)


def blocks(*offline, size=0x8000000, first=8, last=23):
    """Memory blocks as the kernel shows them, of 128 MiB, those of RAM from 0x40000000 on."""
    files = {"sys/devices/system/memory/block_size_bytes": f"{size:x}\n"}
    for n in range(first, last + 1):
        files[f"sys/devices/system/memory/memory{n}/state"] = "offline\n" if n in offline else "online\n"
    return files


ALL_LINUX = IOMEM.replace("5fffffff : System", "bfffffff : System")


def test_memory_that_the_running_kernel_gave_away(created, machine, trees):
    """'System RAM' is its name all the same."""
    root = machine(proc__iomem=ALL_LINUX, proc__cmdline="quiet\n", **blocks(18, 19, 20, 22))
    system = created(trees[3], "--sysroot", root)
    assert (system["hv_base"], system["hv_size"]) == (0xa7000000, 16 << 20)
    assert [(r["base"], r["size"]) for r in system["pool"]] == [(0x90000000, 368 << 20), (0xb0000000, 128 << 20)]
    assert "'bulkhead memory carve', until the next boot" in findings(root)["reserved memory"]["text"]


def test_a_block_that_goes_offline_is_still_linux(config, machine):
    files = blocks()
    files["sys/devices/system/memory/memory18/state"] = "going-offline\n"
    root = machine(proc__iomem=ALL_LINUX, proc__cmdline="quiet\n", **files)
    assert "no RAM is set aside" in config("create", "--sysroot", root).stderr


def test_nothing_set_aside_is_a_sentence(config, machine, tmp_path):
    iomem = IOMEM.replace("5fffffff : System", "bfffffff : System")
    root = machine(proc__iomem=iomem, proc__cmdline="quiet\n")
    done = config("create", "--sysroot", root, "-o", tmp_path / "b.yaml")
    assert done.returncode == 1 and not (tmp_path / "b.yaml").exists()
    for word in ("no RAM is set aside", "0x80000000 to 0xbfffffff", "--overlay", "mem="):
        assert word in done.stderr, word


def test_ram_that_is_hidden_without_mem_is_not_ours(config, machine):
    """Firmware hides RAM, too."""
    done = config("create", "--sysroot", machine(proc__cmdline="quiet\n"))
    assert done.returncode == 1 and "no RAM is set aside" in done.stderr


def test_without_privileges(config, machine):
    iomem = "00000000-00000000 : System RAM\n"
    done = config("create", "--sysroot", machine(proc__iomem=iomem))
    assert done.returncode == 1 and "run this as root" in done.stderr


def test_too_little_is_said(config, machine, trees, tmp_path):
    overlay = "/dts-v1/;\n/plugin/;\n&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n" \
        "bulkhead@70000000 { reg = <0 0x70000000 0 0x1000000>; no-map; }; }; };\n"
    tree = overlaid(trees[3], tmp_path / "with.dtb", overlay)
    done = config("create", "--sysroot", machine(tree=tree))
    assert done.returncode == 1 and "at least 18 MiB" in done.stderr and "reserve more" in done.stderr


def test_tree_without_memory_gives_dram_in_the_file(created, machine, trees, tmp_path):
    """As with UEFI: RAM is what Linux has, and what is kept for us."""
    tree = tmp_path / "bare.dtb"
    overlay = "/dts-v1/;\n/plugin/;\n&{/} { reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;\n" \
        "bulkhead@60000000 { reg = <0 0x60000000 0 0x10000000>; no-map; }; }; };\n"
    overlaid(trees[3], tree, overlay)
    subprocess.run(["fdtput", "-r", tree, "/memory@40000000"], check=True, timeout=60)
    system = created(tree, "--sysroot", machine(tree=tree))
    assert [(r["base"], r["size"]) for r in system["dram"]] == [(0x40000000, 0x30000000)]
    assert (system["hv_base"], system["hv_size"]) == (0x6f000000, 16 << 20)


@pytest.mark.parametrize("aia", ["none", "aplic", "aplic-imsic"])
def test_riscv(config, machine, tmp_path, aia):
    """PLIC, APLIC or IMSIC; the end of RAM, where the device tree lies, is not taken."""
    tree, made = tmp_path / "rv.dtb", tmp_path / "made.yaml"
    subprocess.run(["qemu-system-riscv64", "-M", f"virt,aia={aia},dumpdtb={tree}", "-smp", "4", "-m", "2G", "-display",
                    "none", "-nic", "none"], check=True, capture_output=True, timeout=60)
    root = machine(tree=tree, proc__iomem="80000000-bfffffff : System RAM\n", proc__cmdline="mem=1G\n")
    assert config("create", "--sysroot", root, "-o", made).returncode == 0
    done = config("check", "-t", tree, made)
    assert done.returncode == 0, done.stderr
    assert config("compile", "-t", tree, made, "-o", tmp_path / "made.blob").returncode == 0
    system = b.parse((tmp_path / "made.blob").read_bytes())
    assert (system["hv_base"], system["hv_size"]) == (0xfe000000, 16 << 20)
    assert [(r["base"], r["size"]) for r in system["pool"]] == [(0xc0000000, 992 << 20)]
    assert 60 <= system["event_irq"] <= 96
    assert config("diff", made, "--sysroot", root).returncode == 0


def test_name_and_sizes(config, trees, tmp_path):
    done = config("create", "-t", trees[3], "--name", "mine", "--hypervisor", "32M", "--memory", "512M")
    assert done.returncode == 0 and "board: mine\n" in done.stdout
    assert "memory: { at: 0xbe000000, size: 32M }" in done.stdout and "{ at: 0xa0000000, size: 480M }" in done.stdout
    assert "NOT SET ASIDE YET" in done.stdout
    assert config("create", "-t", trees[3], "--memory", "64G").returncode == 1
    assert config("create", "-t", trees[3], "--memory", "much").returncode == 2
    assert config("create", "-t", BOARD).returncode == 3


# ---- diff ----

@pytest.fixture
def compiled(config, trees, tmp_path):
    path = tmp_path / "board.blob"
    assert config("compile", "-t", trees[3], BOARD, "-o", path).returncode == 0
    return path


def test_the_same_machine(config, machine, compiled):
    root = machine()
    for board in (compiled, BOARD):
        done = config("diff", board, "--sysroot", root)
        assert done.returncode == 0 and "differs" not in done.stdout, done.stdout + done.stderr


def differing(config, board, *words):
    done = config("diff", board, "--json", *words)
    found = json.loads(done.stdout)
    assert found["same"] == (done.returncode == 0)
    return [s["subject"] for s in found["subjects"] if not s["same"]]


def test_other_controller_other_cpus_other_ram(config, machine, compiled, trees, tmp_path):
    assert differing(config, compiled, "-t", trees[2]) == ["interrupt controller"]
    other = tmp_path / "other.dtb"
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version=3,dumpdtb={other}", "-cpu",
                    "cortex-a57", "-smp", "2", "-m", "1G", "-display", "none", "-nic", "none"], check=True,
                   capture_output=True, timeout=60)
    assert differing(config, compiled, "-t", other) == ["CPUs", "RAM"]


def test_memory_that_linux_uses(config, machine, compiled):
    iomem = IOMEM.replace("5fffffff : System", "bfffffff : System")
    assert differing(config, compiled, "--sysroot", machine(proc__iomem=iomem)) == ["memory of the hypervisor", "pool"]


def test_another_machine(config, machine, compiled, trees, tmp_path):
    tree = tmp_path / "renamed.dtb"
    tree.write_bytes(trees[3].read_bytes())
    subprocess.run(["fdtput", "-t", "s", tree, "/", "compatible", "some,other-board"], check=True, timeout=60)
    assert "machine" in differing(config, compiled, "-t", tree)
    done = config("diff", BOARD, "-t", tree)
    assert done.returncode == 3 and "some,other-board" in done.stderr


# ---- hardware check ----

def findings(root):
    """By subject; that the exit code fits is seen to here."""
    done = tool("hardware", "check", "--json", "--sysroot", root)
    found = json.loads(done.stdout)
    assert done.returncode == (1 if found["failures"] else 0), done.stdout
    assert found["failures"] == len([f for f in found["findings"] if f["result"] == "FAIL"])
    assert all(f["mend"] for f in found["findings"] if f["result"] != "ok")
    return {f["subject"]: f for f in found["findings"]}


@pytest.mark.parametrize("gic", [2, 3])
def test_a_good_machine(machine, gic):
    found = findings(machine(gic))
    assert f"GICv{gic}" in found["interrupt controller"]["text"]
    assert {s for s, f in found.items() if f["result"] == "ok"} == {
        "machine", "CPUs", "CPU hot-plug", "virtualization", "KVM", "interrupt controller", "reserved memory",
        "firmware", "kernel", "kernel modules", "driver", "hypervisor image"}
    text = tool("hardware", "check", "--sysroot", machine(gic))
    assert text.returncode == 0 and "nothing was found that would hinder" in text.stdout


# What is changed in a good machine; the line that changes, its result, words of text and mend.
SICK = [
    ({"timer": 26}, "virtualization", "FAIL", "VHE", "id_aa64mmfr1.vh=0"),
    ({"timer": 27}, "virtualization", "FAIL", "EL1", "EL2"),
    ({"proc__interrupts": ""}, "virtualization", "warn", "cannot tell", "dmesg"),
    ({"dev__kvm": ""}, "KVM", "FAIL", "KVM holds EL2", "kvm-arm.mode=none"),
    ({"proc__cmdline": "mem=512M"}, "KVM", "warn", "no parameter", "kvm-arm.mode=none"),
    ({"proc__cmdline": "kvm-arm.mode=none"}, "reserved memory", "FAIL", "none is set aside", "--overlay"),
    ({"proc__iomem": "00000000-00000000 : System RAM\n"}, "reserved memory", "warn", "does not say", "as root"),
    ({"sys__devices__system__cpu__cpu1__online": None}, "CPU hot-plug", "FAIL", "no 'online'", "CONFIG_HOTPLUG_CPU"),
    ({"proc__modules": None}, "kernel modules", "FAIL", "loads no modules", "CONFIG_MODULES"),
    ({"sys__module__module__parameters__sig_enforce": "Y\n"}, "kernel modules", "warn", "signed", "sign the module"),
    ({"sys__kernel__security__lockdown": "none [integrity] confidentiality\n"}, "lockdown", "warn", "integrity",
     "secure"),
    ({"proc__sys__kernel__osrelease": "5.10.0\n"}, "kernel", "warn", "5.10.0", "6.12"),
    ({"lib__modules__6.12.1-test__extra__bulkhead.ko": None}, "driver", "FAIL", "no module", "dkms"),
    ({"lib__firmware__bulkhead-aarch64.bin": None}, "hypervisor image", "FAIL", "missing", "make install"),
]


@pytest.mark.parametrize("changes, subject, result, text, mend", SICK, ids=[f"{s[1]}-{i}" for i, s in enumerate(SICK)])
def test_what_is_wrong_is_named(machine, changes, subject, result, text, mend):
    good = findings(machine())
    subprocess.run(["rm", "-rf", machine()], check=True)
    found = findings(machine(**changes))
    assert found[subject]["result"] == result and text in found[subject]["text"] and mend in found[subject]["mend"]
    changed = {s for s in found if found[s] != good.get(s)}
    assert subject in changed and len(changed) <= 2, changed


def test_spin_table_and_no_psci(machine, trees, tmp_path):
    tree = tmp_path / "spin.dtb"
    tree.write_bytes(trees[2].read_bytes())
    for cpu in range(4):
        subprocess.run(["fdtput", "-t", "s", tree, f"/cpus/cpu@{cpu}", "enable-method", "spin-table"], check=True)
    found = findings(machine(tree=tree))
    assert "spin table" in found["firmware"]["text"] and "PSCI" in found["firmware"]["mend"]


def test_gicv2_without_virtualization(machine, trees, tmp_path):
    tree = tmp_path / "half.dtb"
    tree.write_bytes(trees[2].read_bytes())
    reg = "0 8000000 0 10000 0 8010000 0 10000"
    subprocess.run(["fdtput", "-t", "x", tree, "/intc@8000000", "reg", *reg.split()], check=True, timeout=60)
    assert "GICH" in findings(machine(tree=tree))["interrupt controller"]["text"]


def test_an_iommu_is_seen(machine, tmp_path):
    tree = tmp_path / "smmu.dtb"
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,virtualization=on,gic-version=3,iommu=smmuv3,dumpdtb={tree}",
                    "-smp", "4", "-m", "2G", "-cpu", "cortex-a57", "-display", "none", "-nic", "none"], check=True,
                   capture_output=True, timeout=60)
    assert "arm,smmu-v3" in findings(machine(tree=tree))["IOMMU"]["text"]


def test_hart_without_h(tmp_path):
    """A RISC-V machine whose harts cannot carry a hypervisor; QEMU has both kinds."""
    def check(h):
        tree = tmp_path / f"h-{h}.dtb"
        subprocess.run(["qemu-system-riscv64", "-M", f"virt,dumpdtb={tree}", "-cpu", f"rv64,h={h}", "-smp", "2", "-m",
                        "1G", "-display", "none", "-nic", "none"], check=True, capture_output=True, timeout=60)
        return tool("hardware", "check", "-t", tree).stdout
    assert "no H extension" in check("false")
    assert "all harts have the H extension" in check("true")
