#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Put the driver together as a tree that stands alone: usage: mk/stage-driver.sh DEST
#
#	DEST/Kbuild, DEST/*.c, ...	from driver/
#	DEST/lib/*.c			from hypervisor/lib/ (string.c stays behind: the kernel has its own)
#	DEST/include/bulkhead/*.h	from include/bulkhead/
#	DEST/include/lib/*.h		from hypervisor/include/lib/
#
# `make driver` builds such a tree for each kernel, `make install` puts one where DKMS looks for it. A file is
# written only when it differs, so that the kernel's build does not start over each time; one that is gone from
# the sources goes from DEST too.
set -eu
dest=${1:?usage: mk/stage-driver.sh DEST}
list=$(mktemp)
trap 'rm -f "$list"' EXIT

stage() { # FROM-DIR TO-DIR PATTERN...
	from=$1 to=$2
	shift 2
	[ -d "$from" ] || return 0
	for pattern in "$@"; do
		find "$from" -name "$pattern" -type f
	done | sort -u | while read -r src; do
		dst=$to${src#"$from"}
		case $dst in lib/string.c) continue ;; esac
		mkdir -p "$dest/$(dirname "$dst")"
		cmp -s "$src" "$dest/$dst" || cp "$src" "$dest/$dst"
		echo "$dst" >> "$list"
	done
}

stage driver . '*.c' '*.h' '*.S' Kbuild
stage hypervisor/lib lib '*.c' '*.h'
stage include/bulkhead include/bulkhead '*.h'
stage hypervisor/include/lib include/lib '*.h'

# Sources that an earlier staging left and that this one did not bring.
(cd "$dest" && find . -name '*.c' ! -name '*.mod.c' -o -name '*.h') | sed 's,^\./,,' | while read -r f; do
	sed 's,^\./,,' "$list" | grep -qxF "$f" || rm -f "$dest/$f"
done
