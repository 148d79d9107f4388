package dev.tegula.exec;

/** Progress of loading a model. */
@FunctionalInterface
public interface Loading {
    /** Reports nothing. */
    Loading SILENT = (done, total) -> {};

    /**
     * Called now and then, from one thread.
     *
     * @param done bytes of weights in place
     * @param total bytes of all weights
     */
    void progress(long done, long total);
}
