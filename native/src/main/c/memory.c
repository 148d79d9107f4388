/*
 * The two functions of a C library that a compiler may call on its own account, so that the library of kernels needs none.
 * With assembly, since a compiler would make of a loop a call of the function that it is in.
 */
#include "tegula.h"

__attribute__((visibility("hidden"))) void *memset(void *to, int value, size_t n) {
#ifdef __x86_64__
    void *at = to;
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(value) : "memory");
#else
    for (size_t i = 0; i < n; i++) {
        ((char *)to)[i] = (char)value;
        __asm__ volatile("" ::: "memory");
    }
#endif
    return to;
}

__attribute__((visibility("hidden"))) void *memcpy(void *restrict to, const void *restrict from, size_t n) {
#ifdef __x86_64__
    void *at = to;
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(n) : : "memory");
#else
    for (size_t i = 0; i < n; i++) {
        ((char *)to)[i] = ((const char *)from)[i];
        __asm__ volatile("" ::: "memory");
    }
#endif
    return to;
}
