package dev.tegula.cli;

import dev.tegula.device.Device;
import dev.tegula.device.Devices;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What {@code tegula verify-kernels} runs in each of its JVMs: compares kernels with their twins, and says so in lines of
 * JSON on standard output. A line for each engine that cannot run here, one with the number of kernels, then for each
 * kernel one before and one after the comparison; the first names the kernel if the JVM does not outlive it.
 */
final class KernelCheck {
    private final PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true,
            StandardCharsets.UTF_8);

    private KernelCheck() {}

    /**
     * Compares.
     *
     * @param args the engines, with commas between them; a regular expression that the kernels' ids match in part; the
     *            seed; the id of the device whose engine it is, empty for engines of the CPU
     */
    public static void main(String[] args) {
        KernelCheck check = new KernelCheck();
        Set<String> engines = Set.of(args[0].split(","));
        Pattern filter = Pattern.compile(args[1]);
        long seed = Long.parseLong(args[2]);
        if (args[3].isEmpty()) {
            check.run(KernelTable.load().providers(), engines, filter, seed);
        } else {
            try (Device device = Devices.open(args[3])) {
                check.run(List.of(device.kernels()), engines, filter, seed);
            }
        }
    }

    private void run(List<KernelProvider> providers, Set<String> engines, Pattern filter, long seed) {
        List<KernelFactory> kernels = new ArrayList<>();
        for (KernelProvider provider : providers) {
            if (engines.contains(provider.engine())) {
                provider.unavailable()
                        .ifPresentOrElse(
                                refusal -> tell(Map.of("engine", provider.engine(), "refused", refusal.reason())),
                                () -> kernels.addAll(provider.kernels()));
            }
        }
        kernels.removeIf(kernel -> !filter.matcher(kernel.id().toString()).find());
        tell(Map.of("kernels", kernels.size()));
        for (KernelFactory kernel : kernels) {
            tell(Map.of("begun", kernel.id().toString()));
            tell(compare(kernel, seed));
        }
    }

    private static Map<String, Object> compare(KernelFactory kernel, long seed) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("kernel", kernel.id().toString());
        try {
            Report report = Conformance.check(kernel, StandardRequests.of(kernel), seed);
            line.put("calls", report.calls());
            line.put("ulps", report.ulps());
            report.deviation().ifPresent(deviation -> {
                line.put("error", deviation.error());
                line.put("bound", deviation.bound());
            });
            line.put("differences", report.calls() == 0
                    ? List.of("no standard request that the kernel accepts: nothing was compared")
                    : report.differences());
        } catch (RuntimeException | LinkageError e) {
            line.put("calls", 0);
            line.put("ulps", 0);
            line.put("differences", List.of("failed: " + e));
        }
        return line;
    }

    private void tell(Map<String, Object> line) {
        out.println(Json.write(line));
        if (out.checkError()) {
            // Whoever started this JVM has gone.
            System.exit(TegulaCommand.FAILED);
        }
    }
}
