// SPDX-License-Identifier: GPL-2.0-or-later
/* Trapped MSR, MRS and SYS instructions, by table. What is not in it does not exist for the guest. */
#include <asm/vcpu.h>

#include <arch/vcpu.h>
#include <asm/gic.h>
#include <asm/sysreg.h>
#include <core/log.h>

/* ISS of a trapped access: op0, op2, op1, CRn, Rt, CRm, direction. */
#define ISS(op0, op1, crn, crm, op2) ((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define ISS_REGISTER ISS(3u, 7u, 15u, 15u, 7u)
#define ISS_GROUP ISS(3u, 7u, 15u, 15u, 0u) /* every op2 */
#define ISS_READ 1u
#define ISS_RT(esr) ((esr) >> 5 & 0x1f)

enum action {
	ACTION_ZERO,  /* reads as zero, writes are ignored */
	ACTION_ACTLR, /* reads as it is, writes are ignored */
	ACTION_SGI    /* an IPI (where the vector did not see to it already) */
};

static const struct {
	uint32_t mask;
	uint32_t value;
	enum action action;
	const char *name;
} registers[] = {
	{ ISS_REGISTER, ISS(3u, 0u, 12u, 11u, 5u), ACTION_SGI, "ICC_SGI1R_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 12u, 11u, 6u), ACTION_ZERO, "ICC_ASGI1R_EL1" }, /* secure: no effect */
	{ ISS_REGISTER, ISS(3u, 0u, 12u, 11u, 7u), ACTION_ZERO, "ICC_SGI0R_EL1" },  /* group 0: no effect */
	{ ISS_REGISTER, ISS(3u, 0u, 1u, 0u, 1u), ACTION_ACTLR, "ACTLR_EL1" },
	{ ISS_GROUP, ISS(3u, 0u, 5u, 3u, 0u), ACTION_ZERO, "ERRIDR_EL1, ERRSELR_EL1" },
	{ ISS_GROUP, ISS(3u, 0u, 5u, 4u, 0u), ACTION_ZERO, "ERX*_EL1" },
	{ ISS_GROUP, ISS(3u, 0u, 5u, 5u, 0u), ACTION_ZERO, "ERXMISC*_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 10u, 4u, 0u), ACTION_ZERO, "LORSA_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 10u, 4u, 1u), ACTION_ZERO, "LOREA_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 10u, 4u, 2u), ACTION_ZERO, "LORN_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 10u, 4u, 3u), ACTION_ZERO, "LORC_EL1" },
	{ ISS_REGISTER, ISS(3u, 0u, 10u, 4u, 7u), ACTION_ZERO, "LORID_EL1" },
};

static void act(enum action action, struct frame *frame, uint64_t esr)
{
	unsigned int target = ISS_RT(esr);
	uint64_t value = 0;

	if (action == ACTION_ACTLR)
		value = sysreg_read("actlr_el1");
#ifdef CONFIG_GICV3
	if (action == ACTION_SGI && !(esr & ISS_READ))
		gic_v3_send_sgi(frame->x[target]);
#endif
	if ((esr & ISS_READ) && target != 31)
		frame->x[target] = value;
	inject_skip();
}

void sysreg_trap(struct frame *frame, uint64_t esr)
{
	static struct log_limit limit;

	percpu()->stats->count[BH_STAT_SYSREG]++;
	for (unsigned int i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if ((esr & registers[i].mask) == registers[i].value) {
			act(registers[i].action, frame, esr);
			return;
		}
	}
	log_limited(
		&limit, LOG_DEBUG,
		"CPU %u, cell %u: register S%u_%u_C%u_C%u_%u at 0x%llx is not for guests: undefined instruction",
		percpu()->slot, percpu()->cell->id, (unsigned int)(esr >> 20 & 3),
		(unsigned int)(esr >> 14 & 7), (unsigned int)(esr >> 10 & 15), (unsigned int)(esr >> 1 & 15),
		(unsigned int)(esr >> 17 & 7), (unsigned long long)sysreg_read("elr_el2"));
	arch_vcpu_inject_undefined();
}
