package dev.tegula.kv;

/** The pool has no free KV block left. */
public final class KvExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message how many blocks there are and who asked */
    public KvExhaustedException(String message) {
        super(message);
    }
}
