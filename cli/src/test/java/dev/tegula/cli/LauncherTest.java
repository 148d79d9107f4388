package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, in a copy of the source tree that has a small program in place of ours. */
class LauncherTest {
    // Prints what it was given; its exit status is the number of arguments after the first.
    private static final String PROGRAM = """
            public class Echo {
                public static void main(String[] args) throws Exception {
                    System.out.println(String.join("|", args));
                    System.out.println("vector " + ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
                    System.out.println("property " + System.getProperty("given"));
                    System.err.print("to standard error\\n...no line feed");
                    System.exit(args.length - 1);
                }
            }
            """;

    @TempDir
    private Path temp;

    private Path tree;

    @BeforeEach
    void copyTheScript() throws IOException {
        Path script = Path.of("..", "tegula").toAbsolutePath().normalize();
        assumeTrue(Files.exists(script) && Files.exists(Path.of("/bin/sh")),
                "no launcher script or no POSIX shell here");
        tree = Files.createDirectories(temp.resolve("a tree's \"place\""));
        Files.copy(script, tree.resolve("tegula"));
        executable(tree.resolve("tegula"));
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        for (String module : List.of("core", "quant", "kernels-cpu", "kernels-gpu", "native", "all", "cli", "bench")) {
            Files.createDirectories(tree.resolve(module).resolve("src/main/java"));
            Files.writeString(tree.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Path prepared = program();
        // Stands for the Maven wrapper: "builds" by copying.
        Files.writeString(tree.resolve("mvnw"), """
                #!/bin/sh
                echo built "$@" >> builds.txt
                [ ! -f broken ] || { echo 'it does not compile'; exit 1; }
                mkdir -p cli/target/lib bench/target
                cp 'PREPARED' cli/target/tegula-cli.jar
                cp 'PREPARED' bench/target/benchmarks.jar
                case $* in
                    *bench/onnx*) cp 'PREPARED' bench/onnx/target/tegula-bench-onnx.jar ;;
                esac
                """.replace("PREPARED", prepared.toString()));
        executable(tree.resolve("mvnw"));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path program() throws IOException {
        Path source = Files.writeString(temp.resolve("Echo.java"), PROGRAM);
        assertEquals(0, ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, source.toString()));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Echo");
        Path jar = temp.resolve("echo.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("Echo.class"));
            Files.copy(temp.resolve("Echo.class"), out);
        }
        return jar;
    }

    private Cli launch(Map<String, String> environment, Path script, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        Path out = temp.resolve("out.txt");
        Path err = temp.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("TORNADOVM_HOME");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));
        // The filter of standard error may be a moment behind the program.
        for (int i = 0; i < 100 && !Files.readString(err).contains("no line feed") && process.exitValue() == 0; i++) {
            Thread.sleep(20);
        }
        return new Cli(process.exitValue(), Files.readString(out), Files.readString(err, StandardCharsets.UTF_8));
    }

    private Cli launch(String... args) throws IOException, InterruptedException {
        return launch(Map.of(), tree.resolve("tegula"), args);
    }

    private long builds() throws IOException {
        return Files.exists(tree.resolve("builds.txt")) ? Files.readAllLines(tree.resolve("builds.txt")).size() : 0;
    }

