#include "detect/rules/vars.h"

#include <stdlib.h>
#include <string.h>

#include "detect/rules/vars_internal.h"

/* --- the table --- */

struct rule_variable *vars_find(struct rule_vars *vars, enum vars_kind kind, const char *name)
{
    struct rule_variable *found;

    HASH_FIND(hh, vars->table[kind], name, strlen(name), found);
    return found;
}

static void free_variable(struct rule_variable *variable)
{
    list_sum_clear(&variable->sum[0]);
    list_sum_clear(&variable->sum[1]);
    free(variable->name);
    free(variable->value);
    free(variable);
}

static struct rule_variable *new_variable(const char *name, const char *value)
{
    struct rule_variable *variable = calloc(1, sizeof(*variable));

    if (variable == NULL)
        return NULL;
    variable->name = strdup(name);
    variable->value = strdup(value);
    if (variable->name != NULL && variable->value != NULL)
        return variable;
    free_variable(variable);
    return NULL;
}

enum tattler_status vars_define(struct rule_vars *vars, enum vars_kind kind, const char *name,
        const char *value)
{
    struct rule_variable *variable = new_variable(name, value), *old;

    if (variable == NULL)
        return TATTLER_NO_MEMORY;
    old = vars_find(vars, kind, name);
    if (old != NULL) {
        HASH_DEL(vars->table[kind], old);
        free_variable(old);
    }
    HASH_ADD_KEYPTR(hh, vars->table[kind], variable->name, strlen(variable->name), variable);
    if (variable->hh.tbl != NULL)
        return TATTLER_OK;
    free_variable(variable);
    return TATTLER_NO_MEMORY;
}

void vars_clear(struct rule_vars *vars)
{
    for (int kind = 0; kind < VARS_KINDS; kind++)
        HASH_FREE(vars->table[kind], free_variable);
}

/* As in the suricata.yaml that Suricata 8 installs. */
static const struct {
    enum vars_kind kind;
    const char *name, *value;
} defaults[] = {
    { VARS_ADDRESSES, "EXTERNAL_NET", "!$HOME_NET" },
    { VARS_ADDRESSES, "HTTP_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "SMTP_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "SQL_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "DNS_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "TELNET_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "AIM_SERVERS", "$EXTERNAL_NET" },
    { VARS_ADDRESSES, "DC_SERVERS", "$HOME_NET" },
    { VARS_ADDRESSES, "DNP3_SERVER", "$HOME_NET" },
    { VARS_ADDRESSES, "DNP3_CLIENT", "$HOME_NET" },
    { VARS_ADDRESSES, "MODBUS_CLIENT", "$HOME_NET" },
    { VARS_ADDRESSES, "MODBUS_SERVER", "$HOME_NET" },
    { VARS_ADDRESSES, "ENIP_CLIENT", "$HOME_NET" },
    { VARS_ADDRESSES, "ENIP_SERVER", "$HOME_NET" },
    { VARS_PORTS, "HTTP_PORTS", "80" },
    { VARS_PORTS, "SHELLCODE_PORTS", "!80" },
    { VARS_PORTS, "ORACLE_PORTS", "1521" },
    { VARS_PORTS, "SSH_PORTS", "22" },
    { VARS_PORTS, "DNP3_PORTS", "20000" },
    { VARS_PORTS, "MODBUS_PORTS", "502" },
    { VARS_PORTS, "FILE_DATA_PORTS", "[$HTTP_PORTS,110,143]" },
    { VARS_PORTS, "FTP_PORTS", "21" },
    { VARS_PORTS, "GENEVE_PORTS", "6081" },
    { VARS_PORTS, "VXLAN_PORTS", "4789" },
    { VARS_PORTS, "TEREDO_PORTS", "3544" },
    { VARS_PORTS, "SIP_PORTS", "[5060, 5061]" },
};

enum tattler_status vars_default(struct rule_vars *vars, const char *home_networks)
{
    enum tattler_status status = vars_define(vars, VARS_ADDRESSES, "HOME_NET", home_networks);

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]) && status == TATTLER_OK; i++)
        status = vars_define(vars, defaults[i].kind, defaults[i].name, defaults[i].value);
    return status;
}

