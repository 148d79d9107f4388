package dev.tegula.bench.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBenchTest {
    @TempDir
    Path folder;

    private static float[] logits(TensorView view) {
        return view.segment().asSlice(view.offset(), view.rowBytes()).toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void aTokenBehindThePromptIsTheLastOfALongerPrompt() throws IOException {
        ModelBench shorter = open("synthetic", 6, "decode");
        ModelBench longer = open("synthetic", 7, "prefill");
        float[] right = logits(longer.prefill());
        assertArrayEquals(right, logits(shorter.decode()));
        // Again: nothing of the call before is left.
        assertArrayEquals(right, logits(shorter.decode()));
        assertArrayEquals(right, logits(longer.prefill()));
        assertEquals(right[0], longer.firstToken());
        assertNotEquals(right[0], logits(shorter.prefill())[0]);
        longer.load();
        shorter.close();
        longer.close();
    }

    @Test
    void takesAFile() throws IOException {
        Path file = SyntheticModel.tiny("qwen3", DType.Q8_0).write(folder.resolve("model.gguf"));
        ModelBench bench = open(file.toString(), 4, "prefill");
        assertEquals(320, logits(bench.prefill()).length);
        bench.close();
        assertTrue(file.toFile().exists(), "a file that was given is deleted");
    }

    @Test
    void refusesWhatItCannotDo() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> open("synthetic", 0, "prefill")).getMessage()
                .startsWith("prompt 0: from 1 to 4096"));
        assertThrows(IOException.class, () -> open(folder.resolve("nothing.gguf").toString(), 4, "prefill"));
    }

    private static ModelBench open(String model, int prompt, String benchmark) throws IOException {
        ModelBench bench = new ModelBench();
        bench.model = model;
        bench.prompt = prompt;
        bench.open(benchmark);
        return bench;
    }
}
