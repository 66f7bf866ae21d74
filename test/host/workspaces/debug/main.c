#include <stdio.h>
#include <string.h>

struct corner {
  int x, y;
  const char *label;
};

static int area(struct corner corner) {
  int product = corner.x * corner.y;
  return product;
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  struct corner corner = {6, 7, "far"};
  int found = area(corner);
  printf("area %d\n", found);
  if (strcmp(mode, "trap") == 0) *(volatile int *)0xfffffff0u = found;
  while (strcmp(mode, "loop") == 0) argc++;
  return found - 42;
}
