/* fuzz_replay.c: any text as a trace, on a preset and so many workers as its first bytes say. */
#include "sim/run/replay.h"
#include "tests/fuzz/shown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t presets = 0;
    if (size < 2)
        return 0;
    while (preset_at(presets) != NULL)
        presets++;
    struct balancer balancer = balancer_of_preset(preset_at(data[0] % presets));
    struct input input;
    struct faults faults = {0};
    char *text = NULL, *state = NULL;
    size_t text_size = 0, state_size = 0;
    FILE *to = open_memstream(&text, &text_size), *state_to = open_memstream(&state, &state_size);
    struct replay_options options = {.balancer = &balancer,
                                     .workers = 1u + data[1] % 3u,
                                     .eager = data[1] >= 128,
                                     .at_end = replay_write_state,
                                     .context = state_to};
    input_of_text(&input, "fuzz.csv", (const char *)data + 2, size - 2);
    bool played = replay_run(&input, &options, &faults, to);
    fclose(to);
    fclose(state_to);
    bool fine = check_faults(&faults, &input);
    assert(played == fine && played == (text_size > 0) && played == (state_size > 0));
    check_shown(text, text_size);
    check_shown(state, state_size);
    free(text);
    free(state);
    faults_free(&faults);
    input_free(&input);
    return 0;
}
