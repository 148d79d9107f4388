package dev.tegula.bench.machine;

import dev.tegula.nat.Cpu;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The machine that was measured.
 *
 * @param cpu the model of CPU
 * @param system the operating system with its kernel's version
 * @param threads CPUs that this process may use
 * @param jvm the virtual machine with its version
 * @param sizes its caches, and the memory that loops walked through
 */
public record Machine(String cpu, String system, int threads, String jvm, Sizes sizes) {
    /** This one. */
    static Machine here() {
        Path root = Path.of("/");
        String cpu = Cpu.name(root);
        return new Machine(cpu.isEmpty() ? System.getProperty("os.arch") : cpu,
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"), Sizes.of(root));
    }

    /** Why what was measured on this machine says nothing of another, or nothing. */
    Optional<String> differs(Machine other) {
        if (!cpu.equals(other.cpu)) {
            return Optional.of("another CPU (" + cpu + ")");
        }
        return threads == other.threads ? Optional.empty() : Optional.of(threads + " CPUs, not " + other.threads);
    }
}
