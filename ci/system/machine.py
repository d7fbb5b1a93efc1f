# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated machine that runs a stock kernel, and a shell in it.

    with Machine(kernel="6.12", cpu="cortex-a57", gic=3) as m:
        print(m.sh("uname -a"))

The shell is driven over the machine's first serial port. Each command is framed by
markers that occur nowhere else, so neither kernel messages nor echoed input can be
taken for its output. The second serial port belongs to the cells; what they print
there is collected in a file. QEMU never outlives the object, nor this process.
"""
import atexit
import base64
import ctypes
import fcntl
import glob
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import typing

import pexpect

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from boards import BOARDS  # noqa: E402, pylint: disable=wrong-import-position

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BH_BUILD") or os.path.join(TREE, "build"))
CACHE = os.environ.get("BULKHEAD_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "bulkhead")
LOG = os.path.join(BUILD, "log")
SCALE = float(os.environ.get("BH_TIMEOUT_SCALE") or 1)
# Machines that may run at one time, in all processes that share the build directory.
SLOTS = int(os.environ.get("BH_QEMU_SLOTS") or 2)

CPUS = ("cortex-a57", "cortex-a76", "max")
VHE_CPUS = ("cortex-a76", "max")
# Kinds of interrupt controller that make it a RISC-V machine, and what QEMU calls it then.
RISCV = {"plic": "virt", "aplic": "virt,aia=aplic", "imsic": "virt,aia=aplic-imsic,aia-guests=3"}
# Kinds of interrupt controller that make it an x86-64 machine: devices, words of the command line, kernel flavour.
# Linux uses x2APIC only behind a unit that remaps interrupts. QEMU's unit of AMD's kind remaps DMA only, and needs the
# full kernel.
X86 = {"xapic": ([], "", ""),
       "x2apic": (["-device", "intel-iommu,intremap=on,eim=on"], "intel_iommu=off intremap=on", ""),
       "amdvi": (["-device", "amd-iommu,pt=off"], "amd_iommu=off intremap=off", "-full")}
X86_CPU = "EPYC,+svm,+npt,+x2apic"


def arch_of(gic):
    """The architecture of a machine with this interrupt controller."""
    return "riscv64" if gic in RISCV else "x86_64" if gic in X86 else "aarch64"


# Root's lines of dmesg that no scenario may leave behind.
BAD_DMESG = re.compile(
    r"WARNING: |BUG: |BUG at |Oops|Internal error|Call trace:|Unable to handle kernel"
    r"|soft lockup|hard LOCKUP|rcu.*(detected stall|detected expedited stall|starved)|blocked for more than"
    r"|list_(add|del) corruption"
    r"|refcount_t: |UBSAN|irq \d+: nobody cared", re.IGNORECASE)


BOOT_LOG = "/tmp/boot.log"  # in root: what its kernel had said when it was up
MARK = "@@part@@"  # between the parts of what one command prints


class MachineError(Exception):
    """The emulated machine did not do what it was asked."""


class Timeout(MachineError):
    """A command or a boot took longer than it may."""


class Panic(MachineError):
    """Root Linux panicked."""


class Result:
    """What a command printed (standard output and error together) and its exit code."""

    def __init__(self, command, output, code):
        self.command, self.output, self.code = command, output, code

    def __repr__(self):
        return f"$ {self.command}\n{self.output}\n[exit code {self.code}]"


def _die_with_parent():
    """In the child: get a signal when the parent ends, however it ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _stamp(line):
    """Seconds on the kernel's clock at which it wrote this line of dmesg."""
    match = re.match(r"\[ *(\d+\.\d+)\]", line)
    return float(match.group(1)) if match else float("inf")


def _numbers(text):
    """The numbers in a list such as "0-2,5"."""
    numbers = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


class _Slot:
    """One of SLOTS locks; waits until one is free."""

    def __init__(self):
        os.makedirs(LOG, exist_ok=True)
        while True:
            for number in range(SLOTS):
                # Kept open: the lock lives as long as the file.
                self.file = open(os.path.join(LOG, f".slot{number}"), "w", encoding="ascii")
                try:
                    fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    self.file.close()
            time.sleep(0.5)

    def free(self):
        self.file.close()


