#include "files/yaml_tree.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

__attribute__((format(printf, 3, 4)))
static bool fail(struct tree_problem *problem, const yaml_mark_t *mark, const char *format, ...)
{
    va_list arguments;

    problem->line = mark != NULL ? (unsigned)mark->line + 1 : 0;
    problem->column = mark != NULL ? (unsigned)mark->column + 1 : 0;
    va_start(arguments, format);
    vsnprintf(problem->what, sizeof(problem->what), format, arguments);
    va_end(arguments);
    return false;
}

/* libyaml counts characters: only in front of what indents is each of them a byte. */
static bool is_tab(const char *text, size_t len, const yaml_mark_t *mark)
{
    const char *end = text + len;

    for (size_t line = 0; line < mark->line && text != NULL; line++) {
        text = memchr(text, '\n', (size_t)(end - text));
        text += text != NULL ? 1 : 0;
    }
    return text != NULL && mark->column < (size_t)(end - text) && text[mark->column] == '\t';
}

static bool fail_syntax(struct tree_problem *problem, const yaml_parser_t *parser, const char *text,
        size_t len)
{
    const yaml_mark_t *mark = &parser->problem_mark;

    if (parser->error == YAML_MEMORY_ERROR)
        return fail(problem, NULL, "out of memory");
    if (parser->error == YAML_READER_ERROR)
        return fail(problem, NULL, "not text in UTF-8: %s at byte %zu", parser->problem,
                parser->problem_offset);
    return fail(problem, mark, "not YAML: %s%s%s%s", parser->problem, parser->context != NULL ? " " : "",
            parser->context != NULL ? parser->context : "",
            is_tab(text, len, mark) ? " (indent with blanks, not with a tab)" : "");
}

static bool open_parser(yaml_parser_t *parser, const char *text, size_t len,
        struct tree_problem *problem)
{
    if (!yaml_parser_initialize(parser))
        return fail(problem, NULL, "out of memory");
    yaml_parser_set_input_string(parser, (const unsigned char *)text, len);
    return true;
}

/* Is nothing nested too deep? Looked at event by event, before libyaml loads it as a whole. Syntax
 * errors are left for then. */
static bool is_shallow(const char *text, size_t len, struct tree_problem *problem)
{
    yaml_parser_t parser;
    unsigned depth = 0;
    bool more = true;

    if (!open_parser(&parser, text, len, problem))
        return false;
    while (more && depth <= TREE_DEPTH_MAX) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event))
            break;
        more = event.type != YAML_STREAM_END_EVENT;
        if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
            depth++;
        else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
            depth--;
        if (depth > TREE_DEPTH_MAX)
            fail(problem, &event.start_mark, "nested deeper than %d levels", TREE_DEPTH_MAX);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return depth <= TREE_DEPTH_MAX;
}

/* Loads the first document and looks for a second. */
static bool load(yaml_parser_t *parser, struct yaml_tree *out)
{
    yaml_document_t second;

    if (!yaml_parser_load(parser, &out->document))
        return false;
    if (tree_root(out) == NULL)
        return true; /* behind the end libyaml loads nothing */
    if (!yaml_parser_load(parser, &second))
        return false;
    if (yaml_document_get_root_node(&second) != NULL)
        out->second_line = (unsigned)second.start_mark.line + 1;
    yaml_document_delete(&second);
    return true;
}

bool tree_read(const char *text, size_t len, struct yaml_tree *out, struct tree_problem *problem)
{
    yaml_parser_t parser;
    bool good;

    *out = (struct yaml_tree){ .second_line = 0 };
    if (len > TREE_BYTES_MAX)
        return fail(problem, NULL, "larger than %d bytes", TREE_BYTES_MAX);
    if (!is_shallow(text, len, problem) || !open_parser(&parser, text, len, problem))
        return false;
    good = load(&parser, out) || fail_syntax(problem, &parser, text, len);
    yaml_parser_delete(&parser);
    return good;
}

/* Not mapped: somebody may be writing it, and what is cut off behind a map ends the process. */
bool tree_read_file(const char *path, struct yaml_tree *out, struct tree_problem *problem)
{
    FILE *file = fopen(path, "rbe");
    char *text = malloc(TREE_BYTES_MAX + 1);
    bool good = false;
    struct stat st;
    size_t len;

    *out = (struct yaml_tree){ .second_line = 0 };
    if (file == NULL) {
        fail(problem, NULL, "cannot be read: %s", strerror(errno));
    } else if (fstat(fileno(file), &st) == 0 && S_ISFIFO(st.st_mode)) {
        fail(problem, NULL, "is a pipe, but is read more than once: write it to a file");
    } else if (text == NULL) {
        fail(problem, NULL, "out of memory");
    } else {
        len = fread(text, 1, TREE_BYTES_MAX + 1, file);
        good = ferror(file) ? fail(problem, NULL, "cannot be read: %s", strerror(errno))
                            : tree_read(text, len, out, problem);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return good;
}

void tree_clear(struct yaml_tree *tree)
{
    yaml_document_delete(&tree->document);
}

const yaml_node_t *tree_root(struct yaml_tree *tree)
{
    return yaml_document_get_root_node(&tree->document);
}

const yaml_node_t *tree_node(struct yaml_tree *tree, int index)
{
    return yaml_document_get_node(&tree->document, index);
}

const yaml_node_pair_t *tree_find_before(struct yaml_tree *tree, const yaml_node_t *map, const char *key,
        const yaml_node_pair_t *end)
{
    const yaml_node_pair_t *found = NULL;

    for (const yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < end; pair++) {
        const char *name = tree_scalar(tree_node(tree, pair->key));

        if (name != NULL && strcmp(name, key) == 0)
            found = pair;
    }
    return found;
}

const yaml_node_pair_t *tree_find(struct yaml_tree *tree, const yaml_node_t *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    return tree_find_before(tree, map, key, map->data.mapping.pairs.top);
}

const yaml_node_t *tree_value(struct yaml_tree *tree, const yaml_node_t *map, const char *key)
{
    const yaml_node_pair_t *pair = tree_find(tree, map, key);

    return pair != NULL ? tree_node(tree, pair->value) : NULL;
}

const yaml_node_t *tree_item(struct yaml_tree *tree, const yaml_node_t *list, size_t index)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE ||
            index >= (size_t)(list->data.sequence.items.top - list->data.sequence.items.start))
        return NULL;
    return tree_node(tree, list->data.sequence.items.start[index]);
}

const char *tree_scalar(const yaml_node_t *node)
{
    return node != NULL && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

bool tree_is_nothing(const yaml_node_t *node)
{
    const char *text = tree_scalar(node);

    return node == NULL || (text != NULL && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                                   (*text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0));
}

const char *tree_kind(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE     ? "one value"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "keys";
}
