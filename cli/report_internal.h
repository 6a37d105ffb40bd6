/* report_internal.h - the parts of report_model.h's model, for the files that make it up. */
#ifndef TATTLER_CLI_REPORT_INTERNAL_H
#define TATTLER_CLI_REPORT_INTERNAL_H

#include "report_model.h"

/* Copies what fits, in whole characters, with a NUL; of a longer text the end is lost. */
void report_copy(char *to, size_t size, const char *text);
/* The same, unless 'text' is empty. */
void report_renew(char *to, size_t size, const char *text);

struct report_flow {
    uint64_t start_us, end_us; /* on the axis */
    uint64_t bytes[2];         /* by enum report_way */
    bool is_public;
};

/* The name that an earlier record told of the flow, into one that has none; and the other way. */
void report_note_name(struct report *report, const struct eve_event *event);
void report_fill_name(const struct report *report, struct eve_event *event);
void report_clear_names(struct report *report);

/* What a remote is called: domain, else name, else address. */
void report_label(const struct eve_event *event, char out[REPORT_LABEL_SIZE]);

/* Its bytes go evenly over the bins from its start to its end. */
void report_add_flow(struct report *report, struct report_device *device,
        const struct eve_event *event, const struct report_flow *flow);
void report_add_remote(struct report *report, struct report_device *device,
        const struct eve_event *event, const struct report_flow *flow);
/* It was there then. */
void report_see(struct report_device *device, uint64_t time_us);
void report_add_beat(struct report *report, struct report_device *device, const json_t *iot,
        uint64_t time_us);
void report_add_alert(struct report *report, struct report_device *device,
        struct eve_event *event);

#endif
