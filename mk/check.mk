# SPDX-License-Identifier: GPL-2.0-or-later
# The goals that set the machine up themselves, so that each is the one command.

.PHONY: setup check check-full mutants demo bench bench-config share

setup:
	$(Q)ci/setup

check:
	$(Q)ci/check

check-full:
	$(Q)ci/check --full

# Names of mutants, or patterns, in M.
mutants:
	$(Q)$(MAKE) --no-print-directory all
	$(Q)env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL tests/mutants/run $(M)

demo:
	$(Q)ci/setup
	$(Q)$(MAKE) --no-print-directory all
	$(Q)ci/system/demo --arch $(ARCH)

bench:
	$(Q)ci/setup
	$(Q)ci/setup --bench
	$(Q)$(MAKE) --no-print-directory all
	$(Q)ci/system/bench --arch $(ARCH)

# The images' lines that several architectures link. Each image is built by its own configuration.
share:
	$(Q)for arch in aarch64 riscv64 x86_64; do \
		env -u KCONFIG_CONFIG $(MAKE) --no-print-directory ARCH=$$arch hypervisor || exit 1; done
	$(Q)ci/share --build $(O) --json $(O)/share.json

# How long the check of 1000 cells takes on this machine; that nothing is left out, tests/config says.
bench-config: tools-host
	$(Q)$(PYTHON) tests/config/many.py $(O)/host/bulkhead
