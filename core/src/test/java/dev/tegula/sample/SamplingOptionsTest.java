package dev.tegula.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SamplingOptionsTest {
    @Test
    void defaultsAreTheDocumentedOnes() {
        assertEquals(
                new SamplingOptions(0.8f, 40, 0.95f, 0.05f, 1, 64, 0, 0, Map.of(), OptionalLong.empty()),
                SamplingOptions.defaults());
        assertFalse(SamplingOptions.defaults().hasPenalties());
        assertTrue(SamplingOptions.greedy().isGreedy());
    }

    @Test
    void errorsNameTheParameterAndItsRange() {
        refused("temperature must be from 0 to 100, was -1.0", b -> b.temperature(-1));
        refused("temperature must be from 0 to 100, was NaN", b -> b.temperature(Float.NaN));
        refused("topK must be at least 0, was -1", b -> b.topK(-1));
        refused("topP must be above 0 and at most 1, was 0.0", b -> b.topP(0));
        refused("topP must be above 0 and at most 1, was 1.5", b -> b.topP(1.5f));
        refused("minP must be at least 0 and below 1, was 1.0", b -> b.minP(1));
        refused("minP must be at least 0 and below 1, was NaN", b -> b.minP(Float.NaN));
        refused("repeatPenalty must be above 0 and at most 100, was 0.0", b -> b.repeatPenalty(0));
        refused("repeatWindow must be from 0 to 1048576, was -1", b -> b.repeatWindow(-1));
        refused("presencePenalty must be from -100 to 100, was Infinity",
                b -> b.presencePenalty(Float.POSITIVE_INFINITY));
        refused("frequencyPenalty must be from -100 to 100, was -101.0", b -> b.frequencyPenalty(-101));
        refused("logitBias names token -2, ids start at 0", b -> b.logitBias(-2, 1));
        refused("logitBias of token 5 must be finite or -Infinity, was NaN", b -> b.logitBias(5, Float.NaN));
    }

    private static void refused(String message, UnaryOperator<SamplingOptions.Builder> change) {
        var builder = change.apply(SamplingOptions.builder());
        assertEquals(message, assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    @Test
    void aBuilderMadeFromOptionsGivesThemBack() {
        SamplingOptions options = SamplingOptions.builder()
                .temperature(1.1f)
                .topK(3)
                .topP(0.5f)
                .minP(0.1f)
                .repeatPenalty(1.2f)
                .repeatWindow(9)
                .presencePenalty(0.1f)
                .frequencyPenalty(0.2f)
                .logitBias(7, -1f)
                .seed(99)
                .build();
        assertEquals(options, options.toBuilder().build());
        assertTrue(options.hasPenalties());
        assertFalse(options.toBuilder().repeatWindow(0).build().hasPenalties());
    }

    @Test
    void aModelsMetadataReplacesDefaultsWhereItHasThem() {
        Map<String, Number> metadata = Map.of("general.sampling.temp", 0.6f, "general.sampling.top_k", 20,
                "general.sampling.penalty_repeat", 1.1f);
        SamplingOptions options = SamplingOptions.builder().fromMetadata(metadata::get).build();
        assertEquals(SamplingOptions.builder().temperature(0.6f).topK(20).repeatPenalty(1.1f).build(), options);
    }

    private static SamplingOptions of(String key, Number value) {
        return SamplingOptions.builder()
                .fromMetadata(asked -> asked.equals("general.sampling." + key) ? value : null)
                .build();
    }

    @Test
    void inMetadataMinusOneMeansAll() {
        assertEquals(0, of("top_k", -1).topK());
        assertEquals(0, of("top_k", 0).topK());
        assertEquals(1 << 20, of("penalty_last_n", -1).repeatWindow());
        assertEquals(0, of("penalty_last_n", 0L).repeatWindow());
    }

    @Test
    void nonsenseInMetadataIsRefusedByItsKey() {
        Map<String, Number> nonsense = Map.of("temp", Float.NaN, "top_k", 1L << 32, "top_p", 2f, "min_p", -1f,
                "penalty_repeat", 0, "penalty_last_n", -2);
        nonsense.forEach((key, value) -> {
            String message = assertThrows(IllegalArgumentException.class, () -> of(key, value)).getMessage();
            assertTrue(message.startsWith("general.sampling." + key + " = " + value + ": "), message);
        });
        assertThrows(IllegalArgumentException.class, () -> of("top_k", 1.5f));
    }
}
