#include <stdio.h>

int main(int argc, char **argv) {
  FILE *file = fopen("greeting.txt", "w");
  if (file == NULL) {
    perror("greeting.txt");
    return 1;
  }
  fprintf(file, "Hello, %s\n", argc > 1 ? argv[1] : "nobody");
  return fclose(file) == 0 ? 7 : 1;
}