class Machine:
    """
    kernel   series of the stock kernel: "6.1" or "6.12"
    cpu      QEMU's CPU model; for those with VHE the kernel is told not to use it
    gic      version of the interrupt controller: 2 or 3; "plic", "aplic" or "imsic": a RISC-V machine;
             "xapic", "x2apic" or "amdvi": an x86-64 machine
    smp      number of CPUs;  mem: RAM
    append   more words for the kernel's command line
    drop     words of the usual command line to leave out (to provoke refusals)
    el2      whether the machine has EL2 (the H extension, SVM) at all
    icount   one instruction is one nanosecond, the same in every run
    qemu     more arguments for QEMU
    loglevel kernel messages less severe than that stay off the console
    image    hypervisor image instead of the one in the build directory
    files    {source: target} more files for root's file system
    name     of the log files in build/log/
    """

    def __init__(self, kernel="6.12", cpu=None, gic=3, smp=4, mem="2G", append="", drop=(), el2=True,
                 icount=False, qemu=(), loglevel=4, image=None, files=None, name=None):
        self.arch = arch_of(gic)
        cpu = cpu or {"aarch64": "cortex-a57", "riscv64": "rv64", "x86_64": X86_CPU}[self.arch]
        self.kernel, self.cpu, self.gic, self.smp, self.mem = kernel, cpu, gic, smp, mem
        self.el2, self.icount, self.qemu, self.image, self.files = el2, icount, list(qemu), image, files or {}
        self.configuration = Configuration(kernel, gic, cpu)
        self.label = self.configuration.label
        self.name = name or self.label
        words = ["panic=-1", f"loglevel={loglevel}"]
        words += ["console=ttyAMA0", "kvm-arm.mode=none"] if self.arch == "aarch64" else ["console=ttyS0"]
        if cpu in VHE_CPUS and self.arch == "aarch64":
            words.append("id_aa64mmfr1.vh=0")
        # Root gets the beginning; pool and hypervisor lie above. QEMU puts the RISC-V initrd behind 512 MiB. What is at
        # the end of a PC's memory belongs to its firmware.
        words.append({"aarch64": "mem=512M", "riscv64": "mem=1G", "x86_64": "memmap=1008M$0x40000000"}[self.arch])
        # On a busy host the emulated timer is late, and the kernel would take that for broken hardware.
        words += [*X86[gic][1].split(), "no_timer_check"] if gic in X86 else []
        # memscan looks at the pool through /dev/mem, though the driver has claimed it.
        words.append("iomem=relaxed")
        if SCALE > 1:
            words += [f"rcupdate.rcu_cpu_stall_timeout={min(int(21 * SCALE), 300)}",
                      f"watchdog_thresh={min(int(10 * SCALE), 60)}"]
        words = [w for w in words if w not in drop and w.split("=")[0] not in drop]
        self.append = " ".join(words + append.split())
        self.child = None
        self.slot = None
        self.commands = 0
        self.booted = 0.0  # the kernel's clock when its messages begin to count
        self.judged = 0.0  # the same of those that were looked at before, and were good
        self.numbers = {}  # what linux_cpu() knows
        self.left = None  # of the scenarios' fixtures: (commands so far, what the last scenario left)

    # ---- life --------------------------------------------------------------

    def path(self, suffix):
        """A file of this machine in build/log/."""
        return os.path.join(LOG, f"{self.name}.{suffix}")

    def arguments(self, serial):
        """QEMU's command line; serial: the arguments that make the first serial port."""
        kernel = os.path.join(CACHE, f"kernels/{self.arch}-{self.series()}/Image")
        if not os.path.exists(kernel):
            raise MachineError(f"{kernel} does not exist; run ci/setup")
        machine = f"virt,virtualization={'on' if self.el2 else 'off'},gic-version={self.gic}"
        machine = RISCV.get(self.gic) or ("q35" if self.gic in X86 else machine)
        without = {"aarch64": "", "riscv64": ",h=false", "x86_64": ",-svm"}
        cpu = self.cpu + ("" if self.el2 else without[self.arch])
        args = [f"qemu-system-{self.arch}", "-M", machine, "-cpu", cpu, "-smp", str(self.smp), "-m", self.mem,
                "-display", "none", "-no-reboot", "-nic", "none", "-kernel", kernel, "-initrd", self.path("cpio"),
                "-append", self.append, *serial]
        if self.gic in X86:
            args += ["-accel", f"tcg,thread={'single' if self.icount else 'multi'}", "-nodefaults", *X86[self.gic][0]]
        if self.arch != "riscv64":  # QEMU's RISC-V machine has one serial port only
            args += ["-chardev", f"socket,id=cells,path={self.path('sock')},server=on,wait=off,"
                                 f"logfile={self.path('uart1')},logappend=off", "-serial", "chardev:cells"]
        if self.icount:
            args += ["-icount", "shift=0,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm"]
        return args + self.qemu

    def series(self):
        """The stock kernel's name in the cache, without the architecture."""
        return self.kernel + (X86[self.gic][2] if self.gic in X86 else "")

    def pack(self, quiet=True):
        """Write the initramfs with the current build in it."""
        os.makedirs(LOG, exist_ok=True)
        build_helpers(self.arch)
        command = [os.path.join(TREE, "ci/lib/initramfs"), "root", "--arch", self.arch, "--series", self.series(),
                   "--build", BUILD,
                   "-o", self.path("cpio")]
        if quiet:
            command.append("--quiet")
        if self.image:
            command += ["--image", self.image]
        for source, target in self.files.items():
            command += ["--file", f"{source}:{target}"]
        subprocess.run(command, check=True)

    def boot(self, timeout=90):
        """Start QEMU and wait for root's shell."""
        self.pack()
        if os.path.exists(self.path("sock")):
            os.unlink(self.path("sock"))
        self.slot = _Slot()
        log = f"logfile={self.path('console')},logappend=off"
        serial = ["-monitor", "none", "-chardev", f"stdio,id=root,signal=off,{log}", "-serial", "chardev:root"]
        args = self.arguments(serial)
        self.child = pexpect.spawn(args[0], args[1:], timeout=timeout * SCALE, encoding="utf-8",
                                   codec_errors="replace", echo=False, preexec_fn=_die_with_parent,
                                   dimensions=(50, 500))
        self.child.delaybeforesend = None
        atexit.register(self.close)
        start = time.monotonic()
        self._expect("bulkhead-root ready", timeout, "boot")
        self._synchronize()
        self.boot_seconds = time.monotonic() - start
        # The kernel's log is short: later scenarios push its beginning out.
        self.sh(f"dmesg >{BOOT_LOG}")
        # A stock kernel of x86 warns of the emulated CPU's flaws, and of its own clocks on a busy host.
        if self.arch == "x86_64":
            self.booted = float(self.sh("cut -d' ' -f1 /proc/uptime"))
        self.started_at_el2 = self.run(f"grep -q 'CPU(s) started at EL2' {BOOT_LOG}").code == 0
        return self

    def close(self):
        """End QEMU at once."""
        if self.child is not None:
            # On a loaded host it takes its time to die, longer than close() waits.
            self.child.kill(signal.SIGKILL)
            self.child.wait()
            self.child.close()
            self.child = None
            self.slot.free()
            atexit.unregister(self.close)
            for suffix in ("cpio", "sock"):
                if os.path.exists(self.path(suffix)):
                    os.unlink(self.path(suffix))

    def __enter__(self):
        return self.boot() if self.child is None else self

    def __exit__(self, *unused):
        self.close()

    # ---- the shell ---------------------------------------------------------

    def _expect(self, pattern, timeout, what):
        """Wait for a pattern; everything else that can happen becomes an exception that tells it."""
        index = self.child.expect([pattern, r"Kernel panic - not syncing[^\n]*\n", pexpect.EOF, pexpect.TIMEOUT],
                                  timeout=timeout * SCALE)
        if index == 0:
            return
        tail = "" if not isinstance(self.child.before, str) else self.child.before[-2000:]
        where = f"machine {self.name}, {what}"
        if index == 1:
            raise Panic(f"{where}: root panicked: {tail}{self.child.after}")
        if index == 2:
            raise MachineError(f"{where}: QEMU ended; its last words: {tail}")
        raise Timeout(f"{where}: no answer within {timeout * SCALE:.0f} s; the console's last lines: {tail}")

    def _synchronize(self):
        """Turn echo and prompts off, and wait until the shell is there."""
        token = secrets.token_hex(4)
        time.sleep(0.2)
        self.child.send(f"stty -echo; PS1=; PS2=; set +m; echo '@@''{token}@@'\n")
        self._expect(f"@@{token}@@", 30, "synchronizing with the shell")

    def start(self, command):
        """Type a command line without waiting for its end; give the token that finish() takes."""
        self.commands += 1
        token = f"{self.commands}-{secrets.token_hex(3)}"
        # Two end markers: a kernel message may fall into one of them.
        self.child.send(f"printf '\\n@@B''{token}@@\\n'; (\n{command}\n) </dev/null 2>&1; r=$?; "
                        f"printf '\\n@@E''{token}:%d@@\\n@@E''{token}:%d@@\\n' $r $r\n")
        self._expect(f"@@B{token}@@\r?\n", 30, f"starting '{command}'")
        return token, command

    def finish(self, started, timeout=30):
        """Wait for the end of a command that start() typed."""
        token, command = started
        self._expect(rf"\r?\n?@@E{token}:(\d+)@@", timeout, f"'{command}'")
        return Result(command, self.child.before.replace("\r\n", "\n").strip("\n"), int(self.child.match.group(1)))

    def run(self, command, timeout=30):
        """Run a command (or several lines) in a subshell of root; give its Result."""
        started = self.start(command)
        try:
            return self.finish(started, timeout)
        except Timeout:
            self.interrupt()
            raise

    def sh(self, command, timeout=30):
        """Run a command that must succeed; give what it printed."""
        result = self.run(command, timeout)
        if result.code:
            raise MachineError(f"machine {self.name}: command failed: {result!r}")
        return result.output

    def refused(self, command, timeout=30):
        """Run a command that must fail; give what it printed."""
        result = self.run(command, timeout)
        if not result.code:
            raise MachineError(f"machine {self.name}: command should have been refused: {result!r}")
        return result.output

    def interrupt(self):
        """Give the shell back after a command that did not end; best effort."""
        try:
            self.child.send("\x03\x03\n")
            self._synchronize()
        except (MachineError, OSError):
            pass

    def put(self, path, content, mode="644"):
        """Write a file in root."""
        if isinstance(content, str):
            content = content.encode()
        text = base64.encodebytes(content).decode()
        lines = text.splitlines()
        self.sh(f": >{path}.b64")
        for i in range(0, len(lines), 30):
            chunk = "\n".join(lines[i:i + 30])
            self.sh(f"cat >>{path}.b64 <<'END'\n{chunk}\nEND")
        self.sh(f"base64 -d <{path}.b64 >{path} && chmod {mode} {path} && rm {path}.b64")

    def wait_for(self, command, timeout=30, pause=0.3):
        """Repeat a command until it succeeds; give what it then printed."""
        end = time.monotonic() + timeout * SCALE
        while True:
            result = self.run(command, timeout)
            if result.code == 0:
                return result.output
            if time.monotonic() > end:
                raise Timeout(f"machine {self.name}: still not true after {timeout * SCALE:.0f} s: {result!r}")
            time.sleep(pause)

    # ---- a program with a terminal of its own ------------------------------

    def session(self, command):
        """Type a command that keeps the terminal (bulkhead console); use as a context manager."""
        return Session(self, command)

    # ---- what cells print on the second serial port ------------------------

    def uart1(self):
        with open(self.path("uart1"), "r", encoding="utf-8", errors="replace") as f:
            return f.read()

    # ---- root's health -----------------------------------------------------

    ZEROS = 262144
    CHECKSUM = "8a39d2abd3999ab73c34db2476849cddf303ce389b35826850f9a700589b4a90"  # of so many zeros

    def online(self):
        """The numbers of root's online CPUs."""
        return _numbers(self.sh("cat /sys/devices/system/cpu/online"))

    def linux_cpu(self, number):
        """
        Linux's number of the CPU that board and cell files call `number`.

        The firmware of RISC-V starts Linux on any hart, and that is Linux's CPU 0.
        """
        if self.arch != "riscv64":
            return number
        if not self.numbers:
            shown = self.sh("for d in /sys/devices/system/cpu/cpu[0-9]*; do "
                            "echo ${d##*/cpu} $(od -An -tx1 $d/of_node/reg | tr -d ' '); done")
            self.numbers = {int(hart, 16): int(cpu) for cpu, hart in (line.split() for line in shown.splitlines())}
        return self.numbers[number]

    # Lines of dmesg from a time of the kernel's clock on; one without a time belongs to the line before it.
    SINCE = "dmesg | awk -v since=%.6f '/^\\[ *[0-9]+\\./ {stamp = substr($0, 2) + 0} stamp >= since'"

    def _judge(self, said):
        """Of lines of dmesg, those that no healthy kernel prints. Good ones need not be looked at again."""
        lines = said.splitlines()
        errors = [line for line in lines if BAD_DMESG.search(line) and _stamp(line) >= self.booted]
        stamps = [stamp for stamp in map(_stamp, lines) if stamp != float("inf")]
        if stamps and not errors:
            self.judged = max(stamps) - 1  # CPUs may overtake each other with their lines
        return errors

    def dmesg_errors(self):
        """Lines that no healthy kernel prints."""
        return self._judge(self.sh(self.SINCE % self.judged, 60))

    def health(self):
        """Sentences that tell what is wrong with root; empty when it is well."""
        # One command, since each costs an emulated CPU more than most of what is in it.
        said, online, sums = self.sh(f"""{self.SINCE % self.judged}
echo {MARK}; cat /sys/devices/system/cpu/online; echo {MARK}
test -f /tmp/zeros || head -c {self.ZEROS} /dev/zero >/tmp/zeros
for n in /sys/devices/system/cpu/cpu[0-9]*; do
	n=${{n##*/cpu}}
	timeout 20 taskset -c $n sha256sum </tmp/zeros >/tmp/sum.$n 2>&1 &
done
wait
for n in /tmp/sum.*; do read -r sum rest <$n; echo ${{n##*.}} $sum; done
rm /tmp/sum.*""", 60).split(MARK)
        problems = [f"dmesg: {line}" for line in self._judge(said)]
        found = dict(line.partition(" ")[::2] for line in sums.strip().splitlines())
        for n in _numbers(online):
            if found.get(str(n)) != self.CHECKSUM:
                problems.append(f"CPU {n}: wrong checksum, or none in 20 s: '{found.get(str(n))}'")
        return problems


