/* memory.h: memory that is there, or a program that has ended with one clear line.
 *
 * lbsim has no use for half a run, so running out of memory is an environment error (exit 3) and
 * ends here; callers never see NULL. Freed with free(), but for memory_aligned(). */
#ifndef SIM_ENGINE_MEMORY_H
#define SIM_ENGINE_MEMORY_H

#include <stddef.h>

/* count objects of size bytes, all zero. count 0 gives a valid pointer. */
void *memory_zeroed(size_t count, size_t size);

/* The array at `old` (or NULL) resized to count objects of size bytes; what is new is not zeroed.
 */
void *memory_resized(void *old, size_t count, size_t size);

/* Zeroed memory whose address is a multiple of align (a power of two); pages never touched cost
 * nothing. Freed with memory_aligned_free() only. */
void *memory_aligned(size_t align, size_t size);
void memory_aligned_free(void *memory);

/* A copy of length bytes of text, ended with NUL. */
char *memory_text(const char *text, size_t length);

#endif
