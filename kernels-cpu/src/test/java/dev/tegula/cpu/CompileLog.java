package dev.tegula.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the C2 compiler did not inline, from the file that {@code -XX:+LogCompilation} writes: a {@code task} for each
 * compilation; in it {@code type}, {@code klass} and {@code method} elements give names to numbers, and a {@code call} is
 * followed by an {@code inline_fail} if it stays a call.
 */
final class CompileLog {
    /**
     * A call that was not inlined.
     *
     * @param compiled the compiled method, {@code package.Class method}
     * @param caller the method that has the call, {@code package.Class.method}: the compiled one or one inlined into it
     * @param owner class of the method called, with dots
     * @param name its name
     * @param bytes length of its code
     * @param reason the compiler's
     */
    record Call(String compiled, String caller, String owner, String name, int bytes, String reason) {
        @Override
        public String toString() {
            return owner + "." + name + " (" + bytes + " bytes) called by " + caller + " in " + compiled + ": "
                    + reason;
        }
    }

    /** A method's last compilation. */
    private record Compilation(double stamp, List<Call> calls) {}

    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)='([^']*)'");

    private final String prefix;
    private final Map<String, Compilation> last = new LinkedHashMap<>();
    private final Map<String, String> classes = new HashMap<>();
    private final Map<String, Call> methods = new HashMap<>();
    private final Deque<String> parsed = new ArrayDeque<>();
    private Compilation task;
    private String compiled;
    private Call called;

    private CompileLog(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Reads a log.
     *
     * @param prefix how the names of the compiled methods of interest begin
     * @return for each method that C2 compiled the calls that its last compilation left
     */
    static Map<String, List<Call>> read(Path file, String prefix) throws IOException {
        CompileLog log = new CompileLog(prefix);
        // Names that are not UTF-8 may occur among those of no interest.
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines.map(String::strip).forEach(log::line);
        }
        Map<String, List<Call>> calls = new LinkedHashMap<>();
        log.last.forEach((method, compilation) -> calls.put(method, compilation.calls()));
        return calls;
    }

    private void line(String line) {
        if (line.startsWith("<task ")) {
            begin(attributes(line));
        } else if (line.startsWith("</task>")) {
            task = null;
        } else if (task != null) {
            element(line);
        }
    }

    private void begin(Map<String, String> task) {
        String[] method = task.get("method").split(" ");
        boolean c2 = !task.containsKey("level") || task.get("level").equals("4");
        if (!c2 || !method[0].startsWith(prefix)) {
            return;
        }
        classes.clear();
        methods.clear();
        parsed.clear();
        compiled = method[0] + " " + method[1];
        String key = compiled + " " + method[2] + task.getOrDefault("osr_bci", "");
        double stamp = Double.parseDouble(task.get("stamp"));
        this.task = new Compilation(stamp, new ArrayList<>());
        // Each of the compiler's threads has a part of the file, so that order says nothing.
        if (!last.containsKey(key) || last.get(key).stamp() <= stamp) {
            last.put(key, this.task);
        }
    }

    private void element(String line) {
        if (line.startsWith("<klass ")) {
            Map<String, String> klass = attributes(line);
            classes.put(klass.get("id"), klass.get("name"));
        } else if (line.startsWith("<method ")) {
            Map<String, String> method = attributes(line);
            methods.put(method.get("id"), new Call(compiled, "", classes.getOrDefault(method.get("holder"), "?"),
                    method.get("name"), Integer.parseInt(method.getOrDefault("bytes", "0")), ""));
        } else if (line.startsWith("<parse ")) {
            Call method = methods.get(attributes(line).get("method"));
            parsed.push(method.owner() + "." + method.name());
        } else if (line.startsWith("</parse>")) {
            parsed.poll();
        } else if (line.startsWith("<call ")) {
            called = methods.get(attributes(line).get("method"));
        } else if (line.startsWith("<inline_fail ")) {
            String caller = parsed.isEmpty() ? compiled.replace(' ', '.') : parsed.peek();
            task.calls()
                    .add(new Call(compiled, caller, called.owner(), called.name(), called.bytes(),
                            attributes(line).get("reason")));
        }
    }

    private static Map<String, String> attributes(String element) {
        Map<String, String> attributes = new HashMap<>();
        Matcher matcher = ATTRIBUTE.matcher(element);
        while (matcher.find()) {
            attributes.put(matcher.group(1),
                    matcher.group(2).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
        }
        return attributes;
    }
}