class Session:
    """A program that owns the terminal, such as `bulkhead console NAME`."""

    def __init__(self, machine, command):
        self.machine, self.command = machine, command

    def __enter__(self):
        self.token = secrets.token_hex(4)
        # The terminal must echo as a user's does, or the program's own settings mean nothing.
        self.machine.child.send(f"{self.command}; r=$?; printf '\\n@@X''{self.token}:%d@@\\n' $r\n")
        return self

    def send(self, text):
        self.machine.child.send(text)

    def expect(self, pattern, timeout=30):
        """Wait for a pattern; give the match."""
        self.machine._expect(pattern, timeout, f"in '{self.command}': waiting for '{pattern}'")
        return self.machine.child.match

    def before(self):
        return self.machine.child.before.replace("\r\n", "\n")

    def leave(self, keys, timeout=15):
        """Type what ends the program; give its exit code."""
        self.send(keys)
        match = self.expect(rf"@@X{self.token}:(\d+)@@", timeout)
        self.token = None
        return int(match.group(1))

    def __exit__(self, *unused):
        if self.token is not None:
            self.machine.interrupt()


class Configuration(typing.NamedTuple):
    """A machine that the scenarios run on; gic: as for Machine, so it tells the architecture, too."""
    kernel: str
    gic: typing.Union[int, str]
    cpu: str

    @property
    def arch(self):
        return arch_of(self.gic)

    @property
    def label(self):
        if self.arch == "x86_64":
            vendor = "vmx" if "+vmx" in self.cpu else "svm"
            return f"{self.kernel}-{vendor}-{self.gic}" + ("" if self.cpu == X86_CPU else f"-{self.cpu.split(',')[0]}")
        controller = f"gic{self.gic}" if self.arch == "aarch64" else self.gic
        return f"{self.kernel}-{controller}-{self.cpu.replace(',', '-')}"


