#include <stdio.h>
#include <unistd.h>

// Goes on until it is ended.
int main(void) {
  for (int i = 1;; i++) {
    printf("tick %d\n", i);
    fflush(stdout);
    sleep(1);
  }
}
