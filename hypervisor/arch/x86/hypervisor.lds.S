/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linked at HV_BASE; the header is at offset 0. Parts with different rights are on pages of their own. */
#include <asm/layout.h>

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
ENTRY(image_header)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
}

SECTIONS
{
	. = HV_BASE;
	layout_start = .;
	.head : { KEEP(*(.head)) } :text
	.text : { *(.text .text.*) } :text
	. = ALIGN(0x1000);
	layout_text_end = .;
	.rodata : { *(.rodata .rodata.*) } :rodata
	. = ALIGN(8);
	.fixups : {
		layout_fixups = .;
		KEEP(*(.fixups))
		layout_fixups_end = .;
	} :rodata
	. = ALIGN(8);
	.components : {
		__start_bh_components = .;
		KEEP(*(bh_components))
		__stop_bh_components = .;
	} :rodata
	. = ALIGN(0x1000);
	layout_rodata_end = .;
	.data : { *(.data .data.* .got .got.plt) } :data
	.bss : { *(.bss .bss.* COMMON) } :data
	. = ALIGN(0x1000);
	layout_end = .;
	layout_core_size = layout_end - layout_start;
	ASSERT(layout_core_size <= 0x200000, "the image does not fit into the first 2 MiB")

	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) *(.interp) *(.dynamic) }
}