# The configurations of every day; those of FULL get the full set of scenarios, the others the core.
#
# Every value, and every pair of CPU and interrupt controller, occurs for each kernel series or is covered by the other.
DAILY = [Configuration(*c) for c in (
    ("6.12", 3, "cortex-a57"), ("6.12", 3, "max"), ("6.12", 2, "cortex-a76"),
    ("6.1", 3, "cortex-a76"), ("6.1", 2, "cortex-a57"), ("6.1", 2, "max"),
    # RISC-V: also timers by firmware only; what the largest model has, without IMSIC; Sv39x4 only.
    ("6.12", "plic", "rv64"), ("6.12", "plic", "rv64,sstc=off"), ("6.12", "plic", "max"), ("6.12", "aplic", "rv64"),
    ("6.12", "imsic", "rv64"), ("6.12", "imsic", "rva23s64"),
    ("6.12", "xapic", X86_CPU), ("6.1", "x2apic", X86_CPU), ("6.12", "amdvi", X86_CPU),
)]
# Those that take no part in every day; they run with --full, and where BULKHEAD_ARCHES names their architecture.
#
# x2APIC is there with remapped interrupts only, and five levels of tables with that CPU model only.
APART = [Configuration(*c) for c in (
    ("6.12", "x2apic", X86_CPU), ("6.1", "xapic", X86_CPU), ("6.1", "xapic", "max"),
)]
FULL = [next(c for c in DAILY + APART if c.arch == arch) for arch in ("aarch64", "riscv64", "x86_64")]
FULL.append(Configuration("6.12", "imsic", "rv64"))
# What there is besides.
MORE = [c for c in (Configuration(k, g, c) for k in ("6.12", "6.1") for g in (3, 2) for c in CPUS) if c not in DAILY]


