/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 'hardware check': how its parts say what they found. */
#ifndef CFG_DOCTOR_H
#define CFG_DOCTOR_H

#include "machine.h"

struct doctor {
	struct machine *machine;
	struct finding *list;
	size_t count, fails;
};

void doctor_say(struct doctor *doctor, enum finding_kind kind, const char *subject, const char *mend,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

#define ok(doctor, subject, ...) doctor_say(doctor, FINDING_OK, subject, "", __VA_ARGS__)
#define warn(doctor, subject, mend, ...) doctor_say(doctor, FINDING_WARN, subject, mend, __VA_ARGS__)
#define fail(doctor, subject, mend, ...) doctor_say(doctor, FINDING_FAIL, subject, mend, __VA_ARGS__)

/** Virtualization, interrupt controller and IOMMU of a PC, hardware_pc.c. */
void doctor_check_pc(struct doctor *doctor);

#endif
