package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.KernelTable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Every way in which the library can be missing has its own reason, and none is an exception. */
class NativeLoaderTest {
    private static final String LINUX = "Linux";
    private static final String X86 = "amd64";

    @Test
    void switchedOff() {
        assertReason("switched off by -Dtegula.native=off", NativeLoader.load("off", LINUX, X86));
    }

    @Test
    void unknownModeIsNamed() {
        assertReason("-Dtegula.native=sometimes: must be auto, off or untested",
                NativeLoader.load("sometimes", LINUX, X86));
    }

    /** An unknown mode is a mistake, not a reason to run on other kernels without a word. */
    @Test
    void unknownModeOfThisJvmIsAnError() {
        String before = System.getProperty(NativeLoader.PROPERTY);
        System.setProperty(NativeLoader.PROPERTY, "sometimes");
        try {
            assertEquals("-Dtegula.native=sometimes: must be auto, off or untested",
                    assertThrows(IllegalArgumentException.class, KernelTable::load).getMessage());
        } finally {
            if (before == null) {
                System.clearProperty(NativeLoader.PROPERTY);
            } else {
                System.setProperty(NativeLoader.PROPERTY, before);
            }
        }
        KernelTable.load();
    }

    @Test
    void otherPlatforms() {
        assertReason("no native kernels for Windows 11 on amd64", NativeLoader.load("", "Windows 11", X86));
        assertReason("no native kernels for Mac OS X on aarch64", NativeLoader.load("", "Mac OS X", "aarch64"));
        assertReason("no native kernels for Linux on riscv64", NativeLoader.load("auto", LINUX, "riscv64"));
        assertEquals("linux-x86_64", NativeLoader.platform(LINUX, "x86_64"));
        assertEquals("linux-aarch64", NativeLoader.platform(LINUX, "aarch64"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void libraryForAnotherProcessor() throws IOException {
        byte[] library = libraryOfTheJdk();
        library[18] = (byte) 243; // e_machine of the ELF header: RISC-V
        assertReason("the system did not load", NativeLoader.open(new ByteArrayInputStream(library), false));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void libraryOfSomebodyElse() throws IOException {
        assertReason("not one of Tegula's", NativeLoader.open(new ByteArrayInputStream(libraryOfTheJdk()), false));
    }

    private static byte[] libraryOfTheJdk() throws IOException {
        Path other = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
        assumeTrue(Files.exists(other), "this JDK has no lib/libzip.so to be the wrong library");
        return Files.readAllBytes(other);
    }

    @Test
    void instructionsThatTheCpuLacks() {
        NativeLoader old = new NativeLoader(null, 0, false, null);
        assertTrue(old.reason(Isa.AVX2).orElseThrow().contains("lacks AVX2, FMA and F16C"));
        NativeLoader zen3 = new NativeLoader(null, Isa.AVX2.feature(), false, null);
        assertEquals(Optional.empty(), zen3.reason(Isa.AVX2));
        int sapphireRapids = Isa.AVX2.feature() | Isa.AVX512.feature() | Isa.AMX.feature();
        assertTrue(new NativeLoader(null, sapphireRapids, false, null).reason(Isa.AMX)
                .orElseThrow()
                .contains("no test has run on such a CPU yet; -Dtegula.native=untested"));
        assertEquals(Optional.empty(), new NativeLoader(null, sapphireRapids, true, null).reason(Isa.AMX));
        assertTrue(zen3.reason(Isa.NEON).orElseThrow().contains("lacks AArch64's NEON with dot products"));
        NativeLoader neoverse = new NativeLoader(null, Isa.NEON.feature(), false, null);
        assertEquals(Optional.empty(), neoverse.reason(Isa.NEON));
        assertTrue(neoverse.reason(Isa.AVX2).isPresent());
        assertTrue(zen3.reason(Isa.AVX512).orElseThrow().contains("lacks AVX-512 F, BW"));
    }

    @Test
    void functionOfAMissingLibraryIsAnError() {
        NativeLoader off = NativeLoader.load("off", LINUX, X86);
        String message = assertThrows(IllegalStateException.class, () -> off.function("tegula_features"))
                .getMessage();
        assertTrue(message.contains("switched off"), message);
    }

    @Test
    void everyNativeEngineTellsWhyInAFreshJvm() throws Exception {
        assertEquals(List.of("nat-amx: switched off by -Dtegula.native=off",
                "nat-avx512: switched off by -Dtegula.native=off",
                "nat-avxvnni: switched off by -Dtegula.native=off",
                "nat-avx2: switched off by -Dtegula.native=off", "nat-i8mm: switched off by -Dtegula.native=off",
                "nat-neon: switched off by -Dtegula.native=off"), child("-Dtegula.native=off"));
    }

    @Test
    void deniedNativeAccess() throws Exception {
        assumeTrue(NativeLoader.reason().isEmpty(), () -> NativeLoader.reason().get());
        List<String> lines = child("--illegal-native-access=deny");
        assertTrue(lines.get(0).contains("--enable-native-access=dev.tegula.nat"), lines.toString());
    }

    /** What {@link Reasons} prints in a JVM with one more flag. */
    private static List<String> child(String flag) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto", "-XX:TieredStopAtLevel=1", flag, "-cp", System.getProperty("java.class.path"),
                        Reasons.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out.lines().toList();
    }

    private static void assertReason(String part, NativeLoader loader) {
        String reason = loader.reason(Isa.AVX2).orElseThrow();
        assertTrue(reason.contains(part), reason);
    }
}
