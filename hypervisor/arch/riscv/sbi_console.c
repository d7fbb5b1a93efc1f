// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The debug console (SBI DBCN). Buffers are in the guest's memory: firmware never sees their address. What is
 * written is read through the window, and goes to the cell's own ring; root's goes to firmware, byte by byte.
 */
#include <asm/sbi.h>

#include <arch/mmu.h>
#include <arch/upcall.h>
#include <asm/vcpu.h>
#include <core/pagetable.h>
#include <lib/string.h>

#define WRITE_MOST 256u /* bytes of one call: the guest repeats it for the rest */

static int64_t putc_guest(uint8_t byte)
{
	struct hypercall call = { .number = BH_HC_CONSOLE_PUTC, .arg = { byte } };

	upcall_hypercall(&call);
	return call.result == BH_E_OK ? SBI_SUCCESS : SBI_FAILED;
}

int64_t sbi_putc(uint8_t byte)
{
	if (!percpu()->cell->is_root)
		return putc_guest(byte);
	return firmware_call(SBI_DBCN, SBI_DBCN_WRITE_BYTE, byte, 0, 0, 0, 0).error;
}

int64_t sbi_getc(void)
{
	return percpu()->cell->is_root ? firmware_call_legacy(SBI_LEGACY_GETCHAR, 0) : -1;
}

/* One byte of the guest's memory at a time would do as well, but for its cost: as much as one page holds. */
static int copy_page(uint64_t address, uint8_t *to, uint64_t size, unsigned int right)
{
	unsigned int prot;
	hpa_t from;
	void *window;

	if (!pt_lookup(&percpu()->cell->stage2, address, &from, &prot) || (prot & right) != right)
		return 0;
	if (!arch_is_ram(from.value))
		return 0;
	window = arch_window_open(from, size);
	memcpy(to, window, size);
	arch_window_close();
	return 1;
}

static int copy_from_guest(uint64_t address, uint8_t *to, uint64_t size)
{
	while (size) {
		uint64_t part = PAGE_SIZE - (address & (PAGE_SIZE - 1));

		part = part < size ? part : size;
		if (!copy_page(address, to, part, PT_READ))
			return 0;
		address += part;
		to += part;
		size -= part;
	}
	return 1;
}

static struct sbi_result write_bytes(uint64_t size, uint64_t address)
{
	uint8_t bytes[WRITE_MOST];
	uint64_t done;

	size = size < WRITE_MOST ? size : WRITE_MOST;
	if (!copy_from_guest(address, bytes, size))
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	for (done = 0; done < size; done++) {
		if (sbi_putc(bytes[done]))
			return (struct sbi_result){ SBI_FAILED, done };
	}
	return (struct sbi_result){ SBI_SUCCESS, done };
}

/* Root's input comes byte by byte; a guest's goes to its UART, and there is none here. */
static struct sbi_result read_bytes(uint64_t size, uint64_t address)
{
	unsigned int prot;
	hpa_t to;
	int64_t byte;

	if (!size)
		return (struct sbi_result){ SBI_SUCCESS, 0 };
	if (!pt_lookup(&percpu()->cell->stage2, address, &to, &prot) || !(prot & PT_WRITE) || !arch_is_ram(to.value))
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	byte = sbi_getc();
	if (byte < 0)
		return (struct sbi_result){ SBI_SUCCESS, 0 };
	*(uint8_t *)arch_window_open(to, 1) = (uint8_t)byte;
	arch_window_close();
	return (struct sbi_result){ SBI_SUCCESS, 1 };
}

/* arg[0] = bytes, arg[1] and arg[2] = address, low and high half of twice 64 bits */
struct sbi_result sbi_console(const struct sbi_call *call)
{
	if (call->function == SBI_DBCN_WRITE_BYTE)
		return (struct sbi_result){ sbi_putc((uint8_t)call->arg[0]), 0 };
	if (call->function > SBI_DBCN_WRITE_BYTE)
		return (struct sbi_result){ SBI_NOT_SUPPORTED, 0 };
	if (call->arg[2])
		return (struct sbi_result){ SBI_INVALID_PARAM, 0 };
	if (call->function == SBI_DBCN_WRITE)
		return write_bytes(call->arg[0], call->arg[1]);
	return read_bytes(call->arg[0], call->arg[1]);
}
