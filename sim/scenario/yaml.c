/* yaml.c: libfyaml's events handed to the tree, its errors said in plain words.
 *
 * Events, not libfyaml's own documents: they tell the place of every bracket, and no second tree
 * stands beside ours.
 *
 * libfyaml 0.7.12 hangs on some invalid UTF-8 in a directive, reads beyond its buffer when it draws
 * a caret itself, makes up the text of an empty block (|) at the very end of the input, takes a
 * time that grows with the square of a directive's length and of a run of blanks or empty lines,
 * and may hold all of a line at once. So it never sees a byte that input_check_text() has not
 * passed, nor what unreadable() finds, nor the end of a text, and its errors are collected and
 * shown by us. */
#include "sim/scenario/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "sim/engine/memory.h"
#include "sim/scenario/yaml_tree.h"
#include "sim/workload/utf8.h"

#define BLANKS     250 /* in a row, over line ends too */
#define LINE_BYTES ((size_t)256 << 10)

struct reader {
    const char *text; /* the input's, its last line ended */
    struct faults *faults;
    struct tree *tree;
    struct fy_mark last; /* the end of the last token */
    uint32_t lines;      /* of the input's own text */
    unsigned documents;
};

/* libfyaml counts lines and columns from 0, columns in characters: as we do, from 1. */
static struct place place_between(const struct fy_mark *start, const struct fy_mark *end)
{
    bool wide = start->line == end->line && end->column > start->column;
    return (struct place){.line = (uint32_t)start->line + 1,
                          .column = (uint32_t)start->column + 1,
                          .width = wide ? (uint32_t)(end->column - start->column) : 1};
}

static struct place token_place(struct fy_token *token)
{
    return place_between(fy_token_start_mark(token), fy_token_end_mark(token));
}

/* An anchor's or alias's token is its name, without the & or *. */
static struct place marked_place(struct fy_token *token)
{
    struct place place = token_place(token);
    if (place.column > 1) {
        place.column--;
        place.width++;
    }
    return place;
}

/* A scalar's token is without its quotes. */
static struct place scalar_place(struct fy_token *token)
{
    struct place place = token_place(token);
    enum fy_scalar_style style = fy_token_scalar_style(token);
    if (style != FYSS_SINGLE_QUOTED && style != FYSS_DOUBLE_QUOTED)
        return place;
    const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
    place.column--;
    place.width = start->line == end->line ? (uint32_t)(end->column - start->column) + 2 : 1;
    return place;
}

/* The place of what is missing: its key's if it is a value, else (a list's item) that of its '-',
 * the first thing after the last token that is neither blank nor comment. */
static struct place missing_place(struct reader *reader)
{
    const struct yaml_node *key = tree_waiting_key(reader->tree);
    if (key != NULL)
        return key->place;
    struct fy_mark *mark = &reader->last;
    const char *text = reader->text;
    for (char c; (c = text[mark->input_pos]) != '\0' && strchr(" \t\n#", c) != NULL;) {
        size_t passed = c == '#' ? strcspn(text + mark->input_pos, "\n") : 1;
        mark->input_pos += passed;
        mark->column = c == '\n' ? 0 : mark->column + 1; /* behind a comment is a line's end */
        mark->line += c == '\n';
    }
    struct place place = place_between(mark, mark);
    if (text[mark->input_pos] != '\0') {
        mark->input_pos++;
        mark->column++;
    }
    return place;
}

static void on_document(struct reader *reader, struct fy_token *start)
{
    if (++reader->documents == 1)
        return;
    faults_add(reader->faults, start != NULL ? token_place(start) : missing_place(reader),
               "a second document begins here; there must be only one");
    tree_break(reader->tree);
}

/* What may stand before any node: &name, !tag. */
static void on_properties(struct reader *reader, struct fy_token *anchor, struct fy_token *tag)
{
    if (tag != NULL)
        faults_add(reader->faults, token_place(tag), "tags (!...) are not read here; leave it out");
    if (anchor == NULL)
        return;
    size_t length;
    const char *name = fy_token_get_text(anchor, &length);
    tree_anchor(reader->tree, marked_place(anchor), name, length);
}

/* Escapes may have put into a quoted text what input_check_text() keeps out of the file; and what a
 * text hides, no reader of it would find, nor should a terminal get it. */
static void check_text(struct reader *reader, struct place place, const char *text, size_t length)
{
    uint32_t code = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        size_t bytes = utf8_character(at, end, &code);
        bool sound = bytes > 0 && utf8_is_text(code);
        bool plain = utf8_is_shown(code) || code == '\t' || code == '\n' || utf8_is_joiner(code);
        if (!sound)
            faults_add(reader->faults, place, "an escape in this text stands for no character");
        else if (!plain)
            faults_add(reader->faults, place, "an invisible character, U+%04X, is in this text",
                       (unsigned)code);
        if (!sound || !plain) {
            tree_break(reader->tree);
            return;
        }
        at += bytes;
    }
}

