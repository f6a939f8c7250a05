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
    struct replay_options options = {
        .balancer = &balancer, .workers = 1u + data[1] % 3u, .eager = data[1] >= 128};
    struct input input;
    struct faults faults = {0};
    char *text = NULL;
    size_t text_size = 0;
    FILE *to = open_memstream(&text, &text_size);
    input_of_text(&input, "fuzz.csv", (const char *)data + 2, size - 2);
    bool played = replay_run(&input, &options, &faults, to);
    fclose(to);
    bool fine = check_faults(&faults, &input);
    assert(played == fine && played == (text_size > 0));
    check_shown(text, text_size);
    free(text);
    faults_free(&faults);
    input_free(&input);
    return 0;
}