def named():
    """The architectures that BULKHEAD_ARCHES names."""
    return os.environ.get("BULKHEAD_ARCHES", "").split()


def architectures():
    """Those that BULKHEAD_ARCHES names, or all that are built."""
    every = list(dict.fromkeys(c.arch for c in DAILY))
    return named() or [a for a in every if os.path.exists(image_path(a))] or every[:1]


def image_path(arch):
    """The hypervisor's image as built."""
    return os.path.join(BUILD, arch, f"bulkhead-{arch}.bin")


def matrix(full=False):
    """The configurations that the scenarios run on: those of every day, or all."""
    apart = [c for c in APART if full or c.arch in named()]
    return [c for c in DAILY + apart + (MORE if full else []) if c.arch in architectures()]


def is_first(configuration):
    """Whether it is the first of its architecture: what scenarios with machines of their own begin with."""
    return configuration == next(c for c in DAILY + APART if c.arch == configuration.arch)


def gets_all(configuration):
    """Whether this configuration gets the full set of scenarios."""
    return configuration in FULL


CROSS = "aarch64-linux-gnu-"
FLAT_FLAGS = {"riscv64": ("-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-mno-relax"), "x86_64": ("-m32",)}


def _program(arch, source, target):
    """A program for root's user space."""
    subprocess.run([f"{arch}-linux-gnu-gcc", "-O2", "-Wall", "-Wextra", "-static", "-I" + os.path.join(TREE, "include"),
                    "-o", target, source], check=True)


