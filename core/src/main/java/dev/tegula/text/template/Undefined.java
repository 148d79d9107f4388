package dev.tegula.text.template;

import java.util.function.Supplier;

/**
 * The value of a name or attribute that is not there. It prints as nothing, is false and empty, and any other use of it
 * fails with a message that names it.
 */
final class Undefined {
    private final Supplier<String> message;

    private Undefined(Supplier<String> message) {
        this.message = message;
    }

    /** A variable that has no value. */
    static Undefined name(String name) {
        return new Undefined(() -> PyText.repr(name) + " is undefined");
    }

    /** An attribute or item that an object does not have. */
    static Undefined member(Object owner, Object member) {
        return new Undefined(() -> {
            String type = owner == null ? "None" : Py.typeName(owner) + " object";
            return member instanceof String text
                    ? PyText.repr(type) + " has no attribute " + PyText.repr(text)
                    : type + " has no element " + PyText.repr(member);
        });
    }

    /** An attribute that the sandbox keeps out of reach. */
    static Undefined unsafe(Object owner, String member) {
        return new Undefined(() -> "access to attribute " + PyText.repr(member) + " of "
                + PyText.repr(Py.typeName(owner)) + " object is unsafe.");
    }

    /** A value that is missing for a reason of its own. */
    static Undefined because(String reason) {
        return new Undefined(() -> reason);
    }

    /** The fault of using this value. */
    TemplateException fault() {
        return TemplateException.runtime(message.get());
    }

    @Override
    public String toString() {
        return "";
    }
}
