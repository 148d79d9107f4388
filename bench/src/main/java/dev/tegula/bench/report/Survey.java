package dev.tegula.bench.report;

import dev.tegula.bench.Suites;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.model.ModelSource;
import dev.tegula.bench.peer.EngineCommand;
import dev.tegula.bench.peer.EngineMeter;
import dev.tegula.bench.peer.PeerMeter;
import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.EnergyCounter;
import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures what a report has rows of. */
final class Survey {
    /** Of the peaks at the start. */
    private static final int PEAK_ROUNDS = 9;
    /** Of models, whose rounds are seconds where those of kernels are milliseconds. */
    private static final int MODEL_ROUNDS = 5;
    /** Of other engines, whose rounds are processes. */
    private static final int ENGINE_ROUNDS = 3;
    private static final long PEER_SLICE = 60_000_000;

    private final Scope scope;
    private final Log log;
    private final ClockWatch watch;
    private final EnergyCounter energy = EnergyCounter.ofMachine();
    /** By engine. */
    private final Map<String, List<Workload>> workloads;
    private final PeerMeter peerMeter;
    private final List<PeerMeter.Pairing> pairings;
    private final List<PeerRow> engines = new ArrayList<>();
    private final List<ModelRow> models = new ArrayList<>();
    private final List<StartRow> starts = new ArrayList<>();

    /**
     * What is wanted.
     *
     * @param engines whose kernels are measured one by one, all that they have
     * @param modelEngines of which models choose their kernels; none for all
     * @param models whole ones
     * @param peers engines that measure the models too
     * @param threads that share a call
     * @param filter finds a match in the name of each row
     */
    record Scope(List<KernelProvider> engines, List<String> modelEngines, List<ModelSource> models,
            List<EngineCommand> peers,
            int threads, Pattern filter) {
        private KernelTable kernels() {
            KernelTable all = KernelTable.load();
            return modelEngines.isEmpty() ? all : all.only(Set.copyOf(modelEngines));
        }

        boolean wants(Object name) {
            return filter.matcher(name.toString()).find();
        }

        private List<Workload> workloads(KernelProvider engine) {
            return Suites.all()
                    .stream()
                    .flatMap(suite -> Workload.of(suite).stream())
                    .flatMap(workload -> workload.tiles(engine).stream())
                    .filter(this::wants)
                    .toList();
        }

        private List<ModelMeter.Test> tests(ModelSource model) {
            return ModelMeter.Test.ALL.stream().filter(test -> wants(test.of(model))).toList();
        }

        private List<EngineCommand> peers(ModelSource model) {
            return peers.stream().filter(peer -> wants(beside(model, peer))).toList();
        }

        private static String beside(ModelSource model, EngineCommand peer) {
            return model.name() + " beside " + peer.name();
        }

        private boolean wantsStart(ModelSource model) {
            return wants(ModelMeter.startOf(model));
        }
    }

    Survey(Scope scope, Log log, ClockWatch watch) {
        this.scope = scope;
        this.log = log;
        this.watch = watch;
        this.workloads = scope.engines()
                .stream()
                .collect(Collectors.toMap(KernelProvider::engine, scope::workloads, (a, b) -> a, LinkedHashMap::new));
        this.peerMeter = new PeerMeter(scope.threads(), Visits.ROUNDS, PEER_SLICE);
        this.pairings = peerMeter.pairings(scope.filter());
    }

    /** Whether the filter matches nothing. */
    boolean isEmpty() {
        return workloads.values().stream().allMatch(List::isEmpty) && pairings.isEmpty()
                && scope.models().stream().allMatch(model -> steps(model) == 0);
    }

    private int steps(ModelSource model) {
        return scope.tests(model).size() + (scope.wantsStart(model) ? 1 : 0) + scope.peers(model).size();
    }

    /**
     * Measures all of it.
     *
     * @param date when it began, in UTC, as ISO 8601 has it
     * @param commit of the source, {@code unknown} where git does not say, or an empty text where the source is no clone
     * @param command that this is
     * @param options of the JVM
     */
    Report measure(String date, String commit, String command, List<String> options) throws InterruptedException {
        try (Limits limits = new Limits(scope.threads(), PEAK_ROUNDS, watch)) {
            limits.missing().forEach(log::missing);
            peerMeter.missing(scope.filter()).forEach(log::missing);
            KernelMeter kernels = new KernelMeter(limits, scope.threads(), Visits.ROUNDS);
            Visits visits = new Visits();
            List<Visits.Place<Row>> rows = new ArrayList<>();
            List<Visits.Place<PeerRow>> peers = new ArrayList<>();
            workloads.forEach((engine, its) -> {
                its.forEach(workload -> rows.add(visits.add(key(workload, engine),
                        () -> kernels.measure(workload, engine), Row::and)));
                pairings.forEach(pairing -> peers.add(visits.add(key(pairing, engine),
                        () -> peerMeter.measure(pairing, engine), PeerRow::and)));
            });
            visits.go(log);
            if (scope.models().stream().anyMatch(model -> !scope.tests(model).isEmpty())) {
                energy.unavailable().ifPresent(reason -> log.missing("joules per token: " + reason));
            }
            for (ModelSource model : scope.models()) {
                log.begin("model", steps(model));
                measure(model, limits);
                for (EngineCommand peer : scope.peers(model)) {
                    measure(model, peer);
                }
            }
            return new Report(Report.SCHEMA, limits.machine(), date, commit, command, options, watch.facts(),
                    limits.roofline().ceilings(), found(rows),
                    Stream.concat(found(peers).stream(), engines.stream()).toList(), models, starts, log.missing());
        }
    }

    private static <R extends Paired> List<R> found(List<Visits.Place<R>> places) {
        return places.stream().flatMap(place -> place.row().stream()).toList();
    }

    private String key(Object name, String engine) {
        return Paired.key(name.toString(), engine, scope.threads());
    }

    private void measure(ModelSource source, Limits limits) throws InterruptedException {
        List<ModelMeter.Test> tests = scope.tests(source);
        if (!tests.isEmpty()) {
            try (ModelMeter meter = new ModelMeter(source, limits, scope.threads(), MODEL_ROUNDS, scope.kernels(),
                    scope.modelEngines(), energy)) {
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
                    row -> String.format(Locale.ROOT, "%s: loaded in %.2f s, first token after %.2f s%s",
                            ModelMeter.startOf(source), Turns.median(row.load()),
                            Turns.median(row.firstToken()), Log.others(row.stolen())),
                    row -> List.of(ModelMeter.startOf(source)))
                    .ifPresent(starts::add);
        }
    }

    private void measure(ModelSource model, EngineCommand peer) throws InterruptedException {
        log.step(Scope.beside(model, peer),
                () -> new EngineMeter(scope.threads(), scope.modelEngines(), ENGINE_ROUNDS)
                        .measure(model.file().orElseThrow(), peer),
                found -> found.stream().map(Log::line).collect(Collectors.joining("; ")),
                found -> found.stream().map(Paired::key).toList()).ifPresent(engines::addAll);
    }
}
