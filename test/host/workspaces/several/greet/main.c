#include <stdlib.h>

#include "greeting.h"

/* Greets whoever is typed, on the terminal and in greeting.txt; the first argument is the exit code. */
int main(int argc, char **argv) {
  FILE *file = fopen("greeting.txt", "w");
  if (file == NULL) return 1;
  greet(stdin, file);
  fclose(file);
  return argc > 1 ? atoi(argv[1]) : 0;
}
