package dev.tegula.bench.report;

import dev.tegula.bench.machine.Machine;
import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.Clock;
import dev.tegula.bench.timing.Paired;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What was measured in one run.
 *
 * @param schema version of this form, {@link #SCHEMA}
 * @param machine where
 * @param date when it began, in UTC, as ISO 8601 has it
 * @param commit of the source, {@code unknown} where git does not say, or an empty text where the source is no clone
 * @param command what measured it; an empty text in reports of before it was noted
 * @param options of the JVM
 * @param clock the CPUs' frequency meanwhile
 * @param ceilings the machine's peaks before the first row: 10⁹ multiply-adds or bytes per second by name, {@code f32 fma},
 *        {@code int8 dot}, {@code bf16 dot} where the CPU has instructions for it, {@code read l2}, …
 * @param rows the kernels
 * @param peers products of matrices beside other libraries
 * @param models whole models
 * @param starts of models in JVMs of their own
 * @param missing what is not among them, and why
 */
public record Report(int schema, Machine machine, String date, String commit, String command, List<String> options,
        Clock clock,
        Map<String, Double> ceilings, List<Row> rows, List<PeerRow> peers, List<ModelRow> models, List<StartRow> starts,
        List<String> missing) {
    /** The version that this program writes and reads. */
    static final int SCHEMA = 4;

    public Report {
        options = List.copyOf(options);
        ceilings = Map.copyOf(ceilings);
        rows = List.copyOf(rows);
        peers = List.copyOf(peers);
        models = List.copyOf(models);
        starts = List.copyOf(starts);
        missing = List.copyOf(missing);
    }

    /** All that was measured beside something that it is judged by. */
    List<Paired> pairs() {
        return Stream.of(rows, peers, models).<Paired>flatMap(List::stream).toList();
    }
}
