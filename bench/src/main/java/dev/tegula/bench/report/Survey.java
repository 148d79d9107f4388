package dev.tegula.bench.report;

import dev.tegula.bench.Suites;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.model.ModelSource;
import dev.tegula.bench.peer.PeerMeter;
import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Measures what a report has rows of. */
final class Survey {
    private static final int ROUNDS = 9;
    /** Of models, whose rounds are seconds where those of kernels are milliseconds. */
    private static final int MODEL_ROUNDS = 5;
    private static final long PEER_SLICE = 60_000_000;

    private final Scope scope;
    private final Log log;
    private final List<Workload> workloads;
    private final PeerMeter peerMeter;
    private final List<PeerMeter.Pairing> pairings;
    private final List<Row> rows = new ArrayList<>();
    private final List<PeerRow> peers = new ArrayList<>();
    private final List<ModelRow> models = new ArrayList<>();
    private final List<StartRow> starts = new ArrayList<>();

    /**
     * What is wanted.
     *
     * @param engines whose kernels are measured one by one
     * @param kernels that models choose from
     * @param models whole ones
     * @param threads that share a call
     * @param filter finds a match in the name of each row
     */
    record Scope(List<String> engines, KernelTable kernels, List<ModelSource> models, int threads, Pattern filter) {
        boolean wants(Object name) {
            return filter.matcher(name.toString()).find();
        }

        private List<ModelMeter.Test> tests(ModelSource model) {
            return ModelMeter.Test.ALL.stream().filter(test -> wants(test.of(model))).toList();
        }

        private boolean wantsStart(ModelSource model) {
            return wants(ModelMeter.startOf(model));
        }
    }

    Survey(Scope scope, Log log) {
        this.scope = scope;
        this.log = log;
        this.workloads = Suites.all()
                .stream()
                .flatMap(suite -> Workload.of(suite).stream())
                .filter(scope::wants)
                .toList();
        this.peerMeter = new PeerMeter(scope.threads(), ROUNDS, PEER_SLICE);
        this.pairings = peerMeter.pairings(scope.filter());
    }

    /** Whether the filter matches nothing. */
    boolean isEmpty() {
        return workloads.isEmpty() && pairings.isEmpty()
                && scope.models().stream().allMatch(model -> scope.tests(model).isEmpty() && !scope.wantsStart(model));
    }

    /**
     * Measures all of it.
     *
     * @param date when it began, in UTC, as ISO 8601 has it
     * @param commit of the source, or an empty text where that is unknown
     * @param options of the JVM
     */
    Report measure(String date, String commit, List<String> options) throws InterruptedException {
        log.expect((workloads.size() + pairings.size()) * scope.engines().size());
        for (ModelSource model : scope.models()) {
            log.expect(scope.tests(model).size() + (scope.wantsStart(model) ? 1 : 0));
        }
        try (Limits limits = new Limits(scope.threads(), ROUNDS)) {
            limits.missing().forEach(log::missing);
            peerMeter.missing(scope.filter()).forEach(log::missing);
            KernelMeter kernels = new KernelMeter(limits, scope.threads(), ROUNDS);
            for (String engine : scope.engines()) {
                for (Workload workload : workloads) {
                    log.step(key(workload, engine), () -> kernels.measure(workload, engine)).ifPresent(rows::add);
                }
                for (PeerMeter.Pairing pairing : pairings) {
                    log.step(key(pairing, engine), () -> peerMeter.measure(pairing, engine)).ifPresent(peers::add);
                }
            }
            for (ModelSource model : scope.models()) {
                measure(model, limits);
            }
            return new Report(Report.SCHEMA, limits.machine(), date, commit, options, limits.ceilings(), rows, peers,
                    models, starts, log.missing());
        }
    }

    private String key(Object name, String engine) {
        return Paired.key(name.toString(), engine, scope.threads());
    }

    private void measure(ModelSource source, Limits limits) throws InterruptedException {
        List<ModelMeter.Test> tests = scope.tests(source);
        if (!tests.isEmpty()) {
            try (ModelMeter meter = new ModelMeter(source, limits, scope.threads(), MODEL_ROUNDS, scope.kernels())) {
                for (ModelMeter.Test test : tests) {
                    if (meter.fits(test)) {
                        log.step(test.of(source), () -> meter.measure(test)).ifPresent(models::add);
                    } else {
                        log.skip(test.of(source) + ": the model's context has no room for it");
                    }
                }
            } catch (IOException | RuntimeException e) {
                log.failed(source.name(), e);
            }
        }
        if (scope.wantsStart(source)) {
            log.step(ModelMeter.startOf(source), () -> ModelMeter.start(source, scope.threads(), MODEL_ROUNDS),
                    row -> String.format(Locale.ROOT, "%s: loaded in %.2f s, first token after %.2f s",
                            ModelMeter.startOf(source), Turns.median(row.load()),
                            Turns.median(row.firstToken())))
                    .ifPresent(starts::add);
        }
    }
}
