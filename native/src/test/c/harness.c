/*
 * Calls functions of a library for another process: harness LIBRARY MEMORY
 *
 * MEMORY is a file that both processes map. A request on standard input names a function and has its arguments, numbers
 * and offsets into the memory; a byte on standard output says that it has returned.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define ARGUMENTS 16

/* dev.tegula.nat.Emulator writes it. */
struct request {
    char name[64];
    int64_t pointers; /* bit i: argument i is an offset into the memory */
    int64_t arguments[ARGUMENTS];
};

/* Numbers and pointers are passed alike; a function of fewer arguments does not look at the others. */
typedef int32_t function(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                         int64_t, int64_t, int64_t, int64_t, int64_t);

int main(int count, char **arguments) {
    struct stat status;
    int file = count == 3 ? open(arguments[2], O_RDWR) : -1;
    if (file < 0 || fstat(file, &status)) {
        perror("memory");
        return 1;
    }
    char *memory = mmap(0, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    void *library = dlopen(arguments[1], RTLD_NOW);
    if (memory == MAP_FAILED || !library) {
        fprintf(stderr, "%s\n", library ? "no memory" : dlerror());
        return 1;
    }
    struct request r;
    while (fread(&r, sizeof r, 1, stdin) == 1) {
        function *f = (function *)dlsym(library, r.name);
        if (!f) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        int64_t *a = r.arguments;
        for (int i = 0; i < ARGUMENTS; i++) {
            if (r.pointers >> i & 1) {
                a[i] += (int64_t)memory;
            }
        }
        int32_t result = f(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14],
                           a[15]);
        putchar(result & 0xFF);
        fflush(stdout);
    }
    return 0;
}