    @Test
    void buildsOnceAndAgainAfterAChange() throws Exception {
        Cli first = launch("one argument, with blanks");
        assertEquals("one argument, with blanks", first.out().lines().findFirst().orElseThrow());
        assertTrue(first.err().startsWith("tegula: building"), first.err());
        assertEquals("to standard error\n...no line feed", launch("x").err());
        assertEquals(1, builds());
        Path changed = Files.writeString(tree.resolve("core/src/main/java/New.java"), "");
        Files.setLastModifiedTime(changed, FileTime.from(Instant.now().plusSeconds(5)));
        launch("x");
        assertEquals(2, builds());
        Files.setLastModifiedTime(tree.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        launch("x");
        assertEquals(3, builds(), "the parent's pom.xml is a source, too");
    }

    /** Else what was compiled for ONNX Runtime once would run with another version of the benchmarks. */
    @Test
    void whatIsBuiltForOnnxRuntimeIsBuiltAnewWithTheBenchmarks() throws Exception {
        launch("bench", "kernels");
        assertFalse(Files.readString(tree.resolve("builds.txt")).contains("onnx"), "nobody has asked for it");
        Files.createDirectories(tree.resolve("bench/onnx/target/lib"));
        launch("bench", "kernels");
        assertTrue(Files.readAllLines(tree.resolve("builds.txt")).get(1).contains("bench/onnx -Ponnx"));
        assertEquals(2, builds());
        launch("bench", "kernels");
        assertEquals(2, builds());
    }

    @Test
    void aPathThatNoClassPathHoldsIsRefused() throws Exception {
        Path other = Files.createDirectory(temp.resolve("a:b"));
        Files.copy(tree.resolve("tegula"), other.resolve("tegula"));
        executable(other.resolve("tegula"));
        Cli cli = launch(Map.of(), other.resolve("tegula"), "bench", "machine");
        assertEquals(1, cli.status());
        assertEquals("tegula: the path " + other.toRealPath()
                + " has a colon, at which Java divides a class path; move the folder\n", cli.err());
    }

    @Test
    void aFailedBuildShowsItsLog() throws Exception {
        Files.writeString(tree.resolve("broken"), "");
        Cli cli = launch("x");
        assertEquals(1, cli.status());
        assertTrue(cli.err().contains("it does not compile") && cli.err().endsWith("tegula: the build failed\n"),
                cli.err());
        assertEquals("", cli.out());
    }

    @Test
    void passesArgumentsExitStatusAndStandardErrorThrough() throws Exception {
        launch("x");
        // The first is a command that runs without the Vector API, the second one with it.
        for (String command : List.of("tokenize", "bench")) {
            Cli cli = launch(command, "", "a  b", "*", "$HOME");
            assertEquals(4, cli.status());
            List<String> lines = cli.out().lines().toList();
            assertEquals(command + "||a  b|*|$HOME", lines.get(0));
            assertEquals("vector " + command.equals("bench"), lines.get(1));
        }
        assertTrue(launch("--debug", "bench").out().contains("vector true"), "an option before the command");
        Cli quiet = launch("bench");
        assertEquals("to standard error\n...no line feed", quiet.err());
    }

    /** The SDK's flags are the JVM's when its devices are asked for, and only then. */
    @Test
    void tornadoHasTheFlagsOfItsSdk() throws Exception {
        Path sdk = Files.createDirectories(temp.resolve("an SDK"));
        Map<String, String> home = Map.of("TORNADOVM_HOME", sdk.toString());
        Cli none = launch(home, tree.resolve("tegula"), "run", "--device", "tornado");
        assertEquals(1, none.status());
        assertTrue(none.err().contains("no file tornado-argfile"), none.err());
        Files.writeString(sdk.resolve("tornado-argfile"), "-Dgiven=sdk");
        for (String[] args : new String[][]{{"run", "--device", "tornado"}, {"chat", "--device=tornado:1"},
            {"devices"}}) {
            assertTrue(launch(home, tree.resolve("tegula"), args).out().contains("property sdk"), args[0]);
        }
        for (String[] args : new String[][]{{"run", "--device", "opencl"}, {"run", "tornado"}}) {
            assertTrue(launch(home, tree.resolve("tegula"), args).out().contains("property null"), args[1]);
        }
        assertTrue(launch("run", "--device", "tornado").out().contains("property null"), "no SDK");
    }

    @Test
    void argumentsAreUtf8InAnyLocale() throws Exception {
        launch("x");
        for (String locale : List.of("C", "POSIX", "")) {
            assertEquals("狐é", launch(Map.of("LC_ALL", locale, "LANG", locale), tree.resolve("tegula"), "狐é").out()
                    .lines()
                    .findFirst()
                    .orElseThrow(), "locale '" + locale + "'");
        }
    }

    @Test
    void closedStreamsAreEmptyOnes() throws Exception {
        launch("x");
        Process process = new ProcessBuilder("/bin/sh", "-c", "./tegula x <&- >&- 2>&-").directory(tree.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        assertEquals("", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Test
    @Timeout(60)
    void nothingIsLeftBehindWhenItIsKilledWhileItStarts() throws Exception {
        launch("x");
        for (int i = 0; i < 5; i++) {
            Process process = new ProcessBuilder(tree.resolve("tegula").toString(), "bench").start();
            Thread.sleep(20 * i);
            process.toHandle().destroy();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            // Its end comes when nobody holds the stream any more.
            process.getErrorStream().readAllBytes();
        }
    }

    @Test
    void runsThroughALink() throws Exception {
        Path folder = Files.createDirectories(temp.resolve("some where/bin"));
        Path first = Files.createSymbolicLink(folder.resolve("first"), tree.resolve("tegula"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));
        assertEquals(0, launch(Map.of(), first, "x").status());
        assertEquals("x", launch(Map.of(), second, "x").out().lines().findFirst().orElseThrow());
        assertEquals(1, builds());
    }

    @Test
    void optionsOfTheUserReachTheJvm() throws Exception {
        Cli cli = launch(Map.of("TEGULA_JAVA_OPTS", "-Dgiven=here -XX:+UseParallelGC"), tree.resolve("tegula"), "x");
        assertTrue(cli.out().contains("property here"), cli.out() + cli.err());
    }

    @Test
    void aJdkThatIsTooOldIsPassedOver() throws Exception {
        Path old = temp.resolve("old jdk");
        for (String tool : List.of("java", "javac")) {
            Path file = Files.createDirectories(old.resolve("bin")).resolve(tool);
            Files.writeString(file, "#!/bin/sh\necho wrong one\n");
            executable(file);
        }
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.9\"\n");
        String path = System.getProperty("java.home") + "/bin:" + System.getenv("PATH");
        Cli cli = launch(Map.of("JAVA_HOME", old.toString(), "PATH", path), tree.resolve("tegula"), "x");
        assertEquals(0, cli.status());
        assertFalse(cli.out().contains("wrong one"));
    }
}
