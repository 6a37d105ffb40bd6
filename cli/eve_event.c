#include "eve_event.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "json_walk.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- fields --- */

struct field;
typedef void (*field_fn)(struct eve_event *event, const struct field *field,
        const struct json_value *value);

struct field {
    const char *path;
    size_t path_len;
    field_fn take;
    size_t offset, size; /* what 'take' writes */
};

static void *place(struct eve_event *event, const struct field *field)
{
    return (char *)event + field->offset;
}

static void take_text(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    if (value->kind == JSON_QUOTED)
        json_text_of(value, place(event, field), field->size);
}

/* Of several values, or one that other fields give as well, the first stays. */
static void take_first_text(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    if (*(char *)place(event, field) == '\0')
        take_text(event, field, value);
}

/* In the order of the rule, where what it is most about stands first: in EVE its values stand the other way
 * round. One more than there is room for is left out. */
static void take_metadata(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    char *text = place(event, field);
    size_t room = field->size - strlen(text), len;
    char word[128];

    if (value->kind != JSON_QUOTED)
        return;
    json_text_of(value, word, sizeof(word) - 2);
    if (text[0] != '\0')
        memcpy(word + strlen(word), ", ", sizeof(", "));
    len = strlen(word);
    if (len >= room)
        return;
    memmove(text + len, text, strlen(text) + 1);
    memcpy(text, word, len);
}

