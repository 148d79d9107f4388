package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.tensor.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepTest {
    private static Step step(int across, int group) {
        return new Step("add", List.of(), across, group, Batch::rows, (graph, name, context) -> {});
    }

    /** TornadoVM prints a line about such, and goes on without having run the kernel. */
    @ParameterizedTest
    @CsvSource({"33, 32", "32, 0", "0, 32", "512, 512"})
    void groupsMustBeWholeAndSmall(int across, int group) {
        String message = assertThrows(IllegalArgumentException.class, () -> step(across, group)).getMessage();
        assertTrue(message.startsWith("add: " + across + " work-items in groups of " + group), message);
    }

    @Test
    void anEmptyBatchHasARow() {
        try (Storage storage = new Storage("test")) {
            Batch batch = new Batch(storage, 2, 1, 1);
            assertEquals(1, step(64, 32).down(batch));
            batch.addSequence(new int[]{0}, 1);
            batch.addRow(1, 0, true);
            batch.addRow(2, 1, true);
            assertEquals(2, step(64, 32).down(batch));
        }
    }
}
