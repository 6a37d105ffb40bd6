/* What a rule's patterns look for, in words. */
#include <ctype.h>
#include <string.h>

#include "detect/features.h"
#include "detect/rules/buffers.h"
#include "detect/rules/dataset.h"
#include "explain.h"

#define SHOWN_BYTES 60    /* of a content */
#define SHOWN_NUMBERS 24  /* of one that is shown as numbers */
#define SHOWN_PATTERN 160 /* of a regular expression */

/* --- bytes --- */

static size_t count_printable(const uint8_t *bytes, size_t len, size_t step)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i += step)
        count += bytes[i] >= ' ' && bytes[i] <= '~';
    return count;
}

/* "a|00|b|00|", as Windows writes text. */
static bool is_utf16(const uint8_t *bytes, size_t len)
{
    for (size_t i = 1; i < len; i += 2)
        if (bytes[i] != 0)
            return false;
    return len >= 4 && len % 2 == 0 && count_printable(bytes, len, 2) == len / 2;
}

static void say_text(FILE *to, const uint8_t *bytes, size_t len, size_t step)
{
    putc('"', to);
    for (size_t i = 0; i < len; i += step)
        if (bytes[i] >= ' ' && bytes[i] <= '~')
            putc(bytes[i], to);
        else
            fprintf(to, "\\x%02x", bytes[i]);
    putc('"', to);
}

void say_bytes(FILE *to, const uint8_t *bytes, size_t len)
{
    size_t shown = len < SHOWN_BYTES ? len : SHOWN_BYTES;

    if (is_utf16(bytes, len)) {
        say_text(to, bytes, shown, 2);
        fputs(" in UTF-16", to);
    } else if (count_printable(bytes, len, 1) * 2 > len) {
        say_text(to, bytes, shown, 1);
    } else {
        shown = len < SHOWN_NUMBERS ? len : SHOWN_NUMBERS;
        fputs(len == 1 ? "the byte " : "the bytes ", to);
        for (size_t i = 0; i < shown; i++)
            fprintf(to, "%s%02x", i == 0 ? "|" : " ", bytes[i]);
        putc('|', to);
    }
    if (shown < len)
        fputs(" …", to);
}

/* --- contents --- */

static void say_place(FILE *to, const struct rule_content *content)
{
    unsigned first = content->has_offset ? content->offset : 0;

    if (content->has_depth && content->depth == first + content->length)
        fprintf(to, " at byte %u", first);
    else if (content->has_depth && first > 0)
        fprintf(to, " between bytes %u and %u", first, content->depth);
    else if (content->has_depth)
        fprintf(to, " within the first %u bytes", content->depth);
    else if (content->has_offset)
        fprintf(to, " from byte %u on", first);
}

/* 'within' counts from where 'distance' lets it begin. */
static void say_distance(FILE *to, const struct rule_content *content)
{
    if (!content->has_distance && !content->has_within)
        return;
    if (content->has_within && content->within > content->length)
        fprintf(to, " within the %d bytes", content->within);
    if (!content->has_distance || content->distance == 0)
        fputs(content->has_within && content->within == content->length ? " right behind that"
                                                                         : " behind that", to);
    else
        fprintf(to, " %d bytes%s behind that", content->distance,
                content->has_within ? "" : " or more");
}

static void say_what_and_where(FILE *to, const struct rule_content *content)
{
    say_bytes(to, content->bytes, content->length);
    if (!content->starts_with)
        say_place(to, content);
    say_distance(to, content);
    if (content->nocase)
        fputs(" (in any case)", to);
}

static void say_content(FILE *to, const struct rule_step *step)
{
    static const char *const verbs[2][2][2] = {
        { { "contains", "does not contain" }, { "ends with", "does not end with" } },
        { { "begins with", "does not begin with" }, { "is", "is not" } },
    };
    const struct rule_content *content = &step->content;

    fprintf(to, "%s ", verbs[content->starts_with][content->ends_with][content->negated]);
    say_what_and_where(to, content);
}

/* --- other steps --- */

static void say_pcre(FILE *to, const struct rule_step *step)
{
    const struct rule_pcre *pcre = &step->pcre;
    int shown = SHOWN_PATTERN;

    while ((pcre->text[strnlen(pcre->text, (size_t)shown)] & 0xc0) == 0x80)
        shown--;
    fprintf(to, "%s %.*s%s%s", pcre->negated ? "does not match" : "matches", shown, pcre->text,
            strlen(pcre->text) > (size_t)shown ? "…" : "", pcre->relative ? " behind that" : "");
}

/* "the 4 bytes at byte 12". */
static void say_field(FILE *to, const struct rule_field *field)
{
    const char *unit = field->string ? "digit" : "byte";

    if (field->bytes == 1)
        fprintf(to, "the %s", unit);
    else
        fprintf(to, "the %u %ss", field->bytes, unit);
    if (field->little)
        fputs(", lowest first,", to);
    if (!field->relative)
        fprintf(to, " at byte %d", field->offset);
    else if (field->offset < 0)
        fprintf(to, " %d before the end of that", -field->offset);
    else
        fprintf(to, " %d behind that", field->offset);
}

