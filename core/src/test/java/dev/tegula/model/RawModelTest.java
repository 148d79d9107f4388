package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.exec.Plan;
import dev.tegula.kernel.Cost;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawModelTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = SyntheticModel.tiny("llama", DType.Q8_0).write(folder.resolve("tiny.gguf"));
    }

    private RawModel open() throws IOException {
        return new RawModel(Model.load(GgufFile.open(file), ModelOptions.defaults().withThreads(1).withRows(8, 1)));
    }

    private static int[] logits(RawModel model) {
        TensorView logits = model.model().executor().logits();
        return logits.segment().asSlice(logits.rowOffset(0), 4 * 320L).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    @Test
    void whatIsForgottenCountsNoMore() throws IOException {
        try (RawModel model = open()) {
            int[] tokens = model.anyTokens(40);
            model.feedAll(tokens, model.maxRows());
            assertEquals(40, model.position());
            int[] expected = logits(model);
            model.shrink(33);
            model.feedAll(new int[]{1, 2, 3}, 1);
            model.shrink(33);
            model.feedAll(Arrays.copyOfRange(tokens, 33, 40), 1);
            assertArrayEquals(expected, logits(model));
            assertThrows(IllegalArgumentException.class, () -> model.shrink(41));
            assertThrows(IllegalArgumentException.class, () -> model.shrink(-1));
        }
    }

    @Test
    void costsAddUpOverCalls() throws IOException {
        try (RawModel model = open()) {
            Plan plan = model.model().plan();
            // Eight rows, then two, which share the 18 and 20 positions that they read, and see 14 and 19 of them on the average.
            Cost together = new Cost(plan.cost(8, 14).multiplyAdds() + plan.cost(2, 19).multiplyAdds(),
                    plan.cost(8, 0).bytes() + plan.cost(1, 18).bytes() - plan.cost(1, 0).bytes()
                            + plan.cost(2, 0).bytes() + plan.cost(1, 20).bytes() - plan.cost(1, 0).bytes());
            assertEquals(together, model.cost(10, 10, 8));
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        try (RawModel model = open()) {
            assertThrows(IllegalArgumentException.class, () -> model.check(new int[257]));
            assertThrows(IllegalArgumentException.class, () -> model.feed(new int[]{320}, 0, 1, 1));
            assertThrows(IllegalArgumentException.class, () -> model.feedAll(model.anyTokens(257), 8));
        }
    }
}
