#define GREETING "Hello, "