static void say_byte_test(FILE *to, const struct rule_step *step)
{
    static const char *const comparisons[][2] = {
        [COMPARE_EQUAL] = { "is", "is not" },
        [COMPARE_LESS] = { "is below", "is not below" },
        [COMPARE_GREATER] = { "is above", "is not above" },
        [COMPARE_AND] = { "shares bits with", "shares no bits with" },
        [COMPARE_XOR] = { "differs from", "does not differ from" },
        [COMPARE_GREATER_EQUAL] = { "is at least", "is below" },
        [COMPARE_LESS_EQUAL] = { "is at most", "is above" },
    };
    const struct rule_byte_test *test = &step->byte_test;

    fputs("has in ", to);
    say_field(to, &test->field);
    fprintf(to, " a number that %s %llu", comparisons[test->comparison][test->negated],
            (unsigned long long)test->value);
}

static void say_byte_jump(FILE *to, const struct rule_step *step)
{
    fputs("goes on as far as told by ", to);
    say_field(to, &step->byte_jump.field);
}

static void say_data_at(FILE *to, const struct rule_step *step)
{
    const struct rule_data_at *data = &step->data_at;

    fprintf(to, "%s at byte %u%s", data->negated ? "has ended" : "still goes on", data->offset,
            data->relative ? " behind that" : "");
}

static void say_size(FILE *to, const struct rule_step *step)
{
    fputs("has a size that ", to);
    say_number(to, &step->size);
}

static void say_dataset(FILE *to, const struct rule_step *step)
{
    static const char *const commands[] = {
        [DATASET_IS_SET] = "is one of the list",
        [DATASET_IS_NOT_SET] = "is none of the list",
        [DATASET_SET] = "is put on the list",
        [DATASET_UNSET] = "is taken off the list",
    };

    fprintf(to, "%s '%s'", commands[step->dataset.command], dataset_name(step->dataset.dataset));
    if (step->dataset.below)
        fprintf(to, ", %sor ends with one that begins with '.'",
                step->dataset.command == DATASET_IS_NOT_SET ? "n" : "");
}

/* --- buffers --- */

static const char *const buffer_phrases[BUFFER_KINDS] = {
    [BUFFER_PAYLOAD] = "The payload",
    [BUFFER_DNS_QUERY] = "The name that DNS is asked for",
    [BUFFER_TLS_SNI] = "The server's name in TLS",
    [BUFFER_QUIC_SNI] = "The server's name in QUIC",
    [BUFFER_HTTP_METHOD] = "HTTP's method",
    [BUFFER_HTTP_URI] = "HTTP's path and query",
    [BUFFER_HTTP_HOST] = "HTTP's host",
    [BUFFER_HTTP_USER_AGENT] = "HTTP's user agent",
    [BUFFER_HTTP_HEADER] = "HTTP's header",
    [BUFFER_HTTP_REQUEST_BODY] = "The body of the HTTP request",
    [BUFFER_MQTT_CLIENT_ID] = "The client's name in MQTT",
    [BUFFER_MQTT_USERNAME] = "The user's name in MQTT",
    [BUFFER_MQTT_PASSWORD] = "The password in MQTT",
    [BUFFER_MQTT_PUBLISH_TOPIC] = "The topic published to in MQTT",
    [BUFFER_MQTT_SUBSCRIBE_TOPIC] = "A topic subscribed to in MQTT",
    [BUFFER_IP_SOURCE] = "The source's address",
    [BUFFER_IP_DESTINATION] = "The destination's address",
};

static void (*const step_phrases[])(FILE *to, const struct rule_step *step) = {
    [STEP_CONTENT] = say_content,
    [STEP_PCRE] = say_pcre,
    [STEP_BYTE_TEST] = say_byte_test,
    [STEP_BYTE_JUMP] = say_byte_jump,
    [STEP_DATA_AT] = say_data_at,
    [STEP_SIZE] = say_size,
    [STEP_DATASET] = say_dataset,
};

/* Of two contents that must not be there, the second need not say so again. */
static bool goes_on(const struct rule_step *before, const struct rule_step *step)
{
    const struct rule_content *one = &before->content, *other = &step->content;

    return before->kind == STEP_CONTENT && step->kind == STEP_CONTENT && one->negated &&
           other->negated && !one->starts_with && !one->ends_with && !other->starts_with &&
           !other->ends_with;
}

static void say_step(FILE *to, const struct rule_buffer *buffer, uint32_t i)
{
    const struct rule_step *step = &buffer->steps[i];

    if (i > 0 && goes_on(step - 1, step)) {
        fputs(" nor ", to);
        say_what_and_where(to, &step->content);
        return;
    }
    fputs(i == 0 ? " " : i + 1 == buffer->step_count ? " and " : ", ", to);
    step_phrases[step->kind](to, step);
}

static void say_transforms(FILE *to, const struct rule_transforms *transforms)
{
    static const char *const names[TRANSFORM_KINDS] = {
        [TRANSFORM_MD5] = "MD5",
        [TRANSFORM_SHA1] = "SHA-1",
        [TRANSFORM_SHA256] = "SHA-256",
    };

    for (unsigned i = 0; i < transforms->count; i++)
        fprintf(to, "%s %s", i == 0 ? ", hashed by" : " and then", names[transforms->kinds[i]]);
    if (transforms->count > 0)
        putc(',', to);
}

void say_buffer(FILE *to, const struct rule_buffer *buffer)
{
    if (buffer->kind == BUFFER_FEATURE)
        fprintf(to, "iot.%s", buffer->feature->name);
    else
        fputs(buffer_phrases[buffer->kind], to);
    say_transforms(to, &buffer->transforms);
    for (uint32_t i = 0; i < buffer->step_count; i++)
        say_step(to, buffer, i);
    putc('.', to);
    if (buffer->kind == BUFFER_FEATURE)
        say_meaning(to, buffer->feature);
}
