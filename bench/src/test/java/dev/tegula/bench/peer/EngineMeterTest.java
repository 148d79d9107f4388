package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With commands of the shell in place of engines. */
class EngineMeterTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Path launcher;

    /** A launcher that says how it was called, and prints what our bench does. */
    @BeforeEach
    void write() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell");
        launcher = Files.writeString(folder.resolve("launcher"), """
                #!/bin/sh
                echo "$@" >> "$0.calls"
                echo '{"tests": [{"test": "prefill 512", "median": 200.0}, {"test": "decode 64", "median": 30.0}]}'
                """);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    }

    private EngineMeter meter(Duration limit, String... engines) {
        return new EngineMeter(launcher.toString(), 2, List.of(engines),
                new Turns(2, new CpuTimes(folder.resolve("none"))),
                limit);
    }

    private List<PeerRow> measure(String line) throws InterruptedException {
        return meter(LONG).measure(folder.resolve("a model.gguf"), EngineCommand.ofShell("other", line));
    }

    private String failure(Duration limit, String line) {
        return assertThrows(IllegalStateException.class,
                () -> meter(limit).measure(Path.of("m.gguf"), EngineCommand.ofShell("other", line))).getMessage();
    }

    @Test
    void bothSidesRunByTurnsInEveryRound() throws Exception {
        List<PeerRow> rows = measure("echo {model} {threads} >> " + folder.resolve("theirs")
                + "; echo 'pp512: 100 t/s'; echo 'tg64: 40 t/s'");
        assertEquals(List.of("a model.gguf prefill 512", "a model.gguf decode 64"),
                rows.stream().map(PeerRow::name).toList());
        assertEquals(List.of(2.0, 2.0), Arrays.stream(rows.get(0).shares()).boxed().toList());
        assertEquals(30, rows.get(1).rate());
        assertEquals(40, rows.get(1).other());
        String call = "bench --model " + folder.resolve("a model.gguf")
                + " --threads 2 --prefill 512 --decode 64 --repeat 3 --json";
        assertEquals(List.of(call, call), Files.readAllLines(folder.resolve("launcher.calls")));
        assertEquals(List.of(folder.resolve("a model.gguf") + " 2", folder.resolve("a model.gguf") + " 2"),
                Files.readAllLines(folder.resolve("theirs")));
    }

    @Test
    void theCommandMeasuresTheSameAgain() throws InterruptedException {
        EngineCommand peer = EngineCommand.ofShell("other", "echo 'tg64: 40 t/s' # {model}");
        Path model = folder.resolve("a model.gguf");
        String again = "./tegula bench peers --model '" + model
                + "' --peer 'other=echo '\\''tg64: 40 t/s'\\'' # {model}' --threads 2";
        assertEquals(again, meter(LONG).measure(model, peer).getFirst().command());
        PeerRow restricted = meter(LONG, "vec", "ref").measure(model, peer).getFirst();
        assertEquals(again + " --engine vec,ref", restricted.command());
        assertEquals("vec+ref", restricted.engine());
    }

    @Test
    void whatOnlyOneSidePrintsIsNoRow() throws InterruptedException {
        assertEquals(List.of("a model.gguf decode 64"),
                measure("echo 'decode: 40 t/s, pp128: 90 t/s'").stream().map(PeerRow::name).toList());
        assertTrue(failure(LONG, "echo 'pp128: 90 t/s'").contains("printed no prefill 512, decode 64"),
                "no figure of ours");
    }

    @Test
    void figuresMayStandOnStandardError() throws InterruptedException {
        assertEquals(1, measure("echo 'eval rate: 40 tokens/s' >&2").size());
    }

    @Test
    void failuresSayStatusAndLastLine() {
        assertEquals("exit status 3: no such model",
                failure(LONG, "echo a; echo 'no such model' >&2; echo >&2; exit 3"));
        assertEquals("printed no tokens per second of prefill or decode, exit status 0: bye",
                failure(LONG, "echo 12 apples; echo bye >&2"));
        assertTrue(failure(LONG, "no-such-program-at-all").startsWith("exit status 127: "), "127");
        assertTrue(failure(Duration.ofMillis(300), "echo waiting >&2; sleep 60").startsWith(
                "did not end within 0 s: waiting"), "limit");
    }

    @Test
    void aProgramThatIsNotThereIsFoundBeforeOurOwnRun() throws InterruptedException {
        for (String line : List.of("no-such-program-at-all", "no-such-program-at-all -m {model} && true",
                folder.resolve("none") + " 'x'")) {
            assertTrue(failure(LONG, line).startsWith("exit status 127: "), line);
            assertFalse(Files.exists(folder.resolve("launcher.calls")), line);
        }
        // Words of the shell, variables and the like are left to it.
        for (String line : List.of("cd / && echo 'tg64: 40 t/s'", "A=1 sh -c \"echo 'tg64: 40 t/s'\"",
                "if true; then echo 'tg64: 40 t/s'; fi", "\"echo\" 'tg64: 40 t/s'", "(echo 'tg64: 40 t/s')")) {
            assertEquals(1, measure(line).size(), line);
        }
    }

    @Test
    void theCommandSaysWhatIsMissing() throws IOException {
        StringWriter out = new StringWriter();
        Path model = Files.writeString(folder.resolve("m.gguf"), "");
        CommandLine line = new CommandLine(new PeersCommand()).setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out));
        assertEquals(2, line.execute("--peer", "other=true"));
        assertTrue(out.toString().contains("--model and --peer belong together"), out.toString());
        assertEquals(2, line.execute("--model", model.toString(), "--peer", "other"));
        assertTrue(out.toString().contains("'other' is not name=command"), out.toString());
        // Tests are not started by the launcher.
        assertEquals(1, line.execute("--model", model.toString(), "--peer", "other=true"));
        assertTrue(out.toString().contains("other: other engines run beside ./tegula bench"), out.toString());
    }

    @Test
    void placesForTheModelAreKnown() {
        assertTrue(EngineCommand.ofShell("a", "bench -m {model}").namesModel());
        assertFalse(EngineCommand.ofShell("a", "bench -m x").namesModel());
        assertEquals("b '/it'\\''s' 3",
                EngineCommand.ofShell("a", "b {model} {threads}").with(Path.of("/it's"), 3).command().getLast());
    }
}