def _with_commands(arch, source, target):
    """A program for root's user space that calls commands of 'bulkhead' itself: bulkhead_main()."""
    cross, tools = f"{arch}-linux-gnu-", os.path.join(BUILD, arch, "tools")
    objects = os.path.join(tools, "tools/bulkhead")
    subprocess.run([cross + "objcopy", "--redefine-sym", "main=bulkhead_main", os.path.join(objects, "main.o"),
                    target + ".o"], check=True)
    others = sorted(path for path in glob.glob(os.path.join(objects, "*.o")) if os.path.basename(path) != "main.o")
    subprocess.run([cross + "gcc", "-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-static", "-s", "-o", target, source,
                    target + ".o", *others, os.path.join(tools, "libbulkheadcfg.a"), "-lyaml", "-lfdt",
                    "-L" + os.path.join(CACHE, f"sysroot/{arch}/usr/lib/{arch}-linux-gnu")], check=True)
    os.unlink(target + ".o")


def _flat(arch, source, target):
    """A flat binary for a cell; it must not care where it runs."""
    cross = f"{arch}-linux-gnu-"
    subprocess.run([cross + "gcc", "-nostdlib", "-static", "-Wl,-Ttext=0", "-Wl,--build-id=none",
                    *FLAT_FLAGS.get(arch, ()), "-o", target + ".elf", source], check=True)
    subprocess.run([cross + "objcopy", "-O", "binary", "-j", ".text", target + ".elf", target], check=True)
    os.unlink(target + ".elf")


