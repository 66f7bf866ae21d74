#include <stdio.h>

void greet(FILE *names, FILE *copy);
