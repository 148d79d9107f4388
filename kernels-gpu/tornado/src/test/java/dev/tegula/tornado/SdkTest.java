package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SdkTest {
    private static <T> T with(String property, String value, Supplier<T> then) {
        String before = value == null ? System.clearProperty(property) : System.setProperty(property, value);
        try {
            return then.get();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.2.0-jdk25", "6.0.1-jdk22plus", "3.0", "unknown", ""})
    void versionsThatAreKnownToBeWrongAreRefusedUnlessForced(String version) {
        String reason = with(Sdk.FORCE, null, () -> Sdk.refusal(version)).orElseThrow();
        assertTrue(reason.contains(version) && reason.contains("6.1") && reason.contains(Sdk.FORCE), reason);
        assertEquals(Optional.empty(), with(Sdk.FORCE, "true", () -> Sdk.refusal(version)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.1.0-jdk22plus", "7.0.1-jdk22plus", "10.0"})
    void laterVersionsAreTaken(String version) {
        assertEquals(Optional.empty(), with(Sdk.FORCE, null, () -> Sdk.refusal(version)));
    }

    @Test
    void aJvmWithoutTheFlagsOrWithTheBailOutIsRefused() {
        assumeTrue(Sdk.refusal().isEmpty(), "this JVM runs without an SDK");
        assertTrue(
                with("tornado.load.api.implementation", null, Sdk::refusal).orElseThrow().contains("tornado-argfile"));
        assertTrue(with("tornado.recover.bailout", "True", Sdk::refusal).orElseThrow().contains("must be False"));
    }
}
