package dev.tegula.exec;

import java.io.IOException;

/** A weight cache cannot be used. The message says why, in words that follow the file's name. */
final class UnusableCacheException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isForeign;

    UnusableCacheException(String reason) {
        this(reason, false);
    }

    private UnusableCacheException(String reason, boolean isForeign) {
        super(reason);
        this.isForeign = isForeign;
    }

    /** The file is no weight cache at all. */
    static UnusableCacheException foreign() {
        return new UnusableCacheException("is no weight cache, and is left as it is", true);
    }

    /** Whether it is someone else's file, not to be replaced. */
    boolean isForeign() {
        return isForeign;
    }
}
