package dev.tegula.cli;

import dev.tegula.device.Device;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tegula verify-kernels}: whether the kernels of this machine give the bits of their scalar twins. */
@Command(name = "verify-kernels", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Compares every kernel of every engine with its scalar twin on random, extreme and adversarial "
        + "operands, at every vector width that this CPU has: bit by bit, or where a kernel promises only a bound, by that. "
        + "Each width has a JVM of its own; engines that need no Vector API run in one without it. Takes a few minutes; the "
        + "exit status is 0 when all agree.")
final class VerifyKernelsCommand implements Callable<Integer> {
    /** Widths of vectors, in bits; those that a CPU lacks are refused. */
    private static final List<Integer> WIDTHS = List.of(512, 256, 128);
    private static final int NO_VECTORS = 0;

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(names = "--engines", paramLabel = "NAME", split = ",", description = "Verify kernels of these engines only (default: all but the scalar one, which is what they are compared with).")
    private Set<String> engines;

    @Option(names = "--device", paramLabel = "DEVICE", description = "Verify the kernels of a device that the command devices lists, such as opencl:0; auto is the first "
            + "graphics processor there is (default: cpu, the engines of the CPU).")
    private String deviceId = DeviceChoice.CPU;

    @Option(names = "--filter", paramLabel = "REGEX", description = "Verify kernels only whose id this matches, in part or whole: matmul, q4_k, \\.vec$.")
    private String filter = "";

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the random operands (default: 0).")
    private long seed;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    private final KernelFindings findings = new KernelFindings();

    VerifyKernelsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<KernelProvider> providers = providers();
        Set<String> chosen = chosen(providers);
        Pattern pattern = pattern();
        List<String> ids = providers.stream()
                .filter(provider -> chosen.contains(provider.engine()))
                .flatMap(provider -> provider.kernels().stream())
                .map(kernel -> kernel.id().toString())
                .filter(id -> pattern.matcher(id).find())
                .toList();
        if (ids.isEmpty() && !filter.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--filter: no kernel of " + chosen + " matches " + filter);
        }
        try (Progress progress = new Progress(terminal, "verifying", "kernels")) {
            compare(chosen, ids.size(), progress);
        }
        if (json) {
            terminal.println(Json.writeIndented(findings.object(seed)));
        } else {
            findings.text().forEach(terminal::println);
        }
        terminal.flush();
        return findings.passed() ? TegulaCommand.OK : TegulaCommand.FAILED;
    }

    /** First what needs no vectors; what refused there may follow their width, and is tried at each. */
    private void compare(Set<String> chosen, int kernels, Progress progress) throws IOException {
        if (!deviceId.equals(DeviceChoice.CPU)) {
            new Child(NO_VECTORS, progress, 0).run(chosen);
            return;
        }
        // Until the first JVM has said which engines refuse, any of them may run at every width.
        Child first = new Child(NO_VECTORS, progress, kernels * (WIDTHS.size() - 1));
        first.run(chosen);
        for (int i = 0; i < WIDTHS.size() && !first.refused.isEmpty(); i++) {
            int later = (kernels - first.count) * (WIDTHS.size() - 1 - i);
            new Child(WIDTHS.get(i), progress, later).run(first.refused);
        }
    }

    /** The engines of the CPU, or that of the device. */
    private List<KernelProvider> providers() {
        Optional<Device> device = DeviceChoice.open(spec.commandLine(), deviceId);
        if (device.isEmpty()) {
            deviceId = DeviceChoice.CPU;
            return KernelTable.load().providers();
        }
        try (Device opened = device.get()) {
            deviceId = opened.info().id();
            return List.of(opened.kernels());
        }
    }

    private Set<String> chosen(List<KernelProvider> providers) {
        if (engines != null) {
            try {
                KernelTable.of(providers).only(engines);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--engines: " + e.getMessage(), e);
            }
            return engines;
        }
        Set<String> all = new LinkedHashSet<>();
        providers.stream()
                .filter(provider -> provider.rank() != 0)
                .map(KernelProvider::engine)
                .forEach(all::add);
        return all;
    }

    private Pattern pattern() {
        try {
            return Pattern.compile(filter);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--filter: " + e.getMessage(), e);
        }
    }

    /** One JVM and what it says. */
    private final class Child {
        private final int bits;
        private final Progress progress;
        private final int later;
        private final Set<String> refused = new LinkedHashSet<>();
        private final List<String> noise = new ArrayList<>();
        private int count;
        private int compared;
        private String running;

        /** @param later kernels to compare in JVMs after this one */
        Child(int bits, Progress progress, int later) {
            this.bits = bits;
            this.progress = progress;
            this.later = later;
        }

        void run(Set<String> which) throws IOException {
            List<String> command = ChildJvm.command(KernelCheck.class, bits);
            String device = deviceId.equals(DeviceChoice.CPU) ? "" : deviceId;
            command.addAll(List.of(String.join(",", which), filter, Long.toString(seed), device));
            Optional<String> failure = ChildJvm.run(command, this::line);
            if (failure.isPresent()) {
                String said = noise.isEmpty() ? "" : "; it said: " + String.join(" ", noise);
                findings.died(running, bits, "the JVM ended with " + failure.get() + said);
            }
        }

        private void line(String line) {
            if (!line.startsWith("{")) {
                // A JVM that crashes says so on standard output.
                noise.add(line);
                return;
            }
            Map<?, ?> object = Json.parseObject(line);
            if (object.get("refused") instanceof String reason) {
                refused.add((String) object.get("engine"));
                findings.refused((String) object.get("engine"), bits, reason);
            } else if (object.get("kernels") instanceof Long n) {
                count = n.intValue();
            } else if (object.get("begun") instanceof String kernel) {
                running = kernel;
            } else {
                compared++;
                findings.compared(object, bits);
            }
            progress.update(findings.count(), findings.count() + count - compared + later);
        }
    }
}
