/* plot_labels.c: labels at the ends of lines, and above events. */
#include "reports/plot_labels.h"

#include "reports/plot_text.h"
#include "sim/engine/memory.h"

#include <stdlib.h>

/* ---- Along a line ---- */

/* With the gaps taken out of them, the heights must only not fall: isotonic regression, by pooling
 * adjacent violators (Ayer et al. 1955), moves them least in the sum of squares. */
void labels_spread(double *y, uint32_t count, double gap, double low, double high)
{
    struct pool {
        double mean;
        uint32_t size;
    } *pool = memory_zeroed(count, sizeof *pool);
    uint32_t pools = 0, i = 0;
    if (count > 1 && gap * (count - 1) > high - low)
        gap = (high - low) / (count - 1);
    for (uint32_t k = 0; k < count; k++) {
        struct pool next = {y[k] - gap * k, 1};
        while (pools > 0 && pool[pools - 1].mean >= next.mean) {
            const struct pool *above = &pool[--pools];
            next.mean = (above->mean * above->size + next.mean * next.size) /
                        (double)(above->size + next.size);
            next.size += above->size;
        }
        pool[pools++] = next;
    }
    high -= count > 0 ? gap * (count - 1) : 0;
    for (uint32_t p = 0; p < pools; p++) {
        double mean = pool[p].mean > high ? high : pool[p].mean;
        mean = mean < low ? low : mean;
        for (uint32_t k = 0; k < pool[p].size; k++, i++)
            y[i] = mean + gap * i;
    }
    free(pool);
}

/* ---- Above events ---- */

enum { FLAG_PAD = 5, FLAG_APART = 10, LINE_APART = 3 };

static double flag_begin(const struct flag *flag)
{
    return flag->left ? flag->x - FLAG_PAD - flag->width : flag->x;
}

static double flag_end(const struct flag *flag)
{
    return flag->left ? flag->x : flag->x + FLAG_PAD + flag->width;
}

/* Whether a line at x would lie on the flag's text. Its own line stands aside of that, and next to
 * it there is room for another: what happens soon after something else has a flag, too. */
static bool on_text(double x, const struct flag *flag)
{
    double begin = flag->left ? flag_begin(flag) : flag->x + FLAG_PAD;
    return x > begin - LINE_APART && x < begin + flag->width + LINE_APART;
}

/* Whether two flags that both are shown get into each other's way. */
static bool collide(const struct flag *one, const struct flag *other)
{
    if ((on_text(one->x, other) && one->row >= other->row) ||
        (on_text(other->x, one) && other->row >= one->row))
        return true;
    return one->row == other->row && flag_begin(one) < flag_end(other) + FLAG_APART &&
           flag_begin(other) < flag_end(one) + FLAG_APART;
}

/* Finds it the lowest row that is free of those which are shown already. */
static bool place(struct flag *flag, const struct flag *all, uint32_t count)
{
    for (flag->row = 0; flag->row < FLAG_ROWS; flag->row++) {
        bool free_row = true;
        for (uint32_t i = 0; i < count && free_row; i++)
            free_row = &all[i] == flag || !all[i].shown || !collide(flag, &all[i]);
        if (free_row)
            return true;
    }
    return false;
}

/* Tries to say so much of all; how many can be shown. */
static uint32_t try_all(struct flag *flag, uint32_t count, double size, double low, double high,
                        bool brief)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < count; i++) {
        flag[i].which = brief;
        flag[i].width = plot_text_width(flag[i].text[brief], size);
        flag[i].shown = false;
        flag[i].left = flag[i].x + FLAG_PAD + flag[i].width > high;
    }
    for (uint32_t i = count; i-- > 0;) { /* so that lines rise before the texts to their right */
        if (!flag[i].left)
            flag[i].shown = place(&flag[i], flag, count);
        shown += flag[i].shown;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (flag[i].left && flag_begin(&flag[i]) >= low)
            flag[i].shown = place(&flag[i], flag, count);
        shown += flag[i].left && flag[i].shown;
    }
    return shown;
}

/* Says all of it where there is room after all. */
static void lengthen(struct flag *flag, const struct flag *all, uint32_t count, double size,
                     double low, double high)
{
    struct flag brief = *flag;
    flag->which = 0;
    flag->width = plot_text_width(flag->text[0], size);
    flag->left = flag->x + FLAG_PAD + flag->width > high;
    if (flag_begin(flag) < low || !place(flag, all, count))
        *flag = brief;
}

uint32_t labels_hoist(struct flag *flag, uint32_t count, double size, double low, double high)
{
    uint32_t rows = 0;
    if (try_all(flag, count, size, low, high, false) < count) {
        try_all(flag, count, size, low, high, true);
        for (uint32_t i = 0; i < count; i++)
            lengthen(&flag[i], flag, count, size, low, high);
    }
    for (uint32_t i = 0; i < count; i++)
        if (flag[i].shown && flag[i].row >= rows)
            rows = flag[i].row + 1;
    return rows;
}