static void on_scalar(struct reader *reader, struct fy_token *token)
{
    size_t length = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &length) : NULL;
    bool quoted = token != NULL && fy_token_scalar_style(token) != FYSS_PLAIN;
    if (text == NULL || (length == 0 && !quoted)) {
        tree_scalar(reader->tree, missing_place(reader), "", 0, false);
        return;
    }
    check_text(reader, scalar_place(token), text, length);
    tree_scalar(reader->tree, scalar_place(token), text, length, quoted);
}

static void on_alias(struct reader *reader, struct fy_token *token)
{
    size_t length;
    const char *name = fy_token_get_text(token, &length);
    tree_alias(reader->tree, marked_place(token), name, length);
}

static void on_start(struct reader *reader, enum yaml_kind kind, struct fy_token *token)
{
    const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
    char first = reader->text[start->input_pos];
    bool in_brackets = end->input_pos > start->input_pos && (first == '[' || first == '{');
    tree_begin(reader->tree, kind, token_place(token), in_brackets);
}

static void on_event(struct reader *reader, struct fy_event *event)
{
    on_properties(reader, fy_event_get_anchor_token(event), fy_event_get_tag_token(event));
    switch (tree_is_full(reader->tree) ? FYET_NONE : event->type) {
    case FYET_DOCUMENT_START:
        on_document(reader, event->document_start.document_start);
        break;
    case FYET_SCALAR:
        on_scalar(reader, event->scalar.value);
        break;
    case FYET_ALIAS:
        on_alias(reader, event->alias.anchor);
        break;
    case FYET_SEQUENCE_START:
        on_start(reader, YAML_SEQUENCE, event->sequence_start.sequence_start);
        break;
    case FYET_MAPPING_START:
        on_start(reader, YAML_MAPPING, event->mapping_start.mapping_start);
        break;
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        tree_end(reader->tree);
        break;
    default:
        break;
    }
}

static void pass(struct reader *reader, struct fy_token *token)
{
    const struct fy_mark *end = token != NULL ? fy_token_end_mark(token) : NULL;
    if (end != NULL && end->input_pos > reader->last.input_pos)
        reader->last = *end;
}

/* How libfyaml's messages begin, and what a person can do about them. The others do as they are. */
static const struct {
    const char *begins;
    const char *means;
    bool of_brackets; /* found where the text no longer fits, often lines below the [ or { */
} messages[] = {
    {"invalid multiline plain key", "': ' is missing here, or the next line is badly indented",
     false},
    {"could not find expected ':'", "': ' is missing after this key", false},
    {"did not find expected key", "expected a key here (name: value)", false},
    {"did not find expected node content", "a value or a closing bracket is missing here", false},
    {"invalid nested block mapping on the same line",
     "a second ':' in one line; quote the text, or put the key on a line of its own", false},
    {"double-quoted scalar without closing quote", "the '\"' before this is not closed", false},
    {"single-quoted scalar without closing quote", "the ' before this is not closed", false},
    {"double-quoted scalar has invalid", "this escape stands for no character", false},
    {"invalid trailing content after",
     "text behind the closing quote (or an earlier quote is not closed)", false},
    {"plain scalar cannot start with", "text that begins like this must be quoted", false},
    {"invalid alias detected", "a name is missing after '*' (quote text that begins with it)",
     false},
    {"invalid anchor detected", "a name is missing after '&' (quote text that begins with it)",
     false},
    {"tab character may not be used as indentation", "tab used as indentation; use spaces", false},
    {"invalid tab used as indentation", "tab used as indentation; use spaces", false},
    {"block sequence on the same line as a mapping key",
     "a list written with '-' begins on the line below its key", false},
    {"wrong indendation in sequence", "bad indentation of this '-'", false},
    {"wrongly indented sequence item", "bad indentation of this '-'", false},
    {"invalid scalar at the end of block sequence", "expected '-' here, or less indentation",
     false},
    {"missing document start", "text behind the end of the document", false},
    {"block scalar no linebreak found", "unexpected text behind '|' or '>'", false},
    {"flow sequence with invalid extra closing", "']' without a '['", false},
    {"flow mapping with invalid extra closing", "'}' without a '{'", false},
    {"flow sequence with invalid extra comma", "a ',' too many", false},
    {"flow mapping with invalid extra comma", "a ',' too many", false},
    {"mismatched flow sequence end", "expected '}' here, not ']'", false},
    {"mismatched flow mapping end", "expected ']' here, not '}'", false},
    {"missing comma in flow sequence", "expected ',' or ']' here", true},
    {"missing comma in flow mapping", "expected ',' or '}' here", true},
    {"flow sequence without a closing bracket", "this '[' is not closed", true},
    {"flow mapping without a closing brace", "this '{' is not closed", true},
};

