/* algorithms.c: which algorithms a scenario may name: the library's, and a user's own. */
#include "sim/scenario/load.h"

#include "sim/engine/memory.h"

#include <stdlib.h>
#include <string.h>

/* One balancer may be read for a scenario that was never loaded, and so has no words of its own. */
static const struct vocabulary *words_of(const struct loader *loader)
{
    static const struct vocabulary nothing_more = {.owns = 0};
    const struct vocabulary *vocabulary = loader->scenario->vocabulary;
    return vocabulary != NULL ? vocabulary : &nothing_more;
}

const struct lb_algorithm *algorithm_at(const struct loader *loader, uint32_t i)
{
    const struct vocabulary *vocabulary = words_of(loader);
    uint32_t first = 0; /* of one's own */
    while (lb_algorithm_at(first) != NULL && first < i)
        first++;
    if (lb_algorithm_at(first) != NULL)
        return lb_algorithm_at(i);
    return i - first < vocabulary->owns ? vocabulary->own[i - first] : NULL;
}

static const struct lb_algorithm *own_called(const struct loader *loader, const char *name)
{
    const struct vocabulary *vocabulary = words_of(loader);
    for (uint32_t i = 0; i < vocabulary->owns; i++)
        if (strcmp(lb_algorithm_name(vocabulary->own[i]), name) == 0)
            return vocabulary->own[i];
    return NULL;
}

static void fault_preset(struct loader *loader, const struct yaml_node *node)
{
    const struct vocabulary *vocabulary = words_of(loader);
    size_t count = 0, presets = 0;
    while (preset_at((uint32_t)presets) != NULL)
        presets++;
    const char **known = memory_zeroed(presets + vocabulary->owns, sizeof *known);
    for (; count < presets; count++)
        known[count] = preset_at((uint32_t)count)->name;
    for (uint32_t i = 0; i < vocabulary->owns; i++)
        known[count++] = lb_algorithm_name(vocabulary->own[i]);
    const char *meant = input_nearest(node->text, known, count);
    if (meant != NULL)
        fault_at(loader, node, "unknown preset '%s' (did you mean '%s'?)", node->text, meant);
    else
        fault_at(loader, node, "unknown preset '%s' (see `lbsim list presets`)", node->text);
    free(known);
}

bool base_on_preset(struct loader *loader, const struct yaml_node *node, struct balancer *balancer)
{
    if (scalar_text(loader, node, "a preset") == NULL)
        return false;
    const struct lb_algorithm *own = own_called(loader, node->text);
    const struct preset *preset = own == NULL ? preset_find(node->text) : NULL;
    if (own == NULL && preset == NULL) {
        fault_preset(loader, node);
        return false;
    }
    *balancer = own != NULL ? balancer_of_algorithm(own) : balancer_of_preset(preset);
    balancer->name = arena_text(&loader->scenario->arena, node->text, strlen(node->text));
    return true;
}

/* An algorithm alone is what the preset of its name is: view host, change in_place, reaped. */
bool base_on_algorithm(struct loader *loader, const struct yaml_node *node,
                       struct balancer *balancer)
{
    uint32_t count = 0;
    while (algorithm_at(loader, count) != NULL)
        count++;
    const char **known = memory_zeroed(count + 1, sizeof *known);
    for (uint32_t i = 0; i < count; i++)
        known[i] = lb_algorithm_name(algorithm_at(loader, i));
    bool fine = read_word(loader, node, "algorithm", known) >= 0;
    free(known);
    return fine && base_on_preset(loader, node, balancer);
}
