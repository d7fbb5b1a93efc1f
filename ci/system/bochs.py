# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine in Bochs: the emulator that has VMX, a second SVM, and CET.

    with BochsMachine(kernel="6.12", cpu="corei7_skylake_x") as m:
        print(m.sh("grep -c vmx /proc/cpuinfo"))

The same shell as in QEMU: Bochs opens a pseudo terminal as its first serial port, and the
test holds the other end. The kernel comes from a CD, since Bochs loads none itself. There is
no second serial port, no MMCONFIG and no IOMMU, and it takes its time. The board file is
ci/system/files/bochs.yaml: 1 GiB for root, pool and hypervisor above, as in QEMU.
"""
import atexit
import fcntl
import os
import secrets
import shutil
import subprocess
import termios
import time
import tty

import pexpect
import pexpect.fdpexpect

from machine import CACHE, LOG, Machine, MachineError, SCALE, Timeout, _die_with_parent, _Slot

# CPU models, and words that a kernel on them needs.
MODELS = {
    "corei7_skylake_x": (),           # VMX, EPT, VPID, unrestricted guest
    # The same, and CET. 6.12's mitigation warns of its own page, writable and executable, at the first module.
    "tigerlake": ("indirect_target_selection=off",),
    "ryzen": ("clearcpuid=mwaitx",),  # SVM with NRIP save, flush by ASID; it never wakes from MWAITX
}

# Not of the emulator's time, but of the kernel's: what it would calibrate, wait for or try out.
# CPUID says 3.5 GHz, but the counter goes with the instructions that Bochs counts, 50 million a second.
# nox2apic: a local APIC that leaves x2APIC mode never comes on again here (the hypervisor's lapic.c).
WORDS = ("console=ttyS0,115200", "nox2apic", "memmap=1008M$0x40000000", "no_timer_check", "idle=nomwait", "lpj=200000",
         "tsc=reliable", "tsc_early_khz=50000", "random.trust_cpu=on", "retbleed=off", "cryptomgr.notests")

TTY_LINE = 4000  # characters that the kernel's terminal takes in a line, and a bit less
TRIES = 4
PATIENCE = 6  # seconds of a CPU in which the shell begins with a command that has arrived

PROGRAMS = ("bochs-bin", "xorriso")
ISOLINUX = ("/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32")
SHARE = "/usr/share/bochs"

BXRC = """\
plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1
config_interface: textconfig
display_library: rfb, options="timeout=0"
memory: guest={mem}, host={mem}
romimage: file={share}/BIOS-bochs-latest
vgaromimage: file={share}/VGABIOS-lgpl-latest
cpu: model={cpu}, count={smp}, ips=50000000, quantum=16, reset_on_triple_fault=0
clock: sync=none, time0=1735689600
pci: enabled=1, chipset=i440fx
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
com1: enabled=1, mode=term, dev={tty}
log: {log}
panic: action=report
error: action=ignore, serial=report
info: action=ignore
debug: action=ignore
"""

ISOLINUX_CFG = """\
default linux
prompt 0
timeout 0
label linux
  kernel /vmlinuz
  append initrd=/initrd {append}
"""


def megabytes(text):
    """Memory as QEMU takes it ("2G", "512M") in megabytes."""
    units = {"M": 1, "G": 1024}
    return int(text[:-1]) * units[text[-1]]


def one_line(script):
    """A script as a line for the shell, without a quote, a line feed or a backslash of its own."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " -_/.,:=+") else
                    "".join(f"\\0{byte:03o}" for byte in c.encode()) for c in script)
    return f"""eval "$(printf %b '{plain}')"\n"""


