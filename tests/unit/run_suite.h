/* run_suite.h - how a unit test's main() ends. */
#ifndef TATTLER_TESTS_RUN_SUITE_H
#define TATTLER_TESTS_RUN_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Runs all of it and frees it. Returns main()'s result. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
