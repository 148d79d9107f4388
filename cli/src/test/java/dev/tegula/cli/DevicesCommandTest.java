package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.Devices;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code devices} and {@code --device}. */
class DevicesCommandTest {
    private static DeviceBackend openCl() {
        return Devices.backends().stream().filter(b -> b.name().equals("opencl")).findFirst().orElseThrow();
    }

    /** The first device, or a test that is passed over with the reason; where one is required, its absence is a failure. */
    private static DeviceInfo device() {
        String reason = openCl().unavailable().map(refusal -> refusal.reason()).orElse("");
        if (!reason.isEmpty()) {
            assertTrue(!Boolean.getBoolean("tegula.gpu.required"), reason);
        }
        assumeTrue(reason.isEmpty(), reason);
        return openCl().devices().getFirst();
    }

    @Test
    void listsTheCpuAndEveryBackend() {
        List<String> lines = Cli.run("devices").ok().out().lines().toList();
        assertEquals("cpu", lines.getFirst());
        assertTrue(lines.contains("    ref  runs here"), lines.toString());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("opencl")), lines.toString());
        Map<?, ?> object = Json.parseObject(Cli.run("devices", "--json").ok().out());
        Map<?, ?> backend = (Map<?, ?>) ((List<?>) object.get("backends")).getFirst();
        assertEquals("opencl", backend.get("backend"));
        assertEquals(backend.get("refused") != null, ((List<?>) backend.get("devices")).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "kernels", "verify-kernels"})
    void aDeviceThatThereIsNotIsWrongUsage(String command) {
        for (String id : List.of("nonsense", "opencl:x", "OPENCL", "")) {
            Cli cli = Cli.run(command, "--device", id);
            assertEquals(TegulaCommand.USAGE, cli.status(), cli.err());
            assertTrue(cli.err().contains("--device: device '" + id + "'"), cli.err());
            assertTrue(cli.err().contains("opencl"), cli.err());
        }
    }

    /** Where the build has no TornadoVM, all who ask for it hear how to get it. */
    @Test
    void tornadoSaysWhatToDo() {
        assumeTrue(DeviceChoice.tornadoNotBuilt().isPresent(), "built with a TornadoVM SDK");
        for (String id : List.of("tornado", "tornado:1")) {
            Cli cli = Cli.run("kernels", "--device", id);
            assertTrue(cli.status() != TegulaCommand.OK, cli.out());
            assertTrue(cli.err().contains("device '" + id + "': this build has no TornadoVM: set TORNADOVM_HOME"),
                    cli.err());
        }
        assertTrue(Cli.run("devices").ok().out().contains("tornado  not here: this build has no TornadoVM"));
    }

    @Test
    void aNumberThatIsTooLargeIsRefusedWithTheDevicesThereAre() {
        Cli cli = Cli.run("kernels", "--device", "opencl:9999");
        DeviceInfo device = device();
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains(device.id() + " (" + device.name() + ")"), cli.err());
    }

    @Test
    void theModelRunsOnADeviceAndWritesTheSameText() {
        String[] run = {"run", "--seed", "1", "--temperature", "0", "--max-tokens", "12",
            "Tell me a fable about a fox."};
        String[] there = {"run", "--device", device().id(), "--seed", "1", "--temperature", "0", "--max-tokens", "12",
            "Tell me a fable about a fox."};
        assertEquals(Cli.run(run).ok().out(), Cli.run(there).ok().out());
        String kernels = Cli.run("kernels", "--device", device().id()).ok().out();
        assertTrue(kernels.contains(".cl  "), kernels);
        String memory = Cli.run("inspect", "--device", device().id()).ok().out();
        assertTrue(memory.contains("on " + device().id() + ": weights "), memory);
    }

    @Test
    void kernelsOfADeviceAreVerified() {
        Map<?, ?> object = Json.parseObject(
                Cli.run("verify-kernels", "--device", device().id(), "--filter", "^add\\.", "--json").ok().out());
        assertEquals(true, object.get("agree"));
        assertEquals(1, ((List<?>) object.get("kernels")).size());
    }
}
