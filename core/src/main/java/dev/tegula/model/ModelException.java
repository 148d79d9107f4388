package dev.tegula.model;

/** A model that cannot be run: the message names the file, the hyper-parameter or tensor, its value and what it must be. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A refusal. */
    public ModelException(String file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
    }
}
