/* dga_model.h - how surprising a letter is after two others in names that people choose.
 *
 * The table is made while building, by dga_train.awk from words/names.txt; 24 KiB. */
#ifndef TATTLER_DETECT_DGA_MODEL_H
#define TATTLER_DETECT_DGA_MODEL_H

#include <stdint.h>

/* a to z are 0 to 25. */
enum dga_symbol { DGA_DIGIT = 26, DGA_HYPHEN, DGA_EDGE, DGA_SYMBOLS };

/* In bits / 16, by the letter before the last, the last, the next. Two edges come before a name and
 * one behind it. Which of the ten digits it is costs extra. */
#define DGA_COST_UNIT 16
extern const uint8_t dga_costs[DGA_SYMBOLS][DGA_SYMBOLS][DGA_SYMBOLS];

#endif
