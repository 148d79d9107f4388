package dev.tegula.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tegula.bench.machine.Machine;
import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.Clock;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Reports made up for tests. */
final class Reports {
    private Reports() {}

    static Report of(Row... rows) {
        return of(Arrays.asList(rows), List.of(), List.of());
    }

    static Report of(List<Row> rows, List<PeerRow> peers, List<ModelRow> models) {
        return new Report(Report.SCHEMA, machine(), "2026-01-02T03:04:05Z", "", "./tegula bench report --threads 2",
                List.of("-Xmx1g"),
                Clock.NOT_NOTED, Map.of("f32 fma", 100.0, "read dram", 10.0), rows, peers, models,
                models.stream().map(row -> start(row.model())).toList(), List.of("vec: </script> is not here"));
    }

    /** A report with what was seen of the frequency meanwhile. */
    static Report at(Clock clock, Report report) {
        return new Report(report.schema(), report.machine(), report.date(), report.commit(), report.command(),
                report.options(), clock,
                report.ceilings(), report.rows(), report.peers(), report.models(), report.starts(), report.missing());
    }

    /** A product of matrices beside a peer that was as fast in all rounds. */
    static PeerRow beside(String name, double theirs, Double... ours) {
        return new PeerRow(name, "A peer", "nat-x", 2, "GMAC/s", Arrays.asList(ours),
                Collections.nCopies(ours.length, theirs), 0, 0, "./tegula bench peers --filter " + name);
    }

    /** Decoding where the limit would let through as much in all rounds. */
    static ModelRow decoding(String model, int context, double allowed, Double... rates) {
        return new ModelRow(model + " decode 64 after " + context, model, "decode", 64, context, "nat-x", 2, 640, 6400,
                640,
                "read dram", "tokens/s", Arrays.asList(rates), Collections.nCopies(rates.length, allowed), List.of(),
                Arrays.stream(rates).map(rate -> 15 / rate).toList(), 0, 0,
                "./tegula bench report --model " + model);
    }

    private static StartRow start(String model) {
        return new StartRow(model, 2, 32, List.of(0.25, 0.5, 0.75), List.of(1.25, 1.5, 1.75), 0, 0, "./tegula");
    }

    private static Machine machine() {
        try {
            return new ObjectMapper().readValue("""
                    {"cpu": "A CPU", "system": "An OS", "threads": 2, "jvm": "A JVM",
                     "sizes": {"l1": 32768, "l2": 1048576, "l3": 0, "dram": 67108864}}""", Machine.class);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A product of matrices whose limit was the same in all rounds. */
    static Row row(String name, double peak, Double... rates) {
        return row(name, peak, 0, rates);
    }

    /** A row with times between cores, one for each round or one for all. */
    static Row apart(Row row, double... nanos) {
        List<Double> coreToCore = nanos.length == 1
                ? Collections.nCopies(row.rates().size(), nanos[0])
                : Arrays.stream(nanos).boxed().toList();
        return new Row(row.name(), row.op(), row.kernel(), row.engine(), row.threads(), row.multiplies(),
                row.multiplyAdds(), row.bytes(), row.limit(), row.unit(), row.rates(), row.peaks(), coreToCore,
                row.disturbed(), row.stolen(), row.command());
    }

    /** A row during which others had a share of the CPUs. */
    static Row beside(double others, Row row) {
        return new Row(row.name(), row.op(), row.kernel(), row.engine(), row.threads(), row.multiplies(),
                row.multiplyAdds(), row.bytes(), row.limit(), row.unit(), row.rates(), row.peaks(), row.coreToCore(),
                row.disturbed(), others, row.command());
    }

    static Row row(String name, double peak, int disturbed, Double... rates) {
        return row(name, 1_000_000, peak, disturbed, rates);
    }

    /** The same with as many multiply-adds in a call as this. */
    static Row row(String name, int multiplyAdds, double peak, int disturbed, Double... rates) {
        return new Row(name, "matmul", "matmul.of." + name, "nat-x", 2, true, multiplyAdds, multiplyAdds / 100,
                "f32 fma",
                "GMAC/s", Arrays.asList(rates), Collections.nCopies(rates.length, peak), List.of(), disturbed, 0,
                "./tegula bench kernels --filter " + name);
    }
}
