package dev.tegula;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java compiles and runs as it stands there; the files it links to are there. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void theJavaRunsOnAModel() throws Exception {
        Matcher java = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertTrue(java.find(), "README has a Java example");
        Files.writeString(folder.resolve("Example.java"), java.group(1));
        SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("model.gguf"));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), "Example.java")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        process.getInputStream().transferTo(out);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String text = out.toString(StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        assertTrue(text.contains("tokens per second"), text);
    }

    @Test
    void theExampleIsShort() throws IOException {
        Matcher java = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL).matcher(readme());
        assertTrue(java.find());
        assertTrue(java.group(1).lines().filter(line -> !line.isBlank()).count() <= 10, java.group(1));
    }

    @Test
    void linkedFilesAreThere() throws IOException {
        for (String document : List.of("README.md", "CONTRIBUTING.md")) {
            Matcher link = Pattern.compile("\\]\\(([^):#]+)\\)").matcher(Files.readString(ROOT.resolve(document)));
            while (link.find()) {
                assertTrue(Files.exists(ROOT.resolve(link.group(1))), document + " links to " + link.group(1));
            }
        }
    }
}
