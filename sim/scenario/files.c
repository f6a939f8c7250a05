/* files.c: the files that a scenario names. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"
#include "sim/workload/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES  ((size_t)16 << 20) /* of one file */
#define FILES_BYTES ((size_t)64 << 20) /* of all files of a scenario, each as often as named */

/* The path of a file that the scenario names: beside the scenario, unless it is absolute. */
static char *beside(const struct loader *loader, const char *file)
{
    const char *scenario = loader->input->name, *slash = strrchr(scenario, '/');
    int folder = slash == NULL || file[0] == '/' ? 0 : (int)(slash - scenario) + 1;
    size_t room = (size_t)folder + strlen(file) + 1;
    char *path = memory_zeroed(room, 1);
    snprintf(path, room, "%.*s%s", folder, scenario, file);
    return path;
}

/* The file's text; false, and why not. */
static bool read_file(struct loader *loader, const struct yaml_node *node, struct input *input)
{
    size_t left = FILES_BYTES - loader->file_bytes;
    size_t limit = left < FILE_BYTES ? left : FILE_BYTES;
    char *path = beside(loader, node->text);
    enum input_status status = input_read_file(input, path, limit);
    free(path);
    loader->file_bytes += input->length;
    if (status == INPUT_OK)
        return true;
    if (status == INPUT_TOO_LARGE && limit < FILE_BYTES)
        fault_at(loader, node, "'%s': the files named here are larger than %zu MiB together",
                 node->text, FILES_BYTES >> 20);
    else if (status == INPUT_TOO_LARGE)
        fault_at(loader, node, "'%s' is larger than %zu MiB", node->text, FILE_BYTES >> 20);
    else
        fault_at(loader, node, "cannot read '%s': %s", node->text,
                 status == INPUT_NOT_A_FILE ? "not a regular file" : strerror(errno));
    return false;
}

/* The first fault of the file, told where the scenario names it. */
static void fault_in_file(struct loader *loader, const struct yaml_node *node,
                          const struct fault *fault)
{
    if (fault->place.line == 0)
        fault_at(loader, node, "%s: %s", node->text, fault->message);
    else
        fault_at(loader, node, "%s:%u:%u: %s", node->text, fault->place.line, fault->place.column,
                 fault->message);
}

struct csv_table *read_table(struct loader *loader, const struct yaml_node *node, const char *what)
{
    struct input input;
    struct faults faults = {0};
    if (scalar_text(loader, node, what) == NULL || !read_file(loader, node, &input))
        return NULL;
    struct csv_table *table = csv_read(&input, &faults);
    if (faults.count > 0) {
        fault_in_file(loader, node, &faults.fault[0]);
        csv_table_free(table);
        table = NULL;
    }
    faults_free(&faults);
    input_free(&input);
    return table;
}
