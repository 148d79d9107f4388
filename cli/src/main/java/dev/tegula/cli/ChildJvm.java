package dev.tegula.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A JVM like this one, with the same program and flags, but for the Vector API and the width of its vectors, which a JVM
 * decides once.
 */
final class ChildJvm {
    private static final String VECTOR = "jdk.incubator.vector";
    private static final String ADD_MODULES = "--add-modules=";
    private static final String BITS = "-Dtegula.vector.bits=";
    /** Flags of this JVM that belong to it alone: a debugger's port, and prepared classes of other flags. */
    private static final List<String> OURS = List.of("-agentlib:", "-agentpath:", "-javaagent:", "-Xrun", "-XX:AOT",
            "-XX:SharedArchiveFile", BITS);

    private ChildJvm() {}

    /**
     * The command that starts one.
     *
     * @param main its main class, of this module
     * @param bits width of its vectors, or 0 for a JVM without the Vector API
     */
    static List<String> command(Class<?> main, int bits) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        if (bits > 0) {
            command.add(BITS + bits);
            if (ModuleFinder.ofSystem().find(VECTOR).isPresent()) {
                command.add(ADD_MODULES + VECTOR);
            }
        }
        if (System.getProperty("jdk.module.main") != null) {
            command.addAll(List.of("--module-path", System.getProperty("jdk.module.path"), "--module",
                    main.getModule().getName() + "/" + main.getName()));
        } else {
            // A jar's manifest allows native access only to a JVM that was started with it.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                    main.getName()));
        }
        return command;
    }

    /** The flags that a child takes over. */
    static List<String> flags(List<String> given) {
        List<String> flags = new ArrayList<>();
        for (String flag : given) {
            if (flag.startsWith(ADD_MODULES)) {
                String modules = Arrays.stream(flag.substring(ADD_MODULES.length()).split(","))
                        .filter(module -> !module.equals(VECTOR))
                        .collect(Collectors.joining(","));
                if (!modules.isEmpty()) {
                    flags.add(ADD_MODULES + modules);
                }
            } else if (OURS.stream().noneMatch(flag::startsWith)) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /**
     * Runs one to its end.
     *
     * @param lines takes its standard output line by line
     * @return nothing when its status is 0, else the status and the end of what it wrote to standard error
     */
    static Optional<String> run(List<String> command, Consumer<String> lines) throws IOException {
        Path err = Files.createTempFile("tegula", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        // They are among the flags already.
        builder.environment().keySet().removeAll(List.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        Process process = builder.start();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            process.getOutputStream().close();
            out.lines().forEach(lines);
            int status = process.waitFor();
            return status == 0 ? Optional.empty() : Optional.of("status " + status + end(err));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroy();
            Files.deleteIfExists(err);
        }
    }

    private static String end(Path err) throws IOException {
        String text = new String(Files.readAllBytes(err), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "" : ": ..." + text.substring(Math.max(0, text.length() - 300));
    }
}
