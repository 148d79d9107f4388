package dev.tegula.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import dev.tegula.kernel.ref.RefProvider;

/**
 * Every kernel of every engine, in the order in which they are asked: the first that accepts a request wins, and those
 * asked before it say why they did not. Immutable.
 */
public final class KernelTable {
    private final List<KernelProvider> providers;
    private final boolean strict;

    private KernelTable(List<KernelProvider> providers, boolean strict) {
        this.providers = List.copyOf(providers);
        this.strict = strict;
    }

    private static List<KernelProvider> ranked(List<KernelProvider> providers) {
        return providers.stream().sorted(Comparator.comparingInt(KernelProvider::rank).reversed()).toList();
    }

    /**
     * A kernel and the better ones that refused.
     *
     * @param provider the engine that it is of
     * @param factory the kernel chosen
     * @param refusals why the kernels and engines before it were not
     */
    public record Choice(KernelProvider provider, KernelFactory factory, List<Refusal> refusals) {}

    /**
     * The engines found on the class or module path, and the scalar engine.
     *
     * @throws IllegalArgumentException when a system property of an engine has a value that it cannot have; the message
     *             has those it can
     */
    public static KernelTable load() {
        List<KernelProvider> found = new ArrayList<>();
        ServiceLoader.load(KernelProvider.class, KernelTable.class.getClassLoader()).forEach(found::add);
        found.add(new RefProvider());
        for (KernelProvider provider : found) {
            provider.wrongSetting()
                    .ifPresent(wrong -> {
                        throw new IllegalArgumentException(wrong);
                    });
        }
        return of(found);
    }

    /** A table of the given engines only. */
    public static KernelTable of(List<KernelProvider> providers) {
        return new KernelTable(ranked(providers), false);
    }

    /**
     * This table without some engines.
     *
     * @param engines the engines to keep; the scalar engine stays in any case
     * @throws IllegalArgumentException when an engine is not known
     */
    public KernelTable only(Set<String> engines) {
        for (String engine : engines) {
            if (providers.stream().noneMatch(p -> p.engine().equals(engine))) {
                throw new IllegalArgumentException("no engine '" + engine + "'; there are "
                        + providers.stream().map(KernelProvider::engine).toList());
            }
        }
        return new KernelTable(
                providers.stream().filter(p -> p.rank() == 0 || engines.contains(p.engine())).toList(), strict);
    }

    /** This table with another engine that is asked before all others, whatever its rank. */
    public KernelTable before(KernelProvider engine) {
        List<KernelProvider> all = new ArrayList<>(List.of(engine));
        all.addAll(providers);
        return new KernelTable(all, strict);
    }

    /** The scalar engine alone. */
    public KernelTable scalar() {
        return new KernelTable(List.of(new RefProvider()), false);
    }

    /**
     * This table, but a request that only the scalar engine takes is an error instead of a kernel many times slower.
     * That one of two fast engines leaves an op to the other is none.
     */
    public KernelTable strict() {
        return new KernelTable(providers, true);
    }

    /** The engines, best first. */
    public List<KernelProvider> providers() {
        return providers;
    }

    /**
     * The first kernel that accepts a request.
     *
     * @throws UnsupportedOperationException when none does, or in a strict table when only a scalar kernel does; the
     *             message has one reason for every engine
     */
    public Choice choose(KernelRequest request) {
        List<Refusal> refusals = new ArrayList<>();
        for (KernelProvider provider : providers) {
            Optional<Refusal> unavailable = provider.unavailable();
            if (unavailable.isPresent()) {
                refusals.add(unavailable.get());
                continue;
            }
            int before = refusals.size();
            for (KernelFactory factory : provider.kernels()) {
                if (!factory.id().op().equals(request.op().name())) {
                    continue;
                }
                Optional<Refusal> refusal = factory.refuse(request);
                if (refusal.isEmpty()) {
                    // Siblings of the same engine that are for other formats are no refusals worth reading.
                    refusals.subList(before, refusals.size()).clear();
                    return accept(request, new Choice(provider, factory, List.copyOf(refusals)));
                }
                refusals.add(refusal.get());
            }
            if (refusals.size() == before) {
                refusals.add(new Refusal(provider.engine(), "has no kernel for " + request.op().name()));
            }
        }
        throw new UnsupportedOperationException("no kernel for " + request + ": " + reasons(request, 0));
    }

    private Choice accept(KernelRequest request, Choice choice) {
        if (strict && choice.provider().rank() == 0) {
            throw new UnsupportedOperationException("strict: " + request + " would run on the scalar kernel "
                    + choice.factory().id() + ": " + reasons(request, 1));
        }
        return choice;
    }

    /** One reason for every engine of a rank or above; those of all kernels of an op would fill a page. */
    private String reasons(KernelRequest request, int rank) {
        String reasons = providers.stream()
                .filter(provider -> provider.rank() >= rank)
                .map(provider -> reason(provider, request).toString())
                .collect(Collectors.joining("; "));
        return reasons.isEmpty() ? "there is no other engine" : reasons;
    }

    private static Refusal reason(KernelProvider provider, KernelRequest request) {
        return provider.unavailable().orElseGet(() -> {
            String op = request.op().name();
            long kernels = provider.kernels().stream().filter(kernel -> kernel.id().op().equals(op)).count();
            return new Refusal(provider.engine(), kernels == 0
                    ? "has no kernel for " + op
                    : "none of its " + kernels + " kernels for " + op + " takes these formats and shapes");
        });
    }
}
