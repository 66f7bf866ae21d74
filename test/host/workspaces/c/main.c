#include <stdio.h>

int main(int argc, char **argv) {
  char name[64] = "nobody";
  if (argc > 1) snprintf(name, sizeof name, "%s", argv[1]);
  printf("Hello, %s\n", name);
  return argc > 2 ? 3 : 0;
}
