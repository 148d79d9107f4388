package dev.tegula.text.template;

import dev.tegula.text.template.Values.Markup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters of text. */
final class TextFilters {
    private static final Pattern TITLE_BREAK = Pattern.compile("[-\\s({\\[<]+");
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private TextFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        Filters.simple(filters, "upper", (value, args, in) -> like(value, TextCase.upper(in.text(value)), in));
        Filters.simple(filters, "lower", (value, args, in) -> like(value, TextCase.lower(in.text(value)), in));
        Filters.simple(filters, "capitalize",
                (value, args, in) -> like(value, TextCase.capitalize(in.text(value)), in));
        Filters.simple(filters, "title", (value, args, in) -> title(in.text(value), in));
        filters.put("trim", (value, args, in) -> {
            Object chars = Args.or(args.bind("trim", 0, "chars")[0], null);
            return like(value, StringOps.strip(in.text(value), chars == null ? null : Args.text(chars, "chars"), true,
                    true), in);
        });
        Filters.simple(filters, "string", (value, args, in) -> value instanceof Markup ? value : in.text(value));
        filters.put("center", (value, args, in) -> like(value, StringMethods.pad(in.text(value),
                Args.integer(args.bind("center", 0, "width")[0], "width", 80), " ", 'c', in.meter), in));
        filters.put("replace", (value, args, in) -> {
            Object[] given = args.bind("replace", 2, "old", "new", "count");
            Object count = Args.or(given[2], null);
            return StringOps.replace(in.text(value), in.text(given[0]), in.text(given[1]),
                    count == null ? -1 : Args.integer(count, "count"), in.meter);
        });
        filters.put("format", TextFilters::format);
        filters.put("indent", TextFilters::indent);
        filters.put("truncate", TextFilters::truncate);
        Filters.simple(filters, "wordcount", (value, args, in) -> WORD.matcher(in.text(value)).results().count());
        filters.put("wordwrap", TextFilters::wordwrap);
        Filters.simple(filters, "striptags", (value, args, in) -> striptags(in.text(value)));
        filters.put("urlencode", TextFilters::urlencode);
        Filters.simple(filters, "safe", (value, args, in) -> new Markup(in.text(value)));
        Filters.simple(filters, "escape", (value, args, in) -> new Markup(made(Html.escape(value), in)));
        filters.put("e", filters.get("escape"));
        Filters.simple(filters, "forceescape",
                (value, args, in) -> new Markup(made(Html.escapeText(in.text(value)), in)));
        filters.put("xmlattr", TextFilters::xmlattr);
        filters.put("tojson", (value, args, in) -> JsonText.filter(value, args, in.meter));
        filters.put("pprint", (value, args, in) -> made(PyText.repr(value), in));
    }

    private static String made(String text, Evaluator in) {
        in.meter.text(text.length());
        return text;
    }

    /** Text made from a value: markup where that was markup. */
    private static Object like(Object value, String text, Evaluator in) {
        in.meter.text(text.length());
        return value instanceof Markup ? new Markup(text) : text;
    }

    /** Title case as the filter has it: a word starts after white space, a dash or an opening bracket only. */
    private static String title(String text, Evaluator in) {
        StringBuilder out = new StringBuilder(text.length());
        var matcher = TITLE_BREAK.matcher(text);
        int from = 0;
        while (from <= text.length()) {
            boolean found = matcher.find();
            int end = found ? matcher.start() : text.length();
            if (end > from) {
                int first = from + Character.charCount(text.codePointAt(from));
                out.append(TextCase.upper(text.substring(from, first)));
                out.append(TextCase.lower(text.substring(first, end)));
            }
            if (!found) {
                break;
            }
            out.append(matcher.group());
            from = matcher.end();
        }
        return made(out.toString(), in);
    }

    private static Object format(Object value, Args args, Evaluator in) {
        if (!args.positional().isEmpty() && !args.named().isEmpty()) {
            throw TemplateException.runtime("can't handle positional and keyword arguments at the same time");
        }
        Object operand = new Values.Tuple(args.positional());
        if (!args.named().isEmpty()) {
            Map<Object, Object> named = Values.dict();
            named.putAll(args.named());
            operand = named;
        }
        return like(value, PercentFormat.format(in.text(value), operand, value instanceof Markup, in.meter), in);
    }

    private static Object indent(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("indent", 0, "width", "first", "blank");
        String text = Py.stringOrNull(value);
        if (text == null) {
            if (value instanceof Undefined undefined) {
                throw undefined.fault();
            }
            throw TemplateException
                    .runtime("unsupported operand type(s) for +=: '" + Py.typeName(value) + "' and 'str'");
        }
        String indentation = given[0] instanceof String custom
                ? custom
                : StringOps.repeat(" ", Args.integer(given[0], "width", 4), in.meter);
        boolean blank = Args.flag(given[2], false);
        StringBuilder out = new StringBuilder();
        List<Object> lines = StringOps.lines(text + "\n", false, in.meter);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            out.append(i == 0 ? "" : "\n");
            if (i == 0 ? Args.flag(given[1], false) : blank || !line.isEmpty()) {
                out.append(indentation);
            }
            in.meter.output(out.length() + (long) line.length());
            out.append(line);
        }
        return like(value, out.toString(), in);
    }

    private static Object truncate(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("truncate", 0, "length", "killwords", "end", "leeway");
        String text = Args.text(value, "value");
        int length = Args.integer(given[0], "length", 255);
        String end = Args.present(given[2]) ? Args.text(given[2], "end") : "...";
        Object leewayGiven = Args.or(given[3], null);
        int leeway = leewayGiven == null ? 5 : Args.integer(leewayGiven, "leeway");
        int endLength = StringOps.length(end);
        if (length < endLength) {
            throw TemplateException.runtime("expected length >= " + endLength + ", got " + length);
        }
        if (leeway < 0) {
            throw TemplateException.runtime("expected leeway >= 0, got " + leeway);
        }
        if (StringOps.length(text) <= (long) length + leeway) {
            return value;
        }
        String cut = StringOps.substring(text, 0, length - endLength);
        if (!Args.flag(given[1], false)) {
            int space = cut.lastIndexOf(' ');
            cut = space < 0 ? cut : cut.substring(0, space);
        }
        return like(value, cut + end, in);
    }

    private static Object wordwrap(Object value, Args args, Evaluator in) {
        Object[] given = args.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = Args.integer(given[0], "width", 79);
        if (width <= 0) {
            throw TemplateException.runtime("invalid width " + width + " (must be > 0)");
        }
        String separator = Args.or(given[2], null) == null ? "\n" : Args.text(given[2], "wrapstring");
        boolean breakLong = Args.flag(given[1], true);
        boolean hyphens = Args.flag(given[3], true);
        List<String> lines = new ArrayList<>();
        for (Object line : StringOps.lines(Args.text(value, "value"), false, in.meter)) {
            List<String> wrapped = WordWrap.wrap((String) line, width, breakLong, hyphens, in.meter);
            lines.add(String.join(separator, wrapped));
        }
        return made(String.join(separator, lines), in);
    }

    private static String striptags(String text) {
        StringBuilder out = new StringBuilder();
        String rest = cut(cut(text, "<!--", "-->"), "<", ">");
        for (String word : rest.split("\\s+")) {
            out.append(out.isEmpty() || word.isEmpty() ? "" : " ").append(word);
        }
        return out.toString()
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    private static String cut(String text, String open, String close) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int at = text.indexOf(open); at >= 0; at = text.indexOf(open, from)) {
            int end = text.indexOf(close, at);
            if (end < 0) {
                break;
            }
            out.append(text, from, at);
            from = end + close.length();
        }
        return out.append(text, from, text.length()).toString();
    }

    private static Object urlencode(Object value, Args args, Evaluator in) {
        if (Py.stringOrNull(value) != null || Py.iterateOrNull(value, in.meter) == null) {
            return made(quoteUrl(in.text(value), false), in);
        }
        Object pairs = value instanceof Map<?, ?> map ? Members.attribute(map, "items", in) : value;
        Iterator<Object> items = Py.iterate(pairs instanceof Values.Function items2
                ? items2.body().call(Args.NONE)
                : pairs, in.meter);
        StringBuilder out = new StringBuilder();
        while (items.hasNext()) {
            List<Object> pair = Py.list(items.next(), in.meter);
            out.append(out.isEmpty() ? "" : "&")
                    .append(quoteUrl(in.text(pair.get(0)), true))
                    .append('=')
                    .append(quoteUrl(in.text(pair.get(1)), true));
        }
        return made(out.toString(), in);
    }

    private static String quoteUrl(String text, boolean query) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c < 128 && Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || c == '/' && !query) {
                out.append(c);
            } else if (c == ' ' && query) {
                out.append('+');
            } else {
                out.append('%').append(PyText.hex(c, 2).toUpperCase(java.util.Locale.ROOT));
            }
        }
        return out.toString();
    }

    private static Object xmlattr(Object value, Args args, Evaluator in) {
        boolean space = Args.flag(args.bind("xmlattr", 0, "autospace")[0], true);
        if (!(value instanceof Map<?, ?> map)) {
            throw TemplateException.runtime("'" + Py.typeName(value) + "' object has no attribute 'items'");
        }
        StringBuilder out = new StringBuilder();
        map.forEach((key, item) -> {
            String name = PyText.str(key);
            if (item != null && !(item instanceof Undefined)) {
                if (name.chars().anyMatch(c -> c == '/' || c == '>' || c == '=' || c < 128 && PyText.isSpace(c))) {
                    throw TemplateException
                            .runtime("Invalid character in attribute name: " + PyText.repr(name));
                }
                out.append(out.isEmpty() && !space ? "" : " ")
                        .append(Html.escape(name))
                        .append("=\"")
                        .append(Html.escape(item))
                        .append('"');
            }
        });
        return made(out.toString(), in);
    }
}
