#include "base/hash.h"

uint64_t hash_seed;

void hash_set_seed(uint64_t seed)
{
    hash_seed = seed;
}
