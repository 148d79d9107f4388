package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Tunable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code tune}, with an engine that says what it measured instead of measuring. */
class TuneCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(List<KernelProvider> engines, String... args) {
        Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]), out, err, false, false);
        CommandLine line = new CommandLine(new TuneCommand(terminal, KernelTable.of(engines)));
        line.setErr(terminal.err());
        int status = line.execute(args);
        terminal.flush();
        return status;
    }

    @Test
    void printsCandidatesAndWhatIsChosen() {
        assertEquals(TegulaCommand.OK, run(List.of(new Fake(5, true)), "--seconds", "7"));
        assertEquals("""
                fake, one thread

                floats
                      40.0 GMAC/s, ratio 1.000  small
                  *   50.0 GMAC/s, ratio 1.250  large
                  measured again, the best is 1.200 times as fast as the table's

                bytes
                  *  100.0 GMAC/s, ratio 1.000  small
                     101.0 GMAC/s, ratio 1.010  large
                  measured again, the best is 1.005 times as fast as the table's, which may be noise: the table's stays

                words
                  *  100.0 GMAC/s, ratio 1.000  small
                  the table's is the best

                The first of each is the table's, * what is used from the next start on.
                Kept in PT7S
                """, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void writesJson() {
        assertEquals(TegulaCommand.OK, run(List.of(new Fake(5, true)), "--json"));
        Map<?, ?> object = Json.parseObject(out.toString(StandardCharsets.UTF_8));
        assertEquals("fake", object.get("engine"));
        assertEquals("PT24S", object.get("file"));
        Map<?, ?> first = (Map<?, ?>) ((List<?>) object.get("kinds")).getFirst();
        assertEquals("floats", first.get("kind"));
        assertEquals(1L, first.get("chosen"));
        assertEquals(1.2, first.get("gain"));
        assertEquals(Map.of("blocking", "large", "gmac_per_second", 50.0, "ratio", 1.25),
                ((List<?>) first.get("candidates")).get(1));
    }

    @Test
    void tunesTheBestEngineThatRunsHere() {
        assertEquals(TegulaCommand.OK, run(List.of(new Fake(4, true), new Fake(9, false)), "--json"));
        assertEquals("PT24S", Json.parseObject(out.toString(StandardCharsets.UTF_8)).get("file"));
        assertTrue(run(List.of(new Fake(9, false))) != TegulaCommand.OK);
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("no engine that runs here has anything to tune"));
    }

    @Test
    void needsSomeTime() {
        Cli cli = Cli.run("tune", "--seconds", "0");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains("--seconds must be 1 or more"), cli.err());
    }

    /** An engine without kernels. */
    private record Fake(int rank, boolean runs) implements KernelProvider, Tunable {
        @Override
        public String engine() {
            return "fake";
        }

        @Override
        public Optional<Refusal> unavailable() {
            return runs ? Optional.empty() : Optional.of(new Refusal("fake", "not here"));
        }

        @Override
        public List<KernelFactory> kernels() {
            return List.of();
        }

        @Override
        public List<String> settings() {
            return List.of();
        }

        @Override
        public Result tune(Duration time, DoubleConsumer progress) throws IOException {
            progress.accept(1);
            return new Result(List.of(
                    new Finding("floats", List.of(new Candidate("small", 40, 1), new Candidate("large", 50, 1.25)), 1,
                            1.2, 1),
                    new Finding("bytes", List.of(new Candidate("small", 100, 1), new Candidate("large", 101, 1.01)), 1,
                            1.005, 0),
                    new Finding("words", List.of(new Candidate("small", 100, 1)), 0, 1, 0)), Path.of(time.toString()));
        }
    }
}
