/* libFuzzer's own loop, for a program that has a main of its own (compiler-rt, FuzzerInterface). */
#ifndef CFUZZ_H
#define CFUZZ_H
#include <stddef.h>
#include <stdint.h>

typedef int (*cfuzz_one)(const uint8_t *data, size_t size);
int LLVMFuzzerRunDriver(int *argc, char ***argv, cfuzz_one one);
#endif
