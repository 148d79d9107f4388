package dev.tegula.tornado;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** TornadoVM's SDK as this JVM was started with it: whether it can be relied on, and how it must be set up before it loads. */
final class Sdk {
    /** System property: takes an SDK whose version is known to be wrong. */
    static final String FORCE = "tegula.tornado.force";
    /** What the SDK's argument file sets, and TornadoVM looks for. */
    private static final String MARK = "tornado.load.api.implementation";
    private static final String BAILOUT = "tornado.recover.bailout";
    private static final Pattern VERSION = Pattern.compile("([0-9]+)\\.([0-9]+)\\b.*");
    private static final int LEAST_MAJOR = 6;
    private static final int LEAST_MINOR = 1;

    private Sdk() {}

    /** Why TornadoVM cannot be used in this JVM, or nothing. Loads nothing of it. */
    static Optional<String> refusal() {
        if (System.getProperty(MARK) == null) {
            return Optional.of(
                    "the JVM does not run with a TornadoVM SDK: ./tegula starts it so when TORNADOVM_HOME is set and"
                            + " this device asked for; otherwise start it with @$TORNADOVM_HOME/tornado-argfile");
        }
        if (!System.getProperty(BAILOUT, "False").equalsIgnoreCase("false")) {
            return Optional.of("-D" + BAILOUT + "=" + System.getProperty(BAILOUT)
                    + " lets TornadoVM compute something else when a kernel does not compile; it must be False");
        }
        return Optional.empty();
    }

    /** Its version, as its API's module has it. */
    static String version(Module api) {
        return Optional.ofNullable(api.getDescriptor()).flatMap(ModuleDescriptor::rawVersion).orElse("unknown");
    }

    /** Why a version is refused, or nothing. */
    static Optional<String> refusal(String version) {
        if (Boolean.getBoolean(FORCE)) {
            return Optional.empty();
        }
        Matcher parts = VERSION.matcher(version);
        boolean known = parts.matches();
        int major = known ? Integer.parseInt(parts.group(1)) : 0;
        int minor = known ? Integer.parseInt(parts.group(2)) : 0;
        return major > LEAST_MAJOR || major == LEAST_MAJOR && minor >= LEAST_MINOR
                ? Optional.empty()
                : Optional.of("TornadoVM " + version + " compiles some Java to kernels that compute something else; "
                        + LEAST_MAJOR + "." + LEAST_MINOR + " is the least version that is taken without -D" + FORCE
                        + "=true");
    }

    /** Sets what TornadoVM reads when it loads, where the user has not. */
    static void setUp() {
        setIfAbsent(BAILOUT, "False");
        // A model is a graph of hundreds of steps; 4096 bytes hold 50.
        setIfAbsent("tornado.tvm.maxbytecodesize", Integer.toString(1 << 20));
        // The default asks for fast-relaxed arithmetic, which may ignore infinities and NaN.
        setIfAbsent("tornado.opencl.compiler.flags", "-w");
        // We keep account of the device's memory ourselves.
        setIfAbsent("tornado.device.memory", "1024GB");
    }

    private static void setIfAbsent(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
