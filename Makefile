# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bulkhead. `make help` lists the targets; each has its file in mk/.
#
# Nothing is ever built beside the sources: all output goes to $(O), build/ unless said otherwise.

VERSION := 0.1.0

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/bash

# make -C and VPATH builds are not supported: paths are relative to the top of the tree.
ifneq ($(CURDIR),$(realpath $(dir $(lastword $(MAKEFILE_LIST)))))
$(error Run make in $(realpath $(dir $(lastword $(MAKEFILE_LIST)))), or use make -C; use O=DIR to build elsewhere)
endif

.PHONY: help
.DEFAULT_GOAL := all

include mk/toolchain.mk
include mk/config.mk
include mk/hypervisor.mk
include mk/driver.mk
include mk/tools.mk
include mk/inmates.mk
include mk/unit.mk
include mk/fuzz.mk
include mk/lint.mk
include mk/check.mk
include mk/install.mk

.PHONY: all clean distclean

all: hypervisor tools inmates driver attack-module

clean:
	$(Q)rm -rf $(O)

distclean: clean
	$(Q)rm -f $(KCONFIG_CONFIG) $(KCONFIG_CONFIG).old*

help:
	@echo 'Configure'
	@echo '  defconfig BOARD=B  start from configs/board/B_defconfig (an old .config is kept as .config.old)'
	@echo '                     boards: $(boards)'
	@echo '  menuconfig         change the configuration in the terminal'
	@echo
	@echo 'Build'
	@echo '  all                everything below, for the architecture of .config'
	@echo '  hypervisor         build/<arch>/bulkhead-<arch>.bin, with ELF file, link map and stack usage'
	@echo '  driver             the loader module for each stock kernel that ci/setup has cached'
	@echo '  attack-module      a hostile root kernel, for the scenarios only'
	@echo '  tools              the command-line tool for this machine and for <arch>'
	@echo '  inmates            bare-metal demos and tests: build/<arch>/inmates/*.bin'
	@echo '  install            tool, image, board files and DKMS source below DESTDIR and PREFIX'
	@echo '  clean, distclean   remove the build directory; distclean also the configuration'
	@echo
	@echo 'Show and check'
	@echo '  demo               set up this machine, build, and run the demonstration in QEMU'
	@echo '  check              set up, lint, unit tests, configuration tests, scenarios in QEMU'
	@echo '  check-full         check, with all that takes too long for every day'
	@echo '  mutants            the hypervisor with one check removed, one after the other: its tests must fail'
	@echo '  bench              count instructions per hypercall, interrupt, IPI and MMIO access'
	@echo '  share              lines of each image that another architecture links too, and what arch/ repeats'
	@echo '  bench-config       time the check of 1000 cells'
	@echo '  unit               unit tests on the fake architecture, with sanitizers'
	@echo '  fuzz-smoke         each fuzz target for a minute: its planted bug first, then executions, coverage, findings'
	@echo '  fuzz T=blob        some targets for SECONDS=600; the corpus that grows stays in build/fuzz/corpus/'
	@echo '  lint               layers, format, cppcheck, sparse, shellcheck, yamllint'
	@echo '  docs               write anew what is made of tables: manual pages, completion, JSON Schema, reference'
	@echo '  layers             only the checks of structure (and that each of them can fail)'
	@echo
	@echo 'Variables'
	@echo '  ARCH=aarch64       must agree with .config; default: what .config says'
	@echo '  O=DIR              build there; a configuration of its own is kept in DIR/.config'
	@echo '  V=1                show the commands'
	@echo '  BUILD_MUTANT=NAME  build the hypervisor with one check removed, in build/mutant-NAME/'
	@echo '  BULKHEAD_CACHE=DIR kernels and libraries that ci/setup fetched (default $(BULKHEAD_CACHE))'
