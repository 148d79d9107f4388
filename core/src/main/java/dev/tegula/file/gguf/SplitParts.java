package dev.tegula.file.gguf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The parts of a split file: named {@code stem-00001-of-00003.gguf} and so on, numbered from 0 under {@code split.no}.
 * The first holds the metadata; each holds the tensors of its own table.
 */
final class SplitParts {
    private static final String COUNT = "split.count";
    private static final String NUMBER = "split.no";
    private static final String TENSORS = "split.tensors.count";

    private final Path first;
    private final String stem;
    private final int count;
    private final long tensors;

    private SplitParts(Path first, String stem, int count, long tensors) {
        this.first = first;
        this.stem = stem;
        this.count = count;
        this.tensors = tensors;
    }

    /** What the first part's metadata and name say; a count of 1 for a file in one piece. */
    static SplitParts of(Path path, GgufMetadata metadata, GgufLimits limits) {
        long count = metadata.getLong(COUNT, 1);
        if (count == 0 || count == 1) {
            return new SplitParts(path, null, 1, -1);
        }
        if (count < 0 || count > limits.splits()) {
            throw new GgufException(GgufErrorCode.LIMIT_EXCEEDED, path.toString(), COUNT, offset(metadata, COUNT),
                    Long.toString(count), Long.toString(limits.splits()), "over the limit splits");
        }
        long number = metadata.getLong(NUMBER);
        if (number != 0) {
            throw bad(path.toString(), NUMBER, metadata, Long.toString(number), "0",
                    "a later part of a split file: open the first, whose name ends in "
                            + suffix(0, count).substring(1));
        }
        String name = path.getFileName().toString();
        String suffix = suffix(0, count);
        if (!name.endsWith(suffix)) {
            throw bad(path.toString(), COUNT, metadata, Long.toString(count), null,
                    "the first part of a split file, whose name must end in " + suffix.substring(1));
        }
        SplitParts parts = new SplitParts(path, name.substring(0, name.length() - suffix.length()), (int) count,
                metadata.getLong(TENSORS, -1));
        parts.refuseMissing(metadata);
        return parts;
    }

    /** Refuses a file in memory that says it has other parts, since those cannot be found. */
    static void refuse(String file, GgufMetadata metadata) {
        long count = metadata.getLong(COUNT, 1);
        if (count != 0 && count != 1) {
            throw bad(file, COUNT, metadata, Long.toString(count), "1", "a split file cannot be read from memory");
        }
    }

    int count() {
        return count;
    }

    /** The path of part {@code index}, from 0. */
    Path path(int index) {
        return index == 0 ? first : first.resolveSibling(stem + suffix(index, count));
    }

    /** Refuses a part whose metadata do not say that it is part {@code index} of this file. */
    void check(int index, String file, GgufMetadata metadata) {
        long number = metadata.getLong(NUMBER);
        if (number != index) {
            throw bad(file, NUMBER, metadata, Long.toString(number), Integer.toString(index),
                    "does not agree with the file's name");
        }
        long itsCount = metadata.getLong(COUNT);
        if (itsCount != count) {
            throw bad(file, COUNT, metadata, Long.toString(itsCount), Integer.toString(count),
                    "does not agree with the first part");
        }
    }

    /** Refuses parts that do not hold as many tensors together as the first says. */
    void checkTotal(int found) {
        if (count > 1 && tensors >= 0 && found != tensors) {
            throw new GgufException(GgufErrorCode.BAD_SPLIT, first.toString(), TENSORS, -1, Integer.toString(found),
                    Long.toString(tensors), "the parts hold another number of tensors than the first part says");
        }
    }

    private void refuseMissing(GgufMetadata metadata) {
        List<String> missing = new ArrayList<>();
        for (int part = 1; part < count; part++) {
            Path path = path(part);
            if (!Files.isRegularFile(path)) {
                missing.add(path.getFileName().toString());
            }
        }
        if (!missing.isEmpty()) {
            throw bad(first.toString(), COUNT, metadata, Integer.toString(count), null,
                    "parts are missing: " + String.join(", ", missing.subList(0, Math.min(8, missing.size())))
                            + (missing.size() > 8 ? " and " + (missing.size() - 8) + " more" : ""));
        }
    }

    private static String suffix(int index, long count) {
        return String.format(Locale.ROOT, "-%05d-of-%05d.gguf", index + 1, count);
    }

    private static GgufException bad(String file, String field, GgufMetadata metadata, String value, String limit,
            String why) {
        return new GgufException(GgufErrorCode.BAD_SPLIT, file, field, offset(metadata, field), value, limit, why);
    }

    private static long offset(GgufMetadata metadata, String key) {
        return metadata.entry(key).map(GgufMetadata.Entry::offset).orElse(-1L);
    }
}
