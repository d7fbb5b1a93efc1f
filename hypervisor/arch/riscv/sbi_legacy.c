// SPDX-License-Identifier: GPL-2.0-or-later
/* SBI 0.1: a number in a7, the answer in a0 alone, and masks of harts behind virtual addresses. */
#include <asm/sbi.h>

#include <arch/upcall.h>
#include <asm/access.h>
#include <asm/interrupts.h>
#include <asm/csr.h>
#include <asm/vcpu.h>

/* No address: all harts. Only the first word is read: 64 harts are more than such a guest has. */
static int read_mask(uint64_t address, struct sbi_harts *harts)
{
	*harts = (struct sbi_harts){ 0, ~0ull };
	if (!address)
		return 1;
	harts->base = 0;
	return !access_guest_read64(address, &harts->mask);
}

static int64_t with_mask(const struct frame *frame)
{
	const uint64_t *a = &frame->x[REG_A0];
	struct sbi_harts harts;

	if (!read_mask(a[0], &harts))
		return SBI_INVALID_ADDRESS;
	switch (frame->x[REG_A7]) {
	case SBI_LEGACY_SEND_IPI:
		return sbi_send_ipi(harts);
	case SBI_LEGACY_FENCE_I:
		return sbi_fence(harts, SBI_RFENCE_FENCE_I, 0, 0, 0);
	case SBI_LEGACY_SFENCE_VMA:
		return sbi_fence(harts, SBI_RFENCE_SFENCE_VMA, a[1], a[2], 0);
	default:
		return sbi_fence(harts, SBI_RFENCE_SFENCE_VMA_ASID, a[1], a[2], a[3]);
	}
}

/* Return: whether one was pending. */
static int64_t clear_ipi(void)
{
	int64_t was = (csr_read(CSR_HVIP) & HVIP_SOFT) != 0;

	csr_clear(CSR_HVIP, HVIP_SOFT);
	return was;
}

void sbi_legacy_call(struct frame *frame)
{
	uint64_t *a0 = &frame->x[REG_A0];

	switch (frame->x[REG_A7]) {
	case SBI_LEGACY_SET_TIMER:
		interrupts_set_timer(*a0);
		*a0 = SBI_SUCCESS;
		break;
	case SBI_LEGACY_PUTCHAR:
		*a0 = (uint64_t)sbi_putc((uint8_t)*a0);
		break;
	case SBI_LEGACY_GETCHAR:
		*a0 = (uint64_t)sbi_getc();
		break;
	case SBI_LEGACY_CLEAR_IPI:
		*a0 = (uint64_t)clear_ipi();
		break;
	case SBI_LEGACY_SHUTDOWN:
		upcall_system_off();
		break;
	default:
		*a0 = (uint64_t)with_mask(frame);
		break;
	}
}
