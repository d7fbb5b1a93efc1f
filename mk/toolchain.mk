# SPDX-License-Identifier: GPL-2.0-or-later
# Programs and the ways to call them.

# Debian's own interpreter: it is the one that has kconfiglib, pytest and pexpect from packages.
PYTHON ?= /usr/bin/python3
HOSTCC ?= gcc
HOSTAR ?= ar

CROSS_COMPILE_aarch64 ?= aarch64-linux-gnu-
CROSS_COMPILE_riscv64 ?= riscv64-linux-gnu-
CROSS_COMPILE_x86_64 ?= $(if $(filter x86_64,$(shell uname -m)),,x86_64-linux-gnu-)

BULKHEAD_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/bulkhead
export BULKHEAD_CACHE

O ?= build

V ?= 0
ifeq ($(V),0)
Q := @
say = @printf '  %-8s %s\n' '$(1)' '$(2)'
else
Q :=
say = @:
endif

# $(call unquote,CONFIG_X): the value of a string option without its quotes
unquote = $(subst ",,$($(1)))

# Warnings that hold for every C file of ours, whatever it is compiled for.
WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wundef -Wvla -Wpointer-arith -Wwrite-strings -Wno-unused-parameter -Wimplicit-fallthrough

# Rebuild when the command that makes a file changes: files that depend on NAME, made by
# `NAME: FORCE ; $(call remember,FLAGS)`, are made again when FLAGS differ from those of the last time.
remember = $(Q)mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
	printf '%s\n' '$(subst ','\'',$(1))' > $@
.PHONY: FORCE
FORCE:
