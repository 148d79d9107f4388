package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A kernel that was slowed on purpose is found, from measuring it to the exit status. It is made to take fifty times as long, so that no neighbour on the
 * machine hides it; the limit beside it, which may move on a busy machine until there is no verdict, is held still.
 */
class SlowedKernelTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void asFastAsBefore() {
        SlowedProvider.takes(1);
    }

    private int run(Callable<Integer> command, String... args) {
        return new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
    }

    private String measure(String name, int timesAsLong) throws IOException {
        SlowedProvider.takes(timesAsLong);
        Path to = folder.resolve(name);
        assertEquals(0, run(new ReportCommand(), "--filter", "^Gate .*rows=1 op=add", "--engines",
                SlowedProvider.ENGINE, "--threads", "1", "--out", to.toString()), err.toString());
        Report report = ReportFile.read(to.resolve("report.json"));
        Row row = report.rows().getFirst();
        Row still = new Row(row.name(), row.op(), row.kernel(), row.engine(), row.threads(), row.multiplies(),
                row.multiplyAdds(), row.bytes(), "read l2", row.unit(), row.rates(),
                Collections.nCopies(row.rates().size(), 1000.0), row.coreToCore(), 0, 0, row.command());
        Report kept = new Report(Report.SCHEMA, report.machine(), report.date(), report.commit(), report.command(),
                report.options(),
                report.clock(), report.ceilings(), List.of(still), List.of(), List.of(), List.of(), report.missing());
        return Files.writeString(folder.resolve(name + ".json"), ReportFile.json(kept)).toString();
    }

    @Test
    void isFoundByCompare() throws IOException {
        String before = measure("before", 1);
        String after = measure("after", 50);
        assertEquals(0, run(new CompareCommand(), before, before), out.toString());
        assertEquals(1, run(new CompareCommand(), before, after), out.toString());
        assertTrue(out.toString().contains("Gate cols=8192 rows=1 op=add"), out.toString());
        assertTrue(out.toString().contains("slower: 1"), out.toString());
        assertEquals(0, run(new CompareCommand(), after, before), out.toString());
    }
}
