#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static int usage(void) {
    fputs("usage: {{name}} [-n COUNT] [FILE]...\n"
          "Prints the most frequent words of the files, or of what is typed.\n", stderr);
    return 2;
}

static int read_file(Words *words, const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL || words_read(words, file) != 0) {
        fprintf(stderr, "{{name}}: can't read %s: %s\n", path, strerror(errno));
        if (file != NULL) fclose(file);
        return -1;
    }
    fclose(file);
    return 0;
}

int main(int argc, char **argv) {
    size_t wanted = 10;
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        char *end;
        if (argc < 3) return usage();
        wanted = strtoul(argv[2], &end, 10);
        if (*end != '\0' || wanted == 0) return usage();
        first = 3;
    }

    Words words = {0};
    if (first == argc && words_read(&words, stdin) != 0) return 1;
    for (int i = first; i < argc; i++) {
        if (read_file(&words, argv[i]) != 0) return 1;
    }

    const Word **sorted = words_sorted(&words);
    if (sorted == NULL) return 1;
    for (size_t i = 0; i < words.used && i < wanted; i++) printf("%6zu  %s\n", sorted[i]->count, sorted[i]->text);
    printf("%6zu  words, %zu different\n", words.total, words.used);

    free(sorted);
    words_free(&words);
    return 0;
}
