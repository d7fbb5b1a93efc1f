/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offsets and numbers for the assembler: compiled to text, from which the build makes asm-offsets.h. */
#include <asm/firmware.h>
#include <asm/percpu.h>

#include <bulkhead/hypercall.h>
#include <bulkhead/image.h>
#include <core/info.h>

#define DEFINE(name, value) __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"((uint64_t)(value)))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(IMAGE_CORE_SIZE, offsetof(struct bh_image_header, core_size));
	DEFINE(IMAGE_PERCPU_SIZE, offsetof(struct bh_image_header, percpu_size));
	DEFINE(IMAGE_HV_BASE, offsetof(struct bh_image_header, hv_base));
	DEFINE(IMAGE_HV_SIZE, offsetof(struct bh_image_header, hv_size));
	DEFINE(IMAGE_CPU_COUNT, offsetof(struct bh_image_header, cpu_count));
	DEFINE(IMAGE_HEADER_SIZE, sizeof(struct bh_image_header));
	DEFINE(IMAGE_INFO_SIZE, INFO_SIZE);
	DEFINE(IMAGE_MAGIC, BH_IMAGE_MAGIC);
	DEFINE(ABI_MAJOR, BH_ABI_MAJOR);
	DEFINE(ABI_MINOR, BH_ABI_MINOR);
	DEFINE(ARCH_RISCV64, BH_ARCH_RISCV64);
	DEFINE(HYPERCALL_PING, BH_HC_PING);
	DEFINE(HYPERCALL_EXTENSION, BH_SBI_EXTENSION);
	DEFINE(PERCPU_STATS, offsetof(struct percpu, stats));
	DEFINE(PERCPU_CLAIM, offsetof(struct percpu, claim));
	DEFINE(SBI_TIME_EXTENSION, SBI_TIME);
	DEFINE(SBI_IPI_EXTENSION, SBI_IPI);
	DEFINE(STAT_INTC_OFFSET, BH_STAT_INTC * 8);
	DEFINE(PERCPU_FOUND, offsetof(struct percpu, found));
	DEFINE(STAT_TOTAL_OFFSET, BH_STAT_TOTAL * 8);
	DEFINE(STAT_HYPERCALL_OFFSET, BH_STAT_HYPERCALL * 8);
	DEFINE(ERROR_RANGE, BH_E_RANGE);
	DEFINE(ERROR_HARDWARE, BH_E_HARDWARE);
}
