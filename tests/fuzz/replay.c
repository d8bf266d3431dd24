/* Runs a target on the files that are named, without libFuzzer; the last name printed is the one that failed. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "input.h"

enum { INPUT_MOST = 1 << 16 };

int main(int count, char **names) {
    input_replayed = true;
    for (int i = 1; i < count; i++) {
        printf("%s\n", names[i]);
        fflush(stdout);
        FILE *file = fopen(names[i], "rb");
        CHECK(file != NULL);
        unsigned char *bytes = malloc(INPUT_MOST);
        const size_t length = fread(bytes, 1, INPUT_MOST, file);
        fclose(file);
        unsigned char *exact = realloc(bytes, length + (length == 0)); /* so that a look beyond the end is seen */
        LLVMFuzzerTestOneInput(exact, length);
        free(exact);
    }
    return 0;
}
