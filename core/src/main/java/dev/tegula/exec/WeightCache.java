package dev.tegula.exec;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A file that keeps a model's weights in the layouts that the kernels want. The first time it is written; from then on the
 * weights are mapped from it, and loading reads none of the model's.
 *
 * <p>The file is used when it was made from the same model file (length, modification time, and hash of the header and
 * tensor table), on the same kind of CPU, and has every weight in the layout and its version that the kernels want.
 * Otherwise it is made again and replaced, and a line in the log of {@code dev.tegula.exec} says why. When it cannot be
 * written, weights are packed in memory as without it, after a warning. A file with another content than a weight cache is
 * never replaced.
 *
 * <p>Unlike a model file ({@link dev.tegula.file.gguf.GgufFile}), whose data leave it only by copies, the cache is worked
 * on where it is mapped. A cache is only ever replaced by a rename, never changed; who has mapped it keeps the old one.
 * So must everybody else do it: a cache that is overwritten in place while it is in use gives wrong results, and one
 * that is cut off in place may take the whole process down. On systems that refuse to replace a mapped file (Windows) a
 * process that would, packs in memory instead.
 *
 * <p>Any number of threads and processes may open a model with the same cache at the same time. One that is killed
 * while it writes may leave a file behind whose name ends in {@code .tmp}; it may be deleted.
 *
 * <p>The file holds the weights of the model and gets the permissions that the process gives to its new files, whatever
 * the model has.
 *
 * @param file the file; a link is followed
 * @param verify whether all bytes are compared with their checksums before they are used, which reads the whole file.
 *            Without it only the header is; what was written has been compared once
 */
public record WeightCache(Path file, boolean verify) {
    /** What {@link #beside} adds to a model's name. */
    public static final String SUFFIX = ".packed";

    /** Refuses null. */
    public WeightCache {
        Objects.requireNonNull(file, "file");
    }

    /** The file that belongs to a model: beside it, with its name and {@value #SUFFIX}; not verified. */
    public static WeightCache beside(Path model) {
        return new WeightCache(model.resolveSibling(model.getFileName() + SUFFIX), false);
    }

    /** The same, verified or not. */
    public WeightCache withVerify(boolean on) {
        return new WeightCache(file, on);
    }
}
