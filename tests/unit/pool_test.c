#include "base/pool.h"

#include <pthread.h>
#include <string.h>

#include "run_suite.h"

#define SIZE 100
#define MANY (POOL_KEPT_MAX + 100)

static struct pool pool;

static void set_up(void)
{
    pool_init(&pool, SIZE);
}

static void tear_down(void)
{
    pool_destroy(&pool);
}

START_TEST(the_last_one_given_back_is_taken_first)
{
    void *first = pool_take(&pool), *second = pool_take(&pool);

    ck_assert_ptr_ne(first, second);
    pool_give(&pool, first);
    pool_give(&pool, second);
    if (POOL_KEPT_MAX == 0)
        return;
    ck_assert_ptr_eq(pool_take(&pool), second);
    ck_assert_ptr_eq(pool_take(&pool), first);
    pool_give(&pool, first);
    pool_give(&pool, second);
}
END_TEST

START_TEST(a_block_can_be_written_from_end_to_end)
{
    char *block = pool_take(&pool), *other = pool_take(&pool), expected[SIZE];

    memset(expected, 1, SIZE);
    memset(other, 1, SIZE);
    memset(block, 2, SIZE);
    ck_assert_mem_eq(other, expected, SIZE);
    pool_give(&pool, block);
    pool_give(&pool, other);
}
END_TEST

START_TEST(what_was_written_is_not_there_in_a_block_taken_zeroed)
{
    static const char zeros[SIZE];
    void *block = pool_take(&pool);

    memset(block, 1, SIZE);
    pool_give(&pool, block);
    block = pool_take_zeroed(&pool);
    ck_assert_mem_eq(block, zeros, SIZE);
    pool_give(&pool, block);
}
END_TEST

START_TEST(no_more_than_so_many_are_kept)
{
    static void *blocks[MANY];

    for (size_t i = 0; i < MANY; i++)
        ck_assert_ptr_nonnull(blocks[i] = pool_take(&pool));
    for (size_t i = 0; i < MANY; i++)
        pool_give(&pool, blocks[i]);
    ck_assert_uint_eq(pool.count, POOL_KEPT_MAX);
}
END_TEST

START_TEST(nothing_may_be_given_back)
{
    pool_give(&pool, NULL);
    ck_assert_uint_eq(pool.count, 0);
}
END_TEST

static void *take_and_give(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 10000; i++) {
        void *block = pool_take(&pool);

        memset(block, (int)i, SIZE);
        pool_give(&pool, block);
    }
    return NULL;
}

START_TEST(threads_never_get_the_same_block)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, take_and_give, NULL), 0);
    take_and_give(NULL);
    pthread_join(thread, NULL);
    ck_assert_uint_le(pool.count, 2);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_last_one_given_back_is_taken_first,
        a_block_can_be_written_from_end_to_end,
        what_was_written_is_not_there_in_a_block_taken_zeroed,
        no_more_than_so_many_are_kept,
        nothing_may_be_given_back,
        threads_never_get_the_same_block,
    };
    Suite *suite = suite_create("pool");
    TCase *all = tcase_create("all");

    tcase_add_checked_fixture(all, set_up, tear_down);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
