// libFuzzer as a library: compiler-rt's FuzzerInterface of LLVM.
#ifndef WAYSEAL_CFUZZER_H
#define WAYSEAL_CFUZZER_H
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull UserCb)(const uint8_t *_Nullable Data, size_t Size));
#endif
