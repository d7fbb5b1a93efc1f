/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling root that something changed: one virtual interrupt; what changed stands in the info area. */
#ifndef CELL_EVENT_H
#define CELL_EVENT_H

/** Raise the event interrupt (edge). Any CPU, any context. */
void event_raise(void);

#endif
