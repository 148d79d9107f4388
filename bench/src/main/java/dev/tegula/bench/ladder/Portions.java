package dev.tegula.bench.ladder;

import dev.tegula.exec.Workers;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Step 9: threads. Panels of columns are independent of each other, so that threads share them without a lock: each takes the next panel until none is left. The threads are started
 * once and wait, since starting one takes longer than many a product; each has its own room for what it decodes.
 */
final class Portions extends FourBits {
    private final Workers workers;
    private final Room[] rooms;

    /** @param threads that share the work, at least 1 */
    Portions(Product product, int threads) {
        super(product);
        workers = new Workers(threads);
        rooms = new Room[threads];
        for (int i = 0; i < threads; i++) {
            rooms[i] = new Room();
        }
    }

    @Override
    public void run() {
        AtomicInteger next = new AtomicInteger();
        workers.run(worker -> {
            for (int panel = next.getAndIncrement(); panel < panels; panel = next.getAndIncrement()) {
                run(panel, rooms[worker]);
            }
        });
    }

    @Override
    public void close() {
        workers.close();
        super.close();
    }
}
