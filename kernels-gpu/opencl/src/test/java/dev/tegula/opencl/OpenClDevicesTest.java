package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Devices where there are some, and a sentence where there are none. */
@EnabledOnOs(OS.LINUX)
class OpenClDevicesTest {
    @Test
    void aSettingThereIsNotIsARefusal() {
        assertEquals("-Dtegula.opencl=sometimes: must be untested",
                OpenClDevices.find("sometimes").refusal().orElseThrow().reason());
    }

    @Test
    void absentLoaderIsARefusal() throws Exception {
        List<String> lines = child(Map.of(), "-Dorg.lwjgl.opencl.libname=libNoSuchOpenCL.so");
        assertTrue(lines.get(0).startsWith("cl: there is no OpenCL loader library (libNoSuchOpenCL.so)"),
                lines.toString());
        assertEquals("backend 0 " + lines.get(0), lines.get(1));
    }

    @Test
    void missingNativesOfLwjglAreARefusal() throws Exception {
        List<String> lines = child(Map.of(), "-Dorg.lwjgl.libname=nosuchlwjgl");
        assertTrue(lines.get(0).startsWith("cl: LWJGL could not be used"), lines.toString());
    }

    @Test
    void loaderWithoutDriverIsARefusal(@TempDir Path empty) throws Exception {
        List<String> lines = child(Map.of("OCL_ICD_VENDORS", empty.toString()));
        assumeFalse(lines.get(0).contains("no OpenCL loader library"), lines.get(0));
        assertTrue(lines.get(0).contains("no driver (ICD)"), lines.toString());
    }

    @Test
    void devicesDescribeThemselves() throws Exception {
        TestDevice.facts();
        List<String> lines = child(Map.of());
        String[] device = lines.get(0).split(" ", 5);
        assertEquals("device", device[0], lines.toString());
        assertTrue(device[4].startsWith("OpenCL "), device[4]);
        assertTrue(Long.parseLong(device[2]) >= Long.parseLong(device[3]) && Long.parseLong(device[3]) >= 128 << 20,
                "a full profile has buffers of 128 MiB at least: " + lines.get(0));
        assertTrue(lines.getLast().matches("backend [1-9][0-9]* available"), lines.getLast());
        if (lines.get(1).contains("(Portable Computing Language)")) {
            // PoCL's first device is the CPU that this test runs on.
            assertEquals(Runtime.getRuntime().availableProcessors(), Integer.parseInt(device[1]));
        }
    }

    @Test
    void extensionsAreNamedOnce() {
        assertEquals(Set.of("cl_khr_fp16", "cl_khr_icd"),
                OpenClDevice.extensions(" cl_khr_fp16 cl_khr_fp16 cl_khr_icd\n"));
        assertEquals(Set.of(), OpenClDevice.extensions(""));
    }

    @Test
    void eitherDevicesOrARefusal() {
        assertThrows(IllegalArgumentException.class, () -> new OpenClDevices(List.of(), Optional.empty()));
        assertEquals("cl", OpenClDevices.refused("why").refusal().orElseThrow().who());
    }

    /** What {@link ShowDevices} prints. */
    private static List<String> child(Map<String, String> environment, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=deny"));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ShowDevices.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        return out.lines().filter(line -> !line.startsWith("[LWJGL]")).toList();
    }
}
