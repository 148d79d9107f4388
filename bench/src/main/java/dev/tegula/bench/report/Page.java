package dev.tegula.bench.report;

import dev.tegula.bench.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

/** A report as one HTML page that needs nothing else: the data, the plotting library (Apache ECharts) and what uses them are in it. */
final class Page {
    /** Of the plotting library: its version, and the folder in which its files are by version. */
    private static final String PLOTS_BUILD = "META-INF/maven/org.webjars/echarts/pom.properties";
    private static final String PLOTS = "META-INF/resources/webjars/echarts/";

    private Page() {}

    /** The page. */
    static String html(Report report) throws IOException {
        String data = safe(ReportFile.json(report));
        return read("dev/tegula/bench/report/report.html")
                .replace("/*plots*/", read(PLOTS + plotsVersion() + "/echarts.min.js"))
                .replace("/*page*/", read("dev/tegula/bench/report/report.js"))
                .replace("/*roofline*/", read("dev/tegula/bench/report/roofline.js"))
                .replace("/*unjudged*/", Json.write(unjudged(report)))
                .replace("/*short*/", Integer.toString(Row.SHORT))
                .replace("/*frequency*/", safe(Json.write(report.clock().frequency())))
                .replace("/*throttling*/", safe(Json.write(report.clock().throttling())))
                .replace("/*data*/", data);
    }

    /** Why no share is stated of a row, or null, for each. */
    private static List<Row.Unjudged> unjudged(Report report) {
        return report.rows().stream().map(row -> row.unjudged(report.machine().sizes()).orElse(null)).toList();
    }

    /** What is between script tags is read for tags before it is JSON. */
    private static String safe(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String plotsVersion() throws IOException {
        Properties build = new Properties();
        build.load(new StringReader(read(PLOTS_BUILD)));
        return build.getProperty("version");
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
