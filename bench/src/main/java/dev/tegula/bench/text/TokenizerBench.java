package dev.tegula.bench.text;

import dev.tegula.text.Tokenizer;
import dev.tegula.text.TokenizerModel;
import dev.tegula.text.Vocabulary;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Text to ids and back, with a byte-level vocabulary that is learnt from the text. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenizerBench {
    private static final String SYLLABLES = "ta ri no mel sa ku dor en fi la po ver gan tis";

    /** Words of the text. */
    @Param("2000")
    public int words;

    /** Merges of the vocabulary. */
    @Param("300")
    public int merges;

    private Tokenizer tokenizer;
    private String text;
    private int[] ids;

    /**
     * Makes a text and a vocabulary, and compares the ids with those of {@link PlainBpe}.
     *
     * @throws IllegalStateException when they differ, or the text does not come back
     */
    @Setup
    public void open() {
        text = text();
        PlainBpe plain = new PlainBpe(text, merges);
        tokenizer = Tokenizer.of(Vocabulary.builder(TokenizerModel.BPE)
                .tokens(plain.tokens())
                .merges(plain.merges())
                .pre("gpt-2")
                .build());
        ids = tokenizer.encode(text, false, false);
        int at = Arrays.mismatch(plain.encode(text), ids);
        if (at >= 0) {
            throw new IllegalStateException("token " + at + " of " + ids.length + " is wrong");
        }
        if (!tokenizer.decode(ids).equals(text)) {
            throw new IllegalStateException("the text does not come back from its ids");
        }
    }

    private String text() {
        SplittableRandom random = new SplittableRandom(1);
        String[] syllables = SYLLABLES.split(" ");
        StringBuilder made = new StringBuilder();
        for (int i = 0; i < words; i++) {
            made.append(i == 0 ? "" : " ");
            for (int j = random.nextInt(1, 5); j > 0; j--) {
                made.append(syllables[random.nextInt(syllables.length)]);
            }
        }
        return made.toString();
    }

    /** Text to ids. */
    @Benchmark
    public int[] encode() {
        return tokenizer.encode(text, false, false);
    }

    /** Ids to text. */
    @Benchmark
    public String decode() {
        return tokenizer.decode(ids);
    }
}
