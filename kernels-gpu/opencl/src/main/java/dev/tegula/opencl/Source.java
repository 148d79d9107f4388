package dev.tegula.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A program's source: {@code .cl} resources one after the other, between them definitions.
 *
 * @param name by which messages know it
 * @param parts names of resources, or lines that begin with {@code #}
 */
record Source(String name, List<String> parts) {
    private static final ConcurrentHashMap<String, String> READ = new ConcurrentHashMap<>();

    /** Copies the list. */
    Source {
        parts = List.copyOf(parts);
    }

    /** The common functions, then the parts. */
    static Source of(String name, String... parts) {
        return new Source(name, List.of(parts));
    }

    /** The text for a shape. */
    String text(Shape shape) {
        StringBuilder text = new StringBuilder("#define LANES " + shape.lanes() + "\n#define ITEMS " + shape.items()
                + "\n");
        // In one order: the text is part of the name of a compiled program in the cache.
        shape.features().stream().sorted().forEach(feature -> text.append("#define ").append(feature).append('\n'));
        text.append(resource("common.cl"));
        for (String part : parts) {
            text.append(part.startsWith("#") ? part + "\n" : resource(part));
        }
        return text.toString();
    }

    private static String resource(String name) {
        return READ.computeIfAbsent(name, key -> {
            try (InputStream in = Source.class.getResourceAsStream(key)) {
                if (in == null) {
                    throw new IllegalStateException("the resource " + key + " is missing");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
