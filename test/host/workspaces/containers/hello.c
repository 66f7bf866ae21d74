#include <stdio.h>

int main(void) {
  puts("Hello from a container");
  return 7;
}
