#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdio.h>

/* How often each word of a text occurs. */
typedef struct {
    char *text;
    size_t count;
} Word;

typedef struct {
    Word *slots; /* open addressing; a free slot has no text */
    size_t capacity;
    size_t used;
    size_t total;
} Words;

/* Adds every word of a stream. Returns 0, or -1 when reading fails or memory runs out. */
int words_read(Words *words, FILE *from);

/* The words, most frequent first; `words->used` of them. The caller frees the array, not what it points to. */
const Word **words_sorted(const Words *words);

void words_free(Words *words);

#endif
