package dev.tegula.nat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What Linux says of the first processor. The cache is asked for at every start, so that it is read with little code. */
public final class Cpu {
    /** What names a model: on x86, then on AArch64. */
    private static final List<String> NAMES = List.of("vendor_id", "model name", "cpu family", "model", "stepping",
            "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision");
    /** First-level data and instructions, second, third; there may be more. */
    private static final int CACHES = 8;

    private Cpu() {}

    /**
     * The model with the numbers that tell steppings apart; empty where the system does not say.
     *
     * @param root of the file system
     */
    public static String name(Path root) {
        Map<String, String> facts = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(root.resolve("proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            lines.takeWhile(line -> !line.isBlank()).forEach(line -> {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    facts.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // Nothing is known of it then.
        }
        StringBuilder name = new StringBuilder();
        for (String key : NAMES) {
            String value = facts.get(key);
            if (value != null) {
                boolean number = value.matches("(0x)?[0-9a-fA-F]+");
                name.append(name.isEmpty() ? "" : " ").append(number ? key + " " : "").append(value);
            }
        }
        return name.toString();
    }

    /**
     * Bytes of the second-level cache; 0 where the system does not say, as in some virtual machines.
     *
     * @param root of the file system
     */
    static long cacheBytes(Path root) {
        return cacheBytes(root, 2);
    }

    /**
     * Bytes of a cache that data are in; 0 where there is none, or the system does not say.
     *
     * @param root of the file system
     * @param level 1 for the nearest
     */
    public static long cacheBytes(Path root, int level) {
        Path caches = root.resolve("sys/devices/system/cpu/cpu0/cache");
        try {
            for (int i = 0; i < CACHES; i++) {
                Path cache = caches.resolve("index" + i);
                if (Files.readString(cache.resolve("level")).strip().equals(Integer.toString(level))
                        && (level > 1 || !Files.readString(cache.resolve("type")).strip().equals("Instruction"))) {
                    return bytes(Files.readString(cache.resolve("size")).strip());
                }
            }
        } catch (IOException | NumberFormatException e) {
            // No such file, or one of another form.
        }
        return 0;
    }

    /** A size such as 512K or 2M. */
    private static long bytes(String size) {
        int end = size.length() - 1;
        int shift = size.endsWith("K") ? 10 : size.endsWith("M") ? 20 : 0;
        return (long) Integer.parseInt(shift == 0 ? size : size.substring(0, end)) << shift;
    }
}
