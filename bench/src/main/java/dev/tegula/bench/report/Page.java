package dev.tegula.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A report as one HTML page that needs nothing else: the data, the plotting library (Apache ECharts) and what uses them are in it. */
final class Page {
    /** Its version is that of the build file. */
    private static final String PLOTS = "META-INF/resources/webjars/echarts/5.5.0/echarts.min.js";

    private Page() {}

    /** The page. */
    static String html(Report report) throws IOException {
        // What is between script tags is read for tags before it is JSON.
        String data = ReportFile.json(report).replace("<", "\\u003c");
        return read("dev/tegula/bench/report/report.html").replace("/*plots*/", read(PLOTS))
                .replace("/*page*/", read("dev/tegula/bench/report/report.js"))
                .replace("/*data*/", data);
    }

    private static String read(String name) throws IOException {
        try (InputStream in = Page.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the program's resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
