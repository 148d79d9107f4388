package dev.tegula.cli;

import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.Devices;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tegula devices}: on what models can run here, and why not on more. */
@Command(name = "devices", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Lists what --device takes: the CPU with its engines, and the devices of every backend with what they can "
        + "do, or why there is none.")
final class DevicesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    DevicesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<KernelProvider> engines = KernelTable.load().providers();
        List<DeviceBackend> backends = Devices.backends();
        if (json) {
            terminal.println(Json.writeIndented(object(engines, backends)));
        } else {
            text(engines, backends);
        }
        return TegulaCommand.OK;
    }

    private void text(List<KernelProvider> engines, List<DeviceBackend> backends) {
        terminal.println(DeviceChoice.CPU);
        for (KernelProvider engine : engines) {
            terminal.println("    " + engine.engine() + "  "
                    + engine.unavailable().map(refusal -> "not here: " + refusal.reason()).orElse("runs here"));
        }
        for (DeviceBackend backend : backends) {
            backend.unavailable()
                    .ifPresent(refusal -> terminal.println(backend.name() + "  not here: " + refusal.reason()));
            for (DeviceInfo device : backend.devices()) {
                terminal.println(device.id() + "  " + kind(device) + "  " + device.name());
                terminal.println("    " + device.platform());
                terminal.println(String.format(Locale.ROOT, "    %,d bytes of memory, buffers of at most %,d",
                        device.memoryBytes(), device.largestBufferBytes()));
                device.capabilities().forEach(capability -> terminal.println("    " + capability));
            }
        }
        DeviceChoice.tornadoNotBuilt()
                .ifPresent(reason -> terminal.println(DeviceChoice.TORNADO + "  not here: " + reason));
    }

    private static Map<String, Object> object(List<KernelProvider> engines, List<DeviceBackend> backends) {
        List<Object> cpu = new ArrayList<>();
        for (KernelProvider engine : engines) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("engine", engine.engine());
            row.put("refused", engine.unavailable().map(refusal -> refusal.reason()).orElse(null));
            cpu.add(row);
        }
        List<Object> others = new ArrayList<>();
        for (DeviceBackend backend : backends) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("backend", backend.name());
            row.put("refused", backend.unavailable().map(refusal -> refusal.reason()).orElse(null));
            row.put("devices", backend.devices().stream().map(DevicesCommand::object).toList());
            others.add(row);
        }
        DeviceChoice.tornadoNotBuilt().ifPresent(reason -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("backend", DeviceChoice.TORNADO);
            row.put("refused", reason);
            row.put("devices", List.of());
            others.add(row);
        });
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("cpu", cpu);
        object.put("backends", others);
        return object;
    }

    private static Map<String, Object> object(DeviceInfo device) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("device", device.id());
        row.put("kind", kind(device));
        row.put("name", device.name());
        row.put("platform", device.platform());
        row.put("memory_bytes", device.memoryBytes());
        row.put("largest_buffer_bytes", device.largestBufferBytes());
        row.put("capabilities", device.capabilities());
        return row;
    }

    private static String kind(DeviceInfo device) {
        return device.kind().name().toLowerCase(Locale.ROOT);
    }
}
