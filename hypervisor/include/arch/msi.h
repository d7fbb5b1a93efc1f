/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages by which PCI functions of guests signal. A guest writes its own vCPUs and vectors; the function gets a
 * message that names an entry of the hypervisor's, and the entry says where that goes. Only the function itself can
 * use its entries. An architecture or machine that cannot tell senders apart has no entries.
 */
#ifndef ARCH_MSI_H
#define ARCH_MSI_H

#include <arch/types.h>
#include <bulkhead/types.h>

#define MSI_ENTRIES 1024u /* for all guests */
#define MSI_FUNCTION_ENTRIES 16u /* neighbours, from a multiple on: of one function as long as that has them */

/** struct msi_message - what is written, and where. */
struct msi_message {
	uint64_t address;
	uint32_t data;
};

/**
 * arch_msi_message() - the message that names entry @index, for @function
 * The same as long as the hypervisor is enabled. Context: any. Return: 1; 0: @function has no entries.
 */
int arch_msi_message(uint32_t function, unsigned int index, struct msi_message *message);

/**
 * arch_msi_route() - entry @index, for @function of @cell, goes where @guest says
 * @guest: as the guest wrote it; NULL, or what is not for its own vCPUs that run: nothing comes through, and no fault
 * is reported. Context: any; the wait has a limit. What came before has arrived on return. After each
 * arch_iommu_attach() to @cell all of @function's are routed anew.
 */
void arch_msi_route(struct cell_arch *cell, uint32_t function, unsigned int index, const struct msi_message *guest);

#endif
