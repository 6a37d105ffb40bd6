/* report_page.h - a report as one page of HTML that needs nothing else: no network, no other file.
 *
 * Skeleton, style and script are files of cli/report/, compiled in; the page's security policy
 * names their hashes, so a browser runs nothing that came with the traffic. Texts go through html.h. */
#ifndef TATTLER_CLI_REPORT_PAGE_H
#define TATTLER_CLI_REPORT_PAGE_H

#include <stdio.h>

#include "detect/rules/rule_set.h"
#include "eve_read.h"
#include "report_model.h"
#include "report_usual.h"

struct report_about {
    const char *const *sources; /* what was read */
    size_t source_count;
    const char *zone_name; /* IANA; NULL: not known */
    struct eve_counts read;
    const struct usual *usual;    /* NULL: no store was read */
    const struct rule_set *rules; /* for explanations; NULL: none */
    bool is_live;     /* it is served, and asks its server for news: */
    uint64_t version; /* another one has something new */
    bool has_triage;  /* /tune is there */
};

/* False: out of memory. Errors of 'to' are the caller's to see. */
bool report_page_write(FILE *to, const struct report *report, const struct report_about *about);

/* "'sha256-...'", as policies name what a browser may run. */
void report_page_hash(FILE *to, const char *text);

#endif
