package dev.tegula.nat;

import dev.tegula.kernel.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Finds the library of C kernels for this platform in the jar, loads it once, and asks it what the CPU can do. When
 * something is missing it keeps the reason, never throws, and never tries again. Thread-safe.
 */
public final class NativeLoader {
    /**
     * System property: {@code auto}, or nothing, uses what the CPU has, {@code off} leaves the native engines out,
     * {@code untested} adds those for instructions on which no test has run yet. {@code KernelTable.load} refuses others.
     */
    public static final String PROPERTY = "tegula.native";

    /** The bit of the probe's answer (probe.c) for dot products of BF16, which no engine needs. */
    static final int BF16 = 64;

    private final SymbolLookup symbols;
    private final int features;
    private final boolean untested;
    private final String reason;

    NativeLoader(SymbolLookup symbols, int features, boolean untested, String reason) {
        this.symbols = symbols;
        this.features = features;
        this.untested = untested;
        this.reason = reason;
    }

    /** Loads when first used; loading twice would find the same. */
    private static final class Once {
        static final NativeLoader LOADER = load(System.getProperty(PROPERTY, ""), System.getProperty("os.name", ""),
                System.getProperty("os.arch", ""));
    }

    /** The library of this JVM. */
    static NativeLoader instance() {
        return Once.LOADER;
    }

    /** Why no native kernel can run in this JVM, as a sentence that names what to change, or nothing when one can. */
    public static Optional<String> reason() {
        return Optional.ofNullable(instance().reason);
    }

    /** Why kernels of an instruction set cannot run, or nothing. */
    Optional<String> reason(Isa isa) {
        if (reason != null) {
            return Optional.of(reason);
        }
        if ((features & isa.feature()) == 0) {
            return Optional.of("this CPU, or its operating system, lacks " + isa.needs());
        }
        if (!isa.isTested() && !untested) {
            return Optional.of("no test has run on such a CPU yet; -D" + PROPERTY + "=untested switches it on");
        }
        return symbols == null || symbols.find("tegula_linear_" + isa.suffix()).isPresent()
                ? Optional.empty()
                : Optional.of("the C compiler of this build did not know " + isa.needs());
    }

    /** Why {@code tegula_peak_bf16} cannot run on a CPU that has one of the instruction sets, or nothing. */
    Optional<String> reasonAgainstBf16() {
        if ((features & BF16) == 0) {
            return Optional.of("this CPU lacks dot products of BF16");
        }
        return symbols == null || symbols.find("tegula_peak_bf16").isPresent()
                ? Optional.empty()
                : Optional.of("the C compiler of this build did not know dot products of BF16");
    }

    /**
     * The address of a C function.
     *
     * @throws IllegalStateException when the library is not loaded or lacks it
     */
    MemorySegment function(String name) {
        if (reason != null) {
            throw new IllegalStateException(reason);
        }
        return symbols.find(name)
                .orElseThrow(() -> new IllegalStateException("the library of native kernels has no " + name));
    }

    /**
     * Loads the library of a platform.
     *
     * @param mode value of {@link #PROPERTY}
     * @param os name of the operating system as Java gives it
     * @param arch name of the processor as Java gives it
     */
    static NativeLoader load(String mode, String os, String arch) {
        if (mode.equals("off")) {
            return refused("switched off by -D" + PROPERTY + "=off");
        }
        Optional<String> wrong = wrongMode(mode);
        if (wrong.isPresent()) {
            return refused(wrong.get());
        }
        boolean untested = mode.equals("untested");
        String platform = platform(os, arch);
        if (platform == null) {
            return refused("there are no native kernels for " + os + " on " + arch);
        }
        String resource = platform + "/" + Leftovers.FILE;
        try (InputStream in = NativeLoader.class.getResourceAsStream(resource)) {
            return in == null
                    ? refused("this build has no library for " + platform
                            + "; it was built without a C compiler for it or with -Dnative.skip")
                    : open(in, untested);
        } catch (IOException e) {
            return refused("the library could not be unpacked to " + System.getProperty("java.io.tmpdir") + ": " + e);
        }
    }

    /** Why {@link #PROPERTY} cannot have a value, or nothing. */
    static Optional<String> wrongMode(String mode) {
        return Setting.refuse(PROPERTY, mode, "auto", "off", "untested");
    }

    /** A checksum of this platform's library in the jar, which tells builds apart; empty where there is none. */
    static String checksum() {
        String platform = platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        try (InputStream in = NativeLoader.class.getResourceAsStream(platform + "/" + Leftovers.FILE)) {
            if (in == null) {
                return "";
            }
            CRC32C crc = new CRC32C();
            crc.update(in.readAllBytes());
            return Long.toHexString(crc.getValue());
        } catch (IOException e) {
            return "";
        }
    }

    /** The resource folder of a platform, or null for one that no kernels are compiled for. */
    static String platform(String os, String arch) {
        String processor = switch (arch) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64" -> "aarch64";
            default -> null;
        };
        return os.toLowerCase(Locale.ROOT).startsWith("linux") && processor != null ? "linux-" + processor : null;
    }

    /** Unpacks a library to a folder that only this user can enter, loads it, and removes the file again. */
    static NativeLoader open(InputStream library, boolean untested) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] mine = posix
                ? new FileAttribute<?>[]{
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))}
                : new FileAttribute<?>[0];
        Path folder = Files.createTempDirectory(Leftovers.prefix(), mine);
        Path file = folder.resolve(Leftovers.FILE);
        Leftovers.remove(folder);
        try {
            Files.copy(library, file);
            return bind(file, untested);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    /** Loads a library for the life of the JVM. */
    private static NativeLoader bind(Path file, boolean untested) {
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(file, Arena.global());
            MemorySegment probe = symbols.find("tegula_features").orElse(null);
            if (probe == null) {
                return refused("the library in the jar is not one of Tegula's native kernels");
            }
            int features = (int) Linker.nativeLinker()
                    .downcallHandle(probe, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                    .invokeExact(untested ? 1 : 0);
            return new NativeLoader(symbols, features, untested, null);
        } catch (IllegalCallerException e) {
            return refused("native access is denied to " + NativeLoader.class.getModule()
                    + "; start the JVM with --enable-native-access=dev.tegula.nat (ALL-UNNAMED on the class path)");
        } catch (IllegalArgumentException e) {
            // The system's loader: another C library, another processor, a folder where nothing may be executed.
            return refused("the system did not load " + file + ": " + e.getMessage());
        } catch (Throwable e) {
            return refused("the library could not be used: " + e);
        }
    }

    private static NativeLoader refused(String reason) {
        return new NativeLoader(null, 0, false, reason);
    }
}
