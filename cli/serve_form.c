/* What a form of the page brings. */
#include <stdlib.h>
#include <string.h>

#include "serve_http_internal.h"

#define BODY_MAX 4096
#define VALUE_SIZE 256

static const char *const names[] = { "secret", "shown", "reason", "undo" };
#define NAMES (sizeof(names) / sizeof(names[0]))

struct serve_form {
    struct MHD_PostProcessor *parser;
    size_t received;
    bool too_much;
    size_t lengths[NAMES];
    char values[NAMES][VALUE_SIZE];
};

static enum MHD_Result take_value(void *user, enum MHD_ValueKind kind, const char *name,
        const char *file, const char *type, const char *encoding, const char *data, uint64_t offset,
        size_t len)
{
    struct serve_form *form = user;

    (void)kind;
    (void)file;
    (void)type;
    (void)encoding;
    (void)offset;
    for (size_t i = 0; i < NAMES; i++) {
        if (name == NULL || strcmp(names[i], name) != 0)
            continue;
        if (len >= VALUE_SIZE - form->lengths[i]) {
            form->too_much = true;
            return MHD_NO;
        }
        memcpy(form->values[i] + form->lengths[i], data, len);
        form->lengths[i] += len;
    }
    return MHD_YES;
}

struct serve_form *serve_form_new(struct MHD_Connection *connection)
{
    struct serve_form *form = calloc(1, sizeof(*form));

    if (form == NULL)
        return NULL;
    form->parser = MHD_create_post_processor(connection, 1024, take_value, form);
    form->too_much = form->parser == NULL; /* it is no form */
    return form;
}

void serve_form_free(struct serve_form *form)
{
    if (form != NULL && form->parser != NULL)
        MHD_destroy_post_processor(form->parser);
    free(form);
}

void serve_form_take(struct serve_form *form, const char *bytes, size_t len)
{
    form->received += len;
    if (form->received > BODY_MAX)
        form->too_much = true;
    if (!form->too_much && MHD_post_process(form->parser, bytes, len) != MHD_YES)
        form->too_much = true;
}

bool serve_form_is_good(struct serve_form *form)
{
    if (form->parser != NULL)
        MHD_destroy_post_processor(form->parser); /* may tell a last value */
    form->parser = NULL;
    return !form->too_much;
}

const char *serve_form_value(const struct serve_form *form, const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strcmp(names[i], name) == 0)
            return form->values[i];
    return "";
}
