/* apart.h - what few packets need stands apart from what all of them run through.
 *
 * A function that is called in one place becomes part of its caller, with all the registers that the
 * caller then has to save, and lies between what each packet needs. That has to fit the processor's
 * first cache, beside all that the host does with a packet. APART before a definition keeps it out. */
#ifndef TATTLER_BASE_APART_H
#define TATTLER_BASE_APART_H

#define APART __attribute__((noinline))

#endif
