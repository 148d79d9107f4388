package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PeersCommandTest {
    private final StringWriter out = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new PeersCommand()).setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(args);
    }

    @Test
    void measuresOrSaysWhyNot() {
        assertEquals(0,
                run("--filter", "f32 512x512x512 beside OpenBLAS", "--rounds", "1", "--slice", "1", "--threads", "2"),
                out.toString());
        String last = out.toString().strip().lines().reduce((a, b) -> b).orElseThrow();
        boolean measured = last.startsWith("f32 512x512x512") && last.contains("GMAC/s");
        assertTrue(measured || out.toString().contains("apt install"), out.toString());
    }

    @Test
    void aLineSaysWhatOthersHad() {
        String line = PeersCommand.line(
                new PeerRow("p", "A peer", "nat-x", 2, "GMAC/s", List.of(3.0), List.of(2.0), 1, 0.123, "c"), "p");
        assertTrue(line.endsWith("1.50 to 1.50      1 of 1   12 %  A peer"), line);
        line = PeersCommand.line(
                new PeerRow("p", "A peer", "nat-x", 2, "GMAC/s", List.of(3.0), List.of(2.0), 0, 0.009, "c"), "p");
        assertTrue(line.endsWith("0 of 1         A peer"), line);
    }

    @Test
    void refusesWrongOptions() {
        assertEquals(2, run("--rounds", "0"));
        assertTrue(out.toString().contains("must be at least 1"), out.toString());
        assertEquals(2, run("--threads", "1000000"));
        assertTrue(out.toString().contains("--threads must be from 1 to 1024, was 1000000"), out.toString());
    }

    @Test
    void aFilterThatMatchesNothingIsRefusedWithWhatThereIs() {
        assertEquals(2, run("--filter", "nonsense"));
        assertTrue(out.toString().startsWith("--filter nonsense matches no product; there are"), out.toString());
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("  f32 512x512x512 beside OpenBLAS")),
                out.toString());
        assertFalse(out.toString().contains("disturbed"), "no table was begun");
    }

    @Test
    void moreThreadsThanCpusAreALine() {
        int cpus = Runtime.getRuntime().availableProcessors();
        run("--filter", "nonsense", "--threads", Integer.toString(cpus));
        assertFalse(out.toString().contains("CPUs there are"), out.toString());
        run("--filter", "nonsense", "--threads", Integer.toString(cpus + 1));
        assertTrue(
                out.toString().contains("--threads " + (cpus + 1) + " is more than the CPUs there are (" + cpus + ")"),
                out.toString());
    }

    @Test
    void aWrongPeerIsFound() {
        Product product = new Product(DType.F32, 3, 4, 5);
        Samples.check(product, (i, j) -> 5 * (i + 1) * (j + 1), (i, p) -> i + 1, (j, p) -> j + 1);
        IllegalStateException e = assertThrows(IllegalStateException.class,
                () -> Samples.check(product, (i, j) -> i == 2 ? 1 : 5 * (i + 1) * (j + 1), (i, p) -> i + 1,
                        (j, p) -> j + 1));
        assertTrue(e.getMessage().contains("wrong result for f32 3x4x5 in row 2, column 3"), e.getMessage());
    }

    @Test
    void productsHaveLimits() {
        assertThrows(IllegalArgumentException.class, () -> new Product(DType.F16, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Product(DType.F32, 1, 0, 1));
        assertEquals("k 33: a multiple of 32 in Q4_0",
                assertThrows(IllegalArgumentException.class, () -> new Product(DType.Q4_0, 1, 1, 33)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Product(DType.Q4_0, true, 1, 1, 32));
        assertEquals("f32 with bias 1x2x3", new Product(DType.F32, true, 1, 2, 3).toString());
        assertEquals("4-bit 1x2x64", new Product(DType.Q4_0, 1, 2, 64).toString());
    }
}
