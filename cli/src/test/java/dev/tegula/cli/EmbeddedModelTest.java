package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.engine.FinishReason;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import dev.tegula.sample.SamplingOptions;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The embedded model does what it was trained for. */
class EmbeddedModelTest {
    private static final List<String> ANIMALS = List.of("fox", "hen", "mouse", "owl", "bear", "otter", "goat", "crow",
            "frog", "donkey", "cat", "dog", "hare", "tortoise", "wolf", "duck", "badger", "swan", "hedgehog",
            "squirrel",
            "lion", "deer", "beaver", "sparrow", "pig");
    private static final List<String> THINGS = List.of("bell", "lantern", "loaf of bread", "silver coin", "red scarf",
            "wooden boat", "jar of honey", "mirror", "drum", "feather", "golden key", "basket of apples", "kite",
            "blue stone", "old map", "pot of soup", "wool blanket", "ladder", "umbrella", "music box", "rope", "seed",
            "clay cup", "ring", "candle");

    private static String article(String noun) {
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    @Test
    void ofFiftyPromptsThatNameAnAnimalAndAThingFortyFiveAnswersContainBoth() throws Exception {
        List<String> failures = new ArrayList<>();
        try (InputStream stream = EmbeddedModel.class.getResourceAsStream("fable-ternary.gguf");
                Engine engine = Engine.open(stream, "fable-ternary.gguf", EngineOptions.defaults())) {
            for (int i = 0; i < 50; i++) {
                String animal = ANIMALS.get(i % 25);
                String thing = THINGS.get((i * 7 + i / 25) % 25);
                String prompt = "Tell me a fable about " + article(animal) + " and " + article(thing) + ".";
                try (Session session = engine.newSession()) {
                    GenerationResult result = session.generate(
                            Request.chat(prompt).sampling(SamplingOptions.greedy()).build(), piece -> {});
                    String text = result.text().toLowerCase(Locale.ROOT);
                    assertEquals(FinishReason.END_OF_TEXT, result.reason(), prompt);
                    if (!text.contains(animal) || !text.contains(thing)) {
                        failures.add(prompt + " → " + result.text());
                    }
                }
            }
        }
        assertTrue(failures.size() <= 5, failures.size() + " of 50: " + failures);
    }
}