def build_helpers(arch):
    """Compile ci/system/helpers and ci/system/cells, where they are newer than what is there."""
    kinds = [("helpers", ".c", f"{arch}/ci", "", _program), (f"cells/{arch}", ".S", f"{arch}/ci-cells", ".bin", _flat),
             ("helpers/cli", ".c", f"{arch}/ci", "", _with_commands)]
    for folder, source_end, out, target_end, build in kinds:
        out = os.path.join(BUILD, out)
        os.makedirs(out, exist_ok=True)
        sources = os.path.join(TREE, "ci/system", folder)
        for name in sorted(os.listdir(sources)) if os.path.isdir(sources) else []:
            source = os.path.join(TREE, "ci/system", folder, name)
            target = os.path.join(out, name.removesuffix(source_end) + target_end)
            if not name.endswith(source_end):
                continue
            parts = glob.glob(os.path.join(TREE, "ci/system", folder, "*.h"))
            parts += [os.path.join(BUILD, arch, "tools/bulkhead")] if build is _with_commands else []
            newest = max(os.path.getmtime(path) for path in [source, *parts])
            if not os.path.exists(target) or os.path.getmtime(target) < newest:
                build(arch, source, f"{target}.{os.getpid()}")
                os.rename(f"{target}.{os.getpid()}", target)


def from_options(options, **more):
    """A machine as the options of ci/system/shell and ci/system/exec describe it."""
    default = {"aarch64": options.gic, "riscv64": "plic", "x86_64": "xapic"}[options.arch]
    gic = options.intc or default if options.arch != "aarch64" else default
    return Machine(kernel=options.kernel, cpu=options.cpu, gic=gic, smp=options.smp, mem=options.mem,
                   append=options.append, drop=options.drop, el2=not options.no_el2, icount=options.icount,
                   loglevel=options.loglevel, image=options.image, qemu=options.qemu,
                   files=dict(f.split(":", 1) for f in options.file), **more)


def add_options(parser):
    parser.add_argument("--kernel", default="6.12", choices=("6.1", "6.12"))
    parser.add_argument("--arch", default="aarch64", choices=("aarch64", "riscv64", "x86_64"))
    parser.add_argument("--cpu", help="cortex-a57, cortex-a76, max, ...; rv64, rva23s64, max, ...; EPYC,+svm,+npt, max")
    parser.add_argument("--gic", type=int, default=3, choices=(2, 3), help="version, AArch64")
    parser.add_argument("--intc", choices=(*RISCV, *X86), help="interrupt controller of RISC-V or x86-64")
    parser.add_argument("--smp", type=int, default=4)
    parser.add_argument("--mem", default="2G")
    parser.add_argument("--append", default="", help="more words for the kernel's command line")
    parser.add_argument("--drop", action="append", default=[], help="leave this word of the command line out")
    parser.add_argument("--no-el2", action="store_true", help="a machine without EL2, H extension or SVM")
    parser.add_argument("--icount", action="store_true", help="deterministic: one instruction is one nanosecond")
    parser.add_argument("--loglevel", type=int, default=7, help="kernel messages on the console (default: %(default)s)")
    parser.add_argument("--image", help="hypervisor image instead of the one in build/")
    parser.add_argument("--file", action="append", default=[], metavar="SOURCE:TARGET", help="one more file for root")
    parser.add_argument("--qemu", action="append", default=[], metavar="ARGUMENT",
                        help="one more argument for QEMU (write --qemu=-d --qemu=int,guest_errors)")


if __name__ == "__main__":
    sys.exit("machine.py is a library; see ci/system/shell and ci/system/exec")
