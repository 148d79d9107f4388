package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;

/** Escaping for HTML. Templates are rendered without it; only the filters and marked strings use it. */
final class Html {
    private Html() {}

    /** A value's text, escaped unless it is marked as safe. */
    static String escape(Object value) {
        if (value instanceof Markup markup) {
            return markup.text();
        }
        return escapeText(PyText.str(value));
    }

    static String escapeText(String text) {
        return text.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