def make_iso(folder, kernel, initrd, append, iso):
    """A CD that boots the kernel."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "isolinux"))
    for program in PROGRAMS:
        if not shutil.which(program):
            raise MachineError(f"{program} is not installed; run ci/setup")
    for source in ISOLINUX:
        if not os.path.exists(source):
            raise MachineError(f"{source} does not exist; run ci/setup")
        shutil.copy(source, os.path.join(folder, "isolinux"))
    shutil.copy(kernel, os.path.join(folder, "vmlinuz"))
    shutil.copy(initrd, os.path.join(folder, "initrd"))
    with open(os.path.join(folder, "isolinux/isolinux.cfg"), "w", encoding="ascii") as f:
        f.write(ISOLINUX_CFG.format(append=append))
    subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", "-o", iso, "-b", "isolinux/isolinux.bin",
                    "-c", "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", folder],
                   check=True, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder)


class BochsMachine(Machine):
    """As Machine; cpu: one of MODELS, kernel: series, or the path of a kernel."""

    cells = "-bochs"  # the hostile cell's files (hostile.py)

    def __init__(self, kernel="6.12", cpu="corei7_skylake_x", smp=3, mem="2G", append="", name=None, **more):
        name = name or f"bochs-{os.path.basename(kernel)}-{cpu}"
        append = " ".join([append, *WORDS, *MODELS[cpu]])
        super().__init__(kernel=kernel, cpu=cpu, gic="xapic", smp=smp, mem=mem, append=append, name=name,
                         drop=("console", "memmap"), **more)
        self.master = self.slave = self.process = None
        self.lost_lines = 0

    # ---- life --------------------------------------------------------------

    def kernel_path(self):
        return self.kernel if "/" in self.kernel else os.path.join(CACHE, f"kernels/{self.arch}-{self.kernel}/Image")

    def _open_terminal(self):
        """Bochs' end of a pseudo terminal: raw from the start, and open here, too, so that it never hangs up."""
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave, termios.TCSANOW)
        fcntl.fcntl(self.master, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        return os.ttyname(self.slave)

    def _write_configuration(self, terminal):
        with open(self.path("bxrc"), "w", encoding="ascii") as f:
            f.write(BXRC.format(mem=megabytes(self.mem), share=SHARE, cpu=self.cpu, smp=self.smp,
                                iso=self.path("iso"), tty=terminal, log=self.path("bochs")))
        with open(self.path("bxdebug"), "w", encoding="ascii") as f:
            f.write("c\n")  # the debugger that Debian builds in: go on

    def boot(self, timeout=400):
        """Start Bochs and wait for root's shell."""
        self.pack()
        make_iso(self.path("cd"), self.kernel_path(), self.path("cpio"), self.append, self.path("iso"))
        self.slot = _Slot()
        self._write_configuration(self._open_terminal())
        with open(self.path("out"), "wb") as out:
            self.process = subprocess.Popen(
                ["bochs-bin", "-q", "-f", self.path("bxrc"), "-rc", self.path("bxdebug")], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, env={**os.environ, "BXSHARE": SHARE}, preexec_fn=_die_with_parent)
        self.child = pexpect.fdpexpect.fdspawn(self.master, timeout=timeout * SCALE, encoding="utf-8",
                                               codec_errors="replace")
        self.child.delaybeforesend = None
        self.child.logfile_read = open(self.path("console"), "w", encoding="utf-8")
        atexit.register(self.close)
        start = time.monotonic()
        self._expect("bulkhead-root ready", timeout, "boot")
        self._synchronize()
        self.run("dmesg -c >/dev/null")  # what the kernel says of this CPU model is no subject
        self.boot_seconds = time.monotonic() - start
        return self

    def _expect(self, pattern, timeout, what):
        """Emulated seconds are long; and a machine that has ended says nothing more."""
        try:
            super()._expect(pattern, timeout * 4, what)
        except MachineError as error:
            if self.process.poll() is None:
                raise
            with open(self.path("out"), encoding="utf-8", errors="replace") as f:
                raise MachineError(f"machine {self.name}, {what}: Bochs ended with {self.process.returncode}: "
                                   f"{f.read()[-1000:]}") from error

    def cpu_seconds(self):
        """What it has cost so far, in seconds of a CPU of this machine."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            times = f.read().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def start(self, command):
        """
        As Machine.start(), in one line: what does not arrive (seen on 6.12) then spoils the whole command or
        nothing of it, and it is typed again.
        """
        self.commands += 1
        token = f"{self.commands}-{secrets.token_hex(3)}"
        line = one_line(f"printf '\\n@@B''{token}@@\\n'; (\n{command}\n) </dev/null 2>&1; r=$?; "
                        f"printf '\\n@@E''{token}:%d@@\\n@@E''{token}:%d@@\\n' $r $r")
        if len(line) > TTY_LINE:
            return super().start(command)
        for _ in range(TRIES):
            self.child.send(line)
            if self._has_begun(token, command):
                return token, command
            self.lost_lines += 1
            self.interrupt()
        raise Timeout(f"machine {self.name}: typed {TRIES} times, and not begun: '{command}'")

    def _has_begun(self, token, command):
        """By Bochs' own CPU time: how long that takes is up to what else this machine does."""
        before = self.cpu_seconds()
        while True:
            try:
                self._expect(f"@@B{token}@@\r?\n", 0.25, f"starting '{command}'")
                return True
            except Timeout:
                if self.cpu_seconds() - before > PATIENCE:
                    return False

    def close(self):
        """End Bochs at once."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None
        self.child.logfile_read.close()
        self.child = None
        os.close(self.master)
        os.close(self.slave)
        self.slot.free()
        atexit.unregister(self.close)
        for suffix in ("cpio", "iso"):
            if os.path.exists(self.path(suffix)):
                os.unlink(self.path(suffix))
