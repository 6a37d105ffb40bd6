/* report_data.h - the files of cli/report/, made part of the command by the build. */
#ifndef TATTLER_CLI_REPORT_DATA_H
#define TATTLER_CLI_REPORT_DATA_H

#include <stddef.h>

extern const char report_page_html[], report_page_css[], report_page_js[]; /* NUL-terminated */

#endif
