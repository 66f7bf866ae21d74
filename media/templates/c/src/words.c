#include "words.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t hash(const char *text) {
    uint32_t value = 2166136261u; /* FNV-1a */
    for (; *text != '\0'; text++) value = (value ^ (unsigned char)*text) * 16777619u;
    return value;
}

/* The slot that holds a word, or the free one where it belongs. */
static Word *find(Word *slots, size_t capacity, const char *text) {
    size_t at = hash(text) & (capacity - 1);
    while (slots[at].text != NULL && strcmp(slots[at].text, text) != 0) at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static int grow(Words *words) {
    size_t capacity = words->capacity == 0 ? 256 : words->capacity * 2;
    Word *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL) return -1;
    for (size_t i = 0; i < words->capacity; i++) {
        if (words->slots[i].text != NULL) *find(slots, capacity, words->slots[i].text) = words->slots[i];
    }
    free(words->slots);
    words->slots = slots;
    words->capacity = capacity;
    return 0;
}

static int add(Words *words, const char *text) {
    if (words->used * 2 >= words->capacity && grow(words) != 0) return -1;
    Word *slot = find(words->slots, words->capacity, text);
    if (slot->text == NULL) {
        slot->text = strdup(text);
        if (slot->text == NULL) return -1;
        words->used++;
    }
    slot->count++;
    words->total++;
    return 0;
}

int words_read(Words *words, FILE *from) {
    char word[64];
    size_t length = 0;
    for (;;) {
        int c = getc(from);
        if (c != EOF && isalpha(c)) {
            if (length < sizeof word - 1) word[length++] = (char)tolower(c);
            continue;
        }
        if (length > 0) {
            word[length] = '\0';
            if (add(words, word) != 0) return -1;
            length = 0;
        }
        if (c == EOF) return ferror(from) ? -1 : 0;
    }
}

static int by_count(const void *a, const void *b) {
    const Word *left = *(const Word *const *)a;
    const Word *right = *(const Word *const *)b;
    if (left->count != right->count) return left->count < right->count ? 1 : -1;
    return strcmp(left->text, right->text);
}

const Word **words_sorted(const Words *words) {
    const Word **sorted = malloc((words->used + 1) * sizeof *sorted);
    if (sorted == NULL) return NULL;
    size_t next = 0;
    for (size_t i = 0; i < words->capacity; i++) {
        if (words->slots[i].text != NULL) sorted[next++] = &words->slots[i];
    }
    qsort(sorted, next, sizeof *sorted, by_count);
    return sorted;
}

void words_free(Words *words) {
    for (size_t i = 0; i < words->capacity; i++) free(words->slots[i].text);
    free(words->slots);
}
