package dev.tegula.file.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzzing guided by coverage, for {@code fuzz.seconds} in a Java with a small heap: whatever the bytes, the reader
 * answers with a file all of whose contents can be read, or a {@link GgufException}.
 */
class GgufFuzzTest {
    @MethodSource("dev.tegula.file.gguf.FuzzSeeds#all")
    @FuzzTest(maxDuration = "4s")
    void anyBytesAreReadOrRefused(byte[] bytes) {
        if (bytes != null) {
            FuzzSeeds.readOrRefuse(bytes);
        }
    }
}
