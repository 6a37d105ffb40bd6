/* tune_apply.h - puts what was proposed into the user's file.
 *
 * All of them tell why they failed; then the file is as it was. */
#ifndef TATTLER_CLI_TUNE_APPLY_H
#define TATTLER_CLI_TUNE_APPLY_H

#include "tune.h"

/* Adds the entry to the list 'suppress' of tattler.yaml, or of the section 'tattler' of suricata.yaml.
 * 'settings' are those of the file as it is. */
bool tune_apply_yaml(const char *path, const struct settings *settings,
        const struct proposal *proposal);
/* Adds the device with the heuristic's parameter to the list 'devices', or the parameter to the device
 * that is there already. */
bool tune_apply_param(const char *path, const struct settings *settings,
        const struct tune_param_item *item);
/* Adds the lines to threshold.config; a file that is not there is made. */
bool tune_apply_threshold(const char *path, const char *lines);

#endif
