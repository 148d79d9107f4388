package dev.tegula.nat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the system says of the first processor.
 *
 * @param name its model with the numbers that tell steppings apart; empty where the system does not say
 * @param cacheBytes of the second-level cache; 0 where the system does not say
 */
record Cpu(String name, long cacheBytes) {
    /** What names a model: on x86, then on AArch64. */
    private static final List<String> NAMES = List.of("vendor_id", "model name", "cpu family", "model", "stepping",
            "CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KM])");

    private static final class Once {
        static final Cpu CPU = read(Path.of("/"));
    }

    /** That of this machine. */
    static Cpu instance() {
        return Once.CPU;
    }

    /** Reads Linux' descriptions below a root; what is not there, or of another form, is left out. */
    static Cpu read(Path root) {
        Map<String, String> facts = new LinkedHashMap<>();
        try (Stream<String> lines = Files.lines(root.resolve("proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            for (String line : (Iterable<String>) lines.takeWhile(line -> !line.isBlank())::iterator) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    facts.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
                }
            }
        } catch (IOException | java.io.UncheckedIOException e) {
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
        return new Cpu(name.toString(), secondLevel(root.resolve("sys/devices/system/cpu/cpu0/cache")));
    }

    private static long secondLevel(Path caches) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(caches, "index*")) {
            for (Path folder : folders) {
                Matcher size = SIZE.matcher(Files.readString(folder.resolve("size")).strip());
                if (Files.readString(folder.resolve("level")).strip().equals("2") && size.matches()) {
                    return Long.parseLong(size.group(1)) << (size.group(2).equals("K") ? 10 : 20);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Some virtual machines hide it.
        }
        return 0;
    }
}