/* --- lists --- */

/* A list with everything settled; to be cleared whatever comes back. */
static bool settle(struct rule_vars *vars, enum vars_kind kind, const char *list,
        struct list_sum *sum, struct list_error *error)
{
    struct list_reader reader = { vars, kind, error, 0, 0, NULL };
    const char *problem;

    if (!list_read(&reader, list, strlen(list), false, sum))
        return false;
    problem = list_settle(kind, sum);
    if (problem == NULL && list_sum_lacks_memory(sum))
        problem = "out of memory";
    if (problem == NULL)
        return true;
    error->at = list;
    strncpy(error->text, problem, sizeof(error->text) - 1);
    return false;
}

static bool is_everything(enum vars_kind kind, const struct list_sum *sum, enum family family)
{
    struct address_range all = list_everything(kind, family);

    return ranges_hold(&sum->with[family], &all);
}

bool vars_addresses(struct rule_vars *vars, const char *list, struct arena *arena,
        struct address_set *out, struct list_error *error)
{
    struct list_sum sum = { 0 };
    const struct ranges *v4 = &sum.with[FAMILY_V4], *v6 = &sum.with[FAMILY_V6];
    bool good = settle(vars, VARS_ADDRESSES, list, &sum, error);

    if (good) {
        *out = (struct address_set){ arena_copy(arena, v4->items, v4->count, sizeof(*v4->items)),
            arena_copy(arena, v6->items, v6->count, sizeof(*v6->items)), v4->count, v6->count,
            is_everything(VARS_ADDRESSES, &sum, FAMILY_V4) &&
                    is_everything(VARS_ADDRESSES, &sum, FAMILY_V6),
            !sum.has_span && sum.without[FAMILY_V4].count + sum.without[FAMILY_V6].count == 0,
            sum.loose };
        good = (v4->count == 0 || out->v4 != NULL) && (v6->count == 0 || out->v6 != NULL);
        if (!good)
            *error = (struct list_error){ list, "out of memory" };
    }
    list_sum_clear(&sum);
    return good;
}

static uint16_t port_of(const struct address *number)
{
    return (uint16_t)(number->bytes[14] << 8 | number->bytes[15]);
}

bool vars_ports(struct rule_vars *vars, const char *list, struct arena *arena,
        struct port_set *out, struct list_error *error)
{
    struct list_sum sum = { 0 };
    const struct ranges *with = &sum.with[0];
    struct port_range *ranges;
    bool good = settle(vars, VARS_PORTS, list, &sum, error);

    if (good) {
        ranges = arena_take(arena, with->count * sizeof(*ranges));
        good = ranges != NULL;
        if (!good)
            *error = (struct list_error){ list, "out of memory" };
        for (size_t i = 0; good && i < with->count; i++)
            ranges[i] = (struct port_range){ port_of(&with->items[i].first),
                port_of(&with->items[i].last) };
        *out = (struct port_set){ ranges, with->count, is_everything(VARS_PORTS, &sum, FAMILY_V4) };
    }
    list_sum_clear(&sum);
    return good;
}

/* --- asking a set --- */

static bool hold(const struct address_range *ranges, size_t count, const struct address *address)
{
    while (count > 0) {
        const struct address_range *middle = &ranges[count / 2];

        if (address_precedes(address, &middle->first)) {
            count /= 2;
        } else if (address_precedes(&middle->last, address)) {
            ranges = middle + 1;
            count -= count / 2 + 1;
        } else {
            return true;
        }
    }
    return false;
}

bool address_set_contains(const struct address_set *set, const struct address *address)
{
    if (set->any)
        return true;
    return address_is_v4(address) ? hold(set->v4, set->v4_count, address)
                                  : hold(set->v6, set->v6_count, address);
}

bool port_set_contains(const struct port_set *set, uint16_t port)
{
    const struct port_range *ranges = set->ranges;
    size_t count = set->count;

    while (!set->any && count > 0) {
        const struct port_range *middle = &ranges[count / 2];

        if (port < middle->first) {
            count /= 2;
        } else if (port > middle->last) {
            ranges = middle + 1;
            count -= count / 2 + 1;
        } else {
            return true;
        }
    }
    return set->any;
}