/* A whole number that is not negative; false: something else, or larger than 'max'. */
static bool number_of(const struct json_value *value, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;

    if (value->kind != JSON_NUMERIC)
        return false;
    for (size_t i = 0; i < value->text.left; i++) {
        uint8_t c = value->text.at[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(number, UINT64_C(10), &number) ||
                __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
            return false;
    }
    *out = number;
    return number <= max;
}

static void take_number(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    uint64_t number;

    if (!number_of(value, field->size < 8 ? (UINT64_C(1) << 8 * field->size) - 1 : UINT64_MAX,
                &number))
        return;
    if (field->size == sizeof(uint16_t))
        *(uint16_t *)place(event, field) = (uint16_t)number;
    else if (field->size == sizeof(uint32_t))
        *(uint32_t *)place(event, field) = (uint32_t)number;
    else
        *(uint64_t *)place(event, field) = number;
}

static bool text_in(const struct json_value *value, char *out, size_t size)
{
    return value->kind == JSON_QUOTED && json_text_of(value, out, size) > 0;
}

static void take_time(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    char text[64];

    (void)field;
    event->has_time = text_in(value, text, sizeof(text)) && eve_time_parse(text, &event->time_us);
}

/* A moment beside that of the record. */
static void take_moment(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    char text[64];

    if (text_in(value, text, sizeof(text)))
        eve_time_parse(text, place(event, field));
}

static void take_flag(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    *(bool *)place(event, field) = value->kind == JSON_WORD && value->text.at[0] == 't';
}

/* 'size' is where the flag is that says whether there is one. */
static void take_address(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    bool *known = (bool *)((char *)event + field->size);
    char text[ADDRESS_TEXT_SIZE];

    if (text_in(value, text, sizeof(text)))
        *known = address_parse(text, place(event, field));
}

static void take_direction(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    char text[16];

    (void)field;
    event->to_client = text_in(value, text, sizeof(text)) && strcmp(text, "to_client") == 0;
}

static void take_mac(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    char text[MAC_TEXT_SIZE];

    (void)field;
    if (text_in(value, text, sizeof(text)))
        event->has_mac = mac_parse(text, &event->mac);
}

/* Ours, after whatever a message of another host named. */
static void take_iot_name(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    take_text(event, field, value);
    event->iot_names = true;
}

static void take_iot(struct eve_event *event, const struct field *field,
        const struct json_value *value)
{
    (void)field;
    if (value->kind == JSON_MAP)
        event->iot_text = value->text;
}

#define AT(member) offsetof(struct eve_event, member), sizeof(((struct eve_event *)NULL)->member)
#define BOTH(flag, member) offsetof(struct eve_event, member), offsetof(struct eve_event, flag)
#define PATH(text) text, sizeof(text) - 1

/* An alert's 'flow' has its ends as its first packet had them: its source opened it. */
static const struct field fields[] = {
    { PATH("timestamp"), take_time, 0, 0 },
    { PATH("event_type"), take_text, AT(type) },
    { PATH("flow_id"), take_number, AT(flow_id) },
    { PATH("proto"), take_text, AT(protocol) },
    { PATH("app_proto"), take_text, AT(app_protocol) },
    { PATH("src_ip"), take_address, BOTH(has_source, source) },
    { PATH("src_port"), take_number, AT(source_port) },
    { PATH("dest_ip"), take_address, BOTH(has_destination, destination) },
    { PATH("dest_port"), take_number, AT(destination_port) },
    { PATH("direction"), take_direction, 0, 0 },
    { PATH("flow.src_ip"), take_address, BOTH(has_opener, opener) },
    { PATH("flow.start"), take_moment, AT(flow_start_us) },
    { PATH("flow.end"), take_moment, AT(flow_end_us) },
    { PATH("flow.bytes_toserver"), take_number, AT(bytes_to_server) },
    { PATH("flow.bytes_toclient"), take_number, AT(bytes_to_client) },
    { PATH("flow.alerted"), take_flag, AT(alerted) },
    { PATH("alert.gid"), take_number, AT(gid) },
    { PATH("alert.signature_id"), take_number, AT(sid) },
    { PATH("alert.rev"), take_number, AT(rev) },
    { PATH("alert.severity"), take_number, AT(priority) },
    { PATH("alert.signature"), take_text, AT(message) },
    { PATH("alert.metadata.detects"), take_metadata, AT(detects) },
    { PATH("iot"), take_iot, 0, 0 },
    { PATH("iot.name"), take_iot_name, AT(name) },
    { PATH("tls.sni"), take_first_text, AT(name) },
    { PATH("quic.sni"), take_first_text, AT(name) },
    { PATH("http.hostname"), take_first_text, AT(name) },
    { PATH("iot.domain"), take_text, AT(domain) },
    { PATH("iot.asn"), take_number, AT(asn) },
    { PATH("iot.as_org"), take_text, AT(as_org) },
    { PATH("iot.country"), take_text, AT(country) },
    { PATH("iot.service"), take_text, AT(service) },
    { PATH("iot.no_dns"), take_flag, AT(no_dns) },
    { PATH("iot.bytes_up"), take_number, AT(bytes_up) },
    { PATH("iot.bytes_down"), take_number, AT(bytes_down) },
    { PATH("iot.address"), take_address, BOTH(has_device, device_address) },
    { PATH("iot.device.mac"), take_mac, 0, 0 },
    { PATH("iot.device.name"), take_text, AT(device_name) },
    { PATH("iot.device.type"), take_text, AT(device_type) },
    { PATH("iot.device.vendor"), take_text, AT(vendor) },
};

static void take_value(void *user, const struct json_value *value)
{
    struct cursor path = value->path;

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (fields[i].path_len != path.left ||
                memcmp(fields[i].path, path.at, path.left) != 0)
            continue;
        fields[i].take(user, &fields[i], value);
        return;
    }
}

/* --- whose it is --- */

static bool is_home(const struct prefix_list *home, const struct address *address)
{
    for (size_t i = 0; i < home->count; i++)
        if (prefix_contains(&home->items[i], address))
            return true;
    return false;
}

/* As the engine tells it, as far as a record still shows. */
static bool source_is_device(const struct eve_event *event, bool source_home, bool other_home)
{
    if (!address_is_unicast(&event->destination) || !address_is_unicast(&event->source))
        return !address_is_unicast(&event->destination);
    if (source_home != other_home)
        return source_home;
    return event->has_opener ? address_equal(&event->opener, &event->source) : !event->to_client;
}

