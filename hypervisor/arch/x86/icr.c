// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/icr.h"

#include <lib/bitmap.h>

#define DFR_MODEL_SHIFT 28
#define DFR_FLAT 0xfu
#define DFR_CLUSTER 0x0u
#define CLUSTER_ALL 0xfu

#define X2_CLUSTER_SHIFT 16
#define X2_ID_BITS 4

static uint32_t everybody(struct icr_target target)
{
	return target.wide ? 0xffffffffu : 0xffu;
}

static int is_physical_match(const struct vapic *apic, struct icr_target target)
{
	return apic->id == target.destination;
}

static int is_x2_match(const struct vapic *apic, struct icr_target target)
{
	return target.destination >> X2_CLUSTER_SHIFT == apic->id >> X2_ID_BITS &&
	       (target.destination >> (apic->id & 15) & 1);
}

static int is_cluster_match(const struct vapic *apic, uint32_t destination)
{
	const uint32_t ldr = apic->ldr >> 24;

	return (destination >> 4 == CLUSTER_ALL || destination >> 4 == ldr >> 4) && (destination & ldr & 0xf);
}

static int is_logical_match(const struct vapic *apic, struct icr_target target)
{
	if (apic->mode == APIC_X2)
		return is_x2_match(apic, target);
	if (apic->dfr >> DFR_MODEL_SHIFT == DFR_FLAT)
		return (apic->ldr >> 24 & target.destination) != 0;
	return apic->dfr >> DFR_MODEL_SHIFT == DFR_CLUSTER && is_cluster_match(apic, target.destination);
}

static int is_match(const struct vapic *apic, struct icr_target target)
{
	if (target.destination == everybody(target))
		return 1;
	return target.logical ? is_logical_match(apic, target) : is_physical_match(apic, target);
}

static void clear(struct apic_set *set)
{
	for (unsigned int i = 0; i < sizeof(set->word) / sizeof(set->word[0]); i++)
		set->word[i] = 0;
}

unsigned int icr_match(const struct vapics *apics, struct icr_target target, struct apic_set *set)
{
	unsigned int found = 0;

	clear(set);
	for (unsigned int vcpu = 0; vcpu < apics->count; vcpu++) {
		if (!is_match(&apics->vcpu[vcpu], target))
			continue;
		bit_set(set->word, vcpu);
		found++;
	}
	return found;
}

static struct icr_target target_of(uint64_t icr, enum apic_mode mode)
{
	return (struct icr_target){
		.destination = mode == APIC_X2 ? (uint32_t)(icr >> 32) : (uint32_t)(icr >> 56),
		.logical = (icr & ICR_LOGICAL) != 0,
		.wide = mode == APIC_X2,
	};
}

static unsigned int all_but(const struct vapics *apics, unsigned int but, struct apic_set *set)
{
	unsigned int found = 0;

	clear(set);
	for (unsigned int vcpu = 0; vcpu < apics->count; vcpu++) {
		if (vcpu == but)
			continue;
		bit_set(set->word, vcpu);
		found++;
	}
	return found;
}

unsigned int icr_command(const struct vapics *apics, unsigned int self, uint64_t icr, enum apic_mode mode,
			 struct apic_set *set)
{
	switch (icr >> ICR_SHORTHAND_SHIFT & 3) {
	case SHORTHAND_SELF:
		clear(set);
		bit_set(set->word, self);
		return 1;
	case SHORTHAND_ALL:
		return all_but(apics, apics->count, set);
	case SHORTHAND_OTHERS:
		return all_but(apics, self, set);
	default:
		return icr_match(apics, target_of(icr, mode), set);
	}
}

/* Where the ids count from 0, as those of guests do, the id is the place. */
int icr_only(const struct vapics *apics, uint64_t icr, enum apic_mode mode)
{
	const struct icr_target target = target_of(icr, mode);
	const uint32_t bits = target.destination & 0xffff;
	uint32_t id = target.destination;

	if (icr & ICR_SHORTHAND || id == everybody(target))
		return -1;
	if (target.logical) {
		if (mode != APIC_X2 || !bits || bits & (bits - 1))
			return -1;
		id = (id >> X2_CLUSTER_SHIFT << X2_ID_BITS) + (uint32_t)__builtin_ctz(bits);
	}
	if (id >= apics->count || apics->vcpu[id].id != id || (target.logical && apics->vcpu[id].mode != APIC_X2))
		return -1;
	return (int)id;
}
