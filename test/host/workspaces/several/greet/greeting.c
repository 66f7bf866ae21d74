#include "greeting.h"

void greet(FILE *names, FILE *copy) {
  char name[64];
  while (fgets(name, sizeof name, names) != NULL) {
    printf("Hello, %s", name);
    fprintf(copy, "Hello, %s", name);
  }
}
