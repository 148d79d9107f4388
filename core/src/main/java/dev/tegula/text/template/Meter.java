package dev.tegula.text.template;

/** Counts what one render uses and ends it when a limit is reached. */
final class Meter {
    /** An item of a list is charged like this many characters: a reference and its share of the array's growth. */
    private static final int ITEM_CHARS = 8;
    /** Scanning this many characters is charged as one step, so that long strings cannot be searched for free. */
    private static final int CHARS_PER_STEP = 64;

    private final TemplateOptions options;
    private long steps;
    private long allocated;
    private int depth;

    Meter(TemplateOptions options) {
        this.options = options;
    }

    /** One step of evaluation. */
    void step() {
        if (++steps > options.maxSteps()) {
            throw TemplateException.limit("more than " + options.maxSteps() + " steps");
        }
    }

    /** A pass over {@code chars} characters or items. */
    void scan(long chars) {
        steps += chars / CHARS_PER_STEP;
        step();
    }

    /** Asks for room for a string of {@code length} characters before it is made. */
    void text(long length) {
        if (length > options.maxOutput()) {
            throw TemplateException.limit("a string of more than " + options.maxOutput() + " characters");
        }
        charge(length);
    }

    /** Asks for room for a list of {@code size} items before it is made. */
    void items(long size) {
        if (size > options.maxOutput()) {
            throw TemplateException.limit("a list of more than " + options.maxOutput() + " items");
        }
        charge(size * ITEM_CHARS);
    }

    private void charge(long chars) {
        allocated += chars;
        if (allocated > options.maxAllocation()) {
            throw TemplateException.limit("more than " + options.maxAllocation() + " characters made while rendering");
        }
        scan(chars);
    }

    /** Checks the rendered text's new length. */
    void output(long length) {
        if (length > options.maxOutput()) {
            throw TemplateException.limit("more than " + options.maxOutput() + " characters of output");
        }
    }

    /** Enters one level of evaluation; every call is matched by {@link #leave}. */
    void enter() {
        step();
        if (++depth > options.maxDepth()) {
            throw TemplateException.limit("nested more than " + options.maxDepth() + " levels deep");
        }
    }

    void leave() {
        depth--;
    }
}
