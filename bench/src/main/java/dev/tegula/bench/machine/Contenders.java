package dev.tegula.bench.machine;

import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.nat.PeakLoop;
import dev.tegula.nat.PeakLoops;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which implementations of the loops can run here, and why the others cannot. */
final class Contenders {
    private final List<PeakLoops> all;
    private final Optional<String> noJava;

    Contenders(List<PeakLoops> all, Optional<String> noJava) {
        this.all = all;
        this.noJava = noJava;
    }

    /** Those of this JVM. */
    static Contenders ofMachine() {
        // What holds for kernels with the Vector API holds for these loops.
        Optional<String> noJava = KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.engine().equals("vec"))
                .findFirst()
                .flatMap(provider -> provider.unavailable().map(Refusal::reason));
        return new Contenders(PeakLoops.all(), noJava);
    }

    /** Those of a loop in C, the widest vectors first, and in Java. Loops over memory wait for it with any vectors: one in C will do. */
    List<Contender> of(PeakLoop loop, Level level) {
        List<Contender> list = new ArrayList<>();
        all.stream()
                .filter(loops -> loops.unavailable(loop).isEmpty())
                .limit(loop.multiplies() ? all.size() : 1)
                .forEach(loops -> {
                    list.add(Contender.of(loops, loop));
                    if (level == Level.DRAM && loop == PeakLoop.COPY) {
                        list.add(Contender.of(loops, PeakLoop.COPY_STREAMED));
                    }
                    if (level == Level.DRAM && loop == PeakLoop.TRIAD) {
                        list.add(Contender.of(loops, PeakLoop.TRIAD_STREAMED));
                    }
                });
        if (noJava.isEmpty() && loop != PeakLoop.BF16) {
            list.add(Contender.inJava(loop));
        }
        return list;
    }

    /** What is not measured, and why: a sentence each. */
    List<String> missing() {
        Set<String> lines = new LinkedHashSet<>();
        for (PeakLoops loops : all) {
            loops.unavailable(PeakLoop.FMA).ifPresent(reason -> lines.add(loops.engine() + ": " + reason));
        }
        if (all.stream().allMatch(loops -> loops.unavailable(PeakLoop.BF16).isPresent())) {
            all.stream()
                    .filter(loops -> loops.unavailable(PeakLoop.FMA).isEmpty())
                    .findFirst()
                    .ifPresent(widest -> lines
                            .add("bf16 dot: " + widest.unavailable(PeakLoop.BF16).orElseThrow()));
        }
        noJava.ifPresent(reason -> lines.add(Contender.JAVA + ": " + reason));
        return List.copyOf(lines);
    }
}