static void report_error(struct reader *reader, const struct fy_diag_error *error)
{
    struct place place = {0};
    if (error->line > 0 && error->column > 0)
        place = (struct place){(uint32_t)error->line, (uint32_t)error->column, 1};
    const char *message = error->msg;
    const struct yaml_node *bracket = NULL;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (strncmp(error->msg, messages[i].begins, strlen(messages[i].begins)) == 0) {
            message = messages[i].means;
            bracket = messages[i].of_brackets ? tree_open_bracket(reader->tree) : NULL;
        }
    if (place.line > reader->lines) { /* the text has ended too early */
        bracket = tree_open_bracket(reader->tree);
        place = (struct place){0};
    }
    if (bracket != NULL && (place.line == 0 || bracket->place.line < place.line))
        faults_add(reader->faults, bracket->place, "this '%c' is not closed",
                   bracket->kind == YAML_SEQUENCE ? '[' : '{');
    else
        faults_add(reader->faults, place, "%s", message);
}

static void report_errors(struct reader *reader, struct fy_diag *diag)
{
    size_t reported = reader->faults->errors;
    void *at = NULL;
    for (const struct fy_diag_error *error; (error = fy_diag_errors_iterate(diag, &at)) != NULL;)
        if (error->type == FYET_ERROR)
            report_error(reader, error);
    if (reader->faults->errors == reported)
        faults_add(reader->faults, (struct place){0}, "this is not YAML");
    tree_break(reader->tree);
}

static void read_events(struct reader *reader, struct fy_parser *parser)
{
    struct fy_event *event;
    while (!tree_is_full(reader->tree) && reader->documents < 2 &&
           (event = fy_parser_parse(parser)) != NULL) {
        on_event(reader, event);
        pass(reader, fy_event_get_anchor_token(event));
        pass(reader, fy_event_get_tag_token(event));
        pass(reader, fy_event_get_token(event));
        fy_parser_event_free(parser, event);
    }
}

static void parse(struct reader *reader)
{
    struct fy_diag_cfg silent = {.level = FYET_ERROR};
    struct fy_diag *diag = fy_diag_create(&silent);
    fy_diag_set_collect_errors(diag, true);
    /* Sloppy: a ] or } may stand under the key it belongs to, as many write it. */
    struct fy_parse_cfg config = {
        .search_path = "", .flags = FYPCF_JSON_NONE | FYPCF_SLOPPY_FLOW_INDENTATION, .diag = diag};
    struct fy_parser *parser = fy_parser_create(&config);
    if (fy_parser_set_string(parser, reader->text, strlen(reader->text)) == 0)
        read_events(reader, parser);
    if (fy_parser_get_stream_error(parser))
        report_errors(reader, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
}

/* What libfyaml must not see although it is text; how a run of blanks goes over line ends. */
static const char *unreadable(const char *line, size_t length, size_t *blanks)
{
    static const char *const why[] = {"directives (%...) are not read here; leave it out",
                                      "too long a line: over 256 KiB",
                                      "more than 250 blanks in a row"};
    if (line[0] == '%')
        return why[0];
    if (length > LINE_BYTES)
        return why[1];
    for (size_t i = 0; i <= length; i++) { /* its end counts as a blank */
        *blanks = line[i] == ' ' || line[i] == '\t' || line[i] == '\n' ? *blanks + 1 : 0;
        if (*blanks > BLANKS)
            return why[2];
    }
    return NULL;
}

static bool has_unreadable(const struct input *input, struct faults *faults)
{
    struct place place = {.line = 1, .column = 1, .width = 1};
    size_t blanks = 0;
    for (const char *at = input->text; *at != '\0'; place.line++) {
        size_t length = strcspn(at, "\n");
        const char *why = unreadable(at, length, &blanks);
        if (why != NULL) {
            faults_add(faults, place, "%s", why);
            return true;
        }
        at += length + (at[length] == '\n');
    }
    return false;
}

static bool is_readable(const struct input *input, struct faults *faults)
{
    if (input->length > YAML_BYTES) {
        faults_add(faults, (struct place){0}, "larger than %zu MiB", YAML_BYTES >> 20);
        return false;
    }
    return input_check_text(input, faults) && !has_unreadable(input, faults);
}

static uint32_t lines_of(const struct input *input)
{
    uint32_t lines = 1;
    for (const char *at = input->text; (at = strchr(at, '\n')) != NULL && at[1] != '\0'; at++)
        lines++;
    return lines;
}

/* A copy of the text whose last line ends in a line feed, and a comment behind it. */
static char *text_ended(const struct input *input)
{
    static const char end[] = "\n#\n";
    bool ended = input->length > 0 && input->text[input->length - 1] == '\n';
    char *text = memory_zeroed(input->length + sizeof end, 1);
    memcpy(text, input->text, input->length);
    memcpy(text + input->length, end + ended, sizeof end - ended);
    return text;
}

struct yaml_document *yaml_read(const struct input *input, struct faults *faults)
{
    if (!is_readable(input, faults))
        return NULL;
    char *text = text_ended(input);
    struct reader reader = {
        .text = text, .faults = faults, .tree = tree_start(faults), .lines = lines_of(input)};
    parse(&reader);
    free(text);
    return tree_finish(reader.tree);
}
