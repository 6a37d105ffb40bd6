#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stopped;

static void note_signal(int number)
{
    (void)number;
    stopped = 1;
}

void stop_by_signals(void)
{
    const struct sigaction action = { .sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_is_wanted(void)
{
    return stopped != 0;
}
