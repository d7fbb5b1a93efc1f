/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the SVM back end. */
#ifndef ASM_SVM_H
#define ASM_SVM_H

#include <asm/frame.h>
#include <asm/virt.h>
#include <asm/vmcb.h>

/** This CPU's. */
struct vmcb *svm_vmcb(void);

/** An NMI that waits, if the guest takes one now and nothing else is on its way. */
void svm_deliver_nmi(void);

/** The guest is about to end an NMI's handling: run that instruction alone, and let NMIs in behind it. */
void svm_step_begin(struct frame *frame);

/** It has. Return: 1: the exception that tells of it is nothing to the guest. */
int svm_step_end(void);

/** svm_run.S */
void svm_run(void) __attribute__((noreturn));

/** svm_exits.c: one exit. Return: 1: this CPU leaves the hypervisor. */
uint64_t svm_exit(struct frame *frame);

/**
 * svm_command() - the guest writes @icr to its x2APIC's command register; called with little saved (svm_run.S)
 * Return: 1: done; 0: nothing has happened, it is an exit as any other.
 */
uint64_t svm_command(uint64_t icr);

#endif
