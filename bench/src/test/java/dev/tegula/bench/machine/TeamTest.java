package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class TeamTest {
    @Test
    void everyThreadDoesItsWork() throws InterruptedException {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        try (Team team = new Team(2)) {
            Team.Work work = () -> {
                seen.add(Thread.currentThread());
                return 1;
            };
            assertTrue(team.rate(List.of(work, work), 1000) > 0);
            assertEquals(2, seen.size());
        }
    }

    @Test
    void whatFailsInAThreadFails() {
        try (Team team = new Team(1)) {
            assertThrows(IllegalStateException.class, () -> team.rate(List.of(() -> {
                throw new IllegalArgumentException("x");
            }), 1));
        }
    }
}
