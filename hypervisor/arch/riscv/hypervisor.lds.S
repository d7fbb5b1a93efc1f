/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Linked at HV_BASE; the header is at offset 0. Parts with different rights are on pages of their own. */
#include <asm/layout.h>

OUTPUT_FORMAT("elf64-littleriscv")
OUTPUT_ARCH(riscv)
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
	.text : {
		*(.text.vectors)
		*(.text .text.*)
	} :text
	. = ALIGN(0x1000);
	layout_text_end = .;
	.rodata : { *(.rodata .srodata .srodata.* .rodata.*) } :rodata
	. = ALIGN(8);
	.components : {
		__start_bh_components = .;
		KEEP(*(bh_components))
		__stop_bh_components = .;
	} :rodata
	. = ALIGN(0x1000);
	layout_rodata_end = .;
	.data : { *(.data .data.* .sdata .sdata.* .got .got.plt) } :data
	.bss : { *(.bss .bss.* .sbss .sbss.* COMMON) } :data
	. = ALIGN(0x1000);
	layout_end = .;
	layout_core_size = layout_end - layout_start;
	ASSERT(layout_core_size <= 0x200000, "the image does not fit into the first 2 MiB")

	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) *(.riscv.attributes) *(.interp) *(.dynamic) }
}
