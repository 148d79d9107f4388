package dev.tegula.cpu;

import dev.tegula.kernel.Setting;
import java.util.Optional;

/** Whether this JVM can run Vector API kernels at speed. Loads no class of the incubator module where it is missing. */
final class CpuProbe {
    private static final String MODULE = "jdk.incubator.vector";

    private CpuProbe() {}

    /** Why it cannot, as a sentence that names the flag to change, or nothing when it can. */
    static Optional<String> reason() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return Optional.of("the JVM runs without the Vector API; start it with --add-modules " + MODULE);
        }
        return compilerReason(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""))
                .or(Width::reason);
    }

    /** Why a width can be asked for on no machine, or nothing when it is one, or empty. */
    static Optional<String> wrongWidth(String bits) {
        return Setting.refuse(Lanes.PROPERTY, bits, "128", "256", "512");
    }

    /** Only the C2 compiler turns vector operations into instructions; everything else allocates for each of them. */
    static Optional<String> compilerReason(String name, String info) {
        if (info.contains("interpreted")) {
            return Optional.of("the JVM only interprets (" + info + "); start it without -Xint");
        }
        if (info.contains("emulated-client")) {
            return Optional.of("the JVM runs without its C2 compiler (" + info
                    + "); start it without -XX:TieredStopAtLevel and -client");
        }
        if (!name.contains("Server VM")) {
            return Optional.of("the JVM is " + name + ", whose compiler is not known to be HotSpot's C2");
        }
        return Optional.empty();
    }
}
