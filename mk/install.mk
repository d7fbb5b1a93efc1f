# SPDX-License-Identifier: GPL-2.0-or-later
# make install DESTDIR=... PREFIX=...

PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: install

install:
	@echo '  (install is not written yet)'; false
