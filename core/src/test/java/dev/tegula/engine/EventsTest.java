package dev.tegula.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    @Test
    void everyChunkStepAndCancelIsRecorded(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            for (String name : List.of("Prefill", "Decode", "Cancel")) {
                recording.enable("dev.tegula." + name).withoutThreshold();
            }
            recording.start();
            try (FakeEngine fake = new FakeEngine(1, 100, 8, 4).counting(); Session session = fake.session()) {
                session.submit(Request.text("0123456789").maxTokens(4).build()).result();
                fake.runner.gate();
                TokenStream stream = session.submit(Request.text("x").build());
                fake.runner.permit(3);
                for (int i = 0; i < 5 + 4; i++) {
                    fake.runner.awaitEntered();
                }
                stream.cancel();
                stream.result();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertEquals(List.of("1: 8 rows at 0", "1: 2 rows at 8", "1: 1 rows at 0"),
                of(events, "Prefill").map(e -> e.getLong("session") + ": " + e.getInt("rows") + " rows at "
                        + e.getInt("position")).toList());
        assertEquals(6, of(events, "Decode").mapToInt(e -> e.getInt("sessions")).sum());
        assertEquals("3", of(events, "Cancel").map(e -> String.valueOf(e.getInt("tokens")))
                .collect(Collectors.joining(" ")));
    }

    private static Stream<RecordedEvent> of(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(e -> e.getEventType().getName().equals("dev.tegula." + name))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime));
    }
}
