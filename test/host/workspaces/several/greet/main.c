#include <stdio.h>
#include <stdlib.h>

#include "greeting.h"

/* Greets whoever is typed, on the terminal and in greeting.txt; the first argument is the exit code. */
int main(int argc, char **argv) {
  char name[64];
  FILE *file = fopen("greeting.txt", "w");
  if (file == NULL) return 1;
  while (fgets(name, sizeof name, stdin) != NULL) {
    fputs(GREETING, stdout);
    fputs(name, stdout);
    fputs(GREETING, file);
    fputs(name, file);
  }
  fclose(file);
  return argc > 1 ? atoi(argv[1]) : 0;
}