static void find_device(struct eve_event *event, const struct prefix_list *home)
{
    bool source_home, other_home, source_is_it;

    if (!event->has_source || !event->has_destination)
        return;
    source_home = is_home(home, &event->source);
    other_home = is_home(home, &event->destination);
    if (!source_home && !other_home && event->iot_text.left == 0)
        return;
    source_is_it = source_is_device(event, source_home, other_home);
    event->has_device = event->has_remote = true;
    event->device_address = source_is_it ? event->source : event->destination;
    event->remote_address = source_is_it ? event->destination : event->source;
    event->device_port = source_is_it ? event->source_port : event->destination_port;
    event->remote_port = source_is_it ? event->destination_port : event->source_port;
}

bool eve_event_read(struct eve_event *event, struct cursor text, const struct prefix_list *home)
{
    *event = (struct eve_event){ .file = "", .text = text };
    if (!json_walk(text, take_value, event))
        return false;
    if (event->iot_text.left > 0 && !event->iot_names)
        event->name[0] = '\0'; /* what a request to a proxy asks for is not the remote's name */
    find_device(event, home);
    return true;
}

void eve_event_clear(struct eve_event *event)
{
    json_decref(event->tree);
    json_decref(event->iot);
    event->tree = event->iot = NULL;
}

/* --- trees --- */

static const json_t *tree_of(json_t **tree, struct cursor text)
{
    if (*tree == NULL && text.left > 0)
        *tree = json_loadb((const char *)text.at, text.left, JSON_ALLOW_NUL, NULL);
    return *tree;
}

const json_t *eve_event_iot(struct eve_event *event)
{
    return tree_of(&event->iot, event->iot_text);
}

const json_t *eve_event_json(struct eve_event *event)
{
    return tree_of(&event->tree, event->text);
}

void eve_event_device_key(const struct eve_event *event, char out[EVE_DEVICE_KEY_SIZE])
{
    out[0] = '\0';
    if (event->has_mac)
        mac_text(&event->mac, out);
    else if (event->has_device)
        address_text(&event->device_address, out);
}

/* --- time --- */

/* Exactly 'count' digits, then 'behind' if it is not NUL. */
static bool take_digits(const char **at, unsigned count, char behind, int *out)
{
    int number = 0;

    for (; count > 0; count--, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        number = 10 * number + (**at - '0');
    }
    *out = number;
    if (behind == '\0')
        return true;
    return *(*at)++ == behind;
}

static int64_t take_fraction_us(const char **at)
{
    int64_t us = 0, digit_us = (int64_t)US_PER_S / 10;

    if (**at != '.')
        return 0;
    for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, digit_us /= 10)
        us += (**at - '0') * digit_us;
    return us;
}

/* "Z", "+0100", "-03:30"; false: none of them, or something behind. */
static bool take_offset(const char *at, int64_t *out_s)
{
    int hours, minutes, sign = *at == '-' ? -1 : 1;

    *out_s = 0;
    if (strcmp(at, "Z") == 0)
        return true;
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!take_digits(&at, 2, '\0', &hours))
        return false;
    at += *at == ':';
    if (!take_digits(&at, 2, '\0', &minutes) || *at != '\0')
        return false;
    *out_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool eve_time_parse(const char *text, uint64_t *out_us)
{
    struct tm tm = { 0 };
    int64_t offset_s, fraction_us, us;

    if (!take_digits(&text, 4, '-', &tm.tm_year) || !take_digits(&text, 2, '-', &tm.tm_mon) ||
            !take_digits(&text, 2, 'T', &tm.tm_mday) || !take_digits(&text, 2, ':', &tm.tm_hour) ||
            !take_digits(&text, 2, ':', &tm.tm_min) || !take_digits(&text, 2, '\0', &tm.tm_sec))
        return false;
    if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
            tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    fraction_us = take_fraction_us(&text);
    if (!take_offset(text, &offset_s))
        return false;
    us = ((int64_t)timegm(&tm) - offset_s) * (int64_t)US_PER_S + fraction_us;
    if (us < 0)
        return false;
    *out_us = (uint64_t)us;
    return true;
}
