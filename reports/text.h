/* text.h: numbers as people and files read them. Each writes into the caller's buffer and returns
 * it. */
#ifndef REPORTS_TEXT_H
#define REPORTS_TEXT_H

#include <stdint.h>
#include <stdio.h>

#define TEXT_MAX 48

/* 2,374,398 */
char *text_count(uint64_t count, char buffer[TEXT_MAX]);
/* A time for people: 1h, 12m, 1m30s, 250ms */
char *text_time(uint64_t ns, char buffer[TEXT_MAX]);
/* The same, rounded to what matters of it: 1h12m, 6m37s, 41s, 4.2s, 250ms */
char *text_time_rounded(uint64_t ns, char buffer[TEXT_MAX]);
/* A ratio for files: %.9g */
char *text_ratio(double ratio, char buffer[TEXT_MAX]);
/* 16.819% : three decimals of part / whole; "-" of nothing */
char *text_share(uint64_t part, uint64_t whole, char buffer[TEXT_MAX]);

/* A word as a POSIX shell takes it: as it is, or in single quotes. */
void text_shell(const char *word, FILE *to);
/* The same; to be freed by the caller. */
char *text_shell_word(const char *word);

#endif
