#include <stdio.h>

__attribute__((noinline)) int sum(int limit) {
  int total = 0;
  for (int i = 1; i <= limit; i++) total += i;
  return total;
}

int main(int argc, char **argv) {
  (void)argv;
  printf("%d\n", sum(argc * 10));
  return 0;
}
