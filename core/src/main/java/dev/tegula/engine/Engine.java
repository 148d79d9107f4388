package dev.tegula.engine;

import dev.tegula.sample.SamplingOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One model, ready to generate: its weights, workers, KV blocks and the thread that steps all its sessions.
 *
 * <p>Thread-safe: any thread may call any method at any time.
 */
public final class Engine implements AutoCloseable {
    private final EngineParts parts;
    private final Scheduler scheduler;
    private final Object closing = new Object();
    private final Set<Session> sessions = new LinkedHashSet<>();
    private long lastSession;
    private boolean closed;

    /** Takes the parts over and starts the scheduler. */
    Engine(EngineParts parts) {
        this.parts = parts;
        this.scheduler = new Scheduler(parts);
        scheduler.start();
    }

    /**
     * A new conversation.
     *
     * @throws IllegalStateException after close, or when there are as many sessions as the options allow
     */
    public Session newSession() {
        synchronized (sessions) {
            checkOpen();
            if (sessions.size() == parts.sessions()) {
                throw new IllegalStateException("all " + parts.sessions() + " sessions of the engine are open");
            }
            Session session = new Session(this, parts, scheduler, ++lastSession);
            sessions.add(session);
            return session;
        }
    }

    /** How tokens are chosen when a request says nothing: as the model's metadata recommends. */
    public SamplingOptions samplingDefaults() {
        checkOpen();
        return parts.sampling();
    }

    /** Positions of a session. */
    public int context() {
        checkOpen();
        return parts.context();
    }

    /** KV blocks that no session holds. */
    public int freeKvBlocks() {
        checkOpen();
        return parts.pool().free();
    }

    /**
     * Closes all sessions, which cancels their generations, then frees the model. Waits for that. Idempotent.
     *
     * @throws IllegalStateException if called by a logits hook
     */
    @Override
    public void close() {
        if (Thread.currentThread() == scheduler.thread()) {
            throw new IllegalStateException("a logits hook must not close the engine");
        }
        synchronized (closing) {
            List<Session> open;
            synchronized (sessions) {
                if (closed) {
                    return;
                }
                closed = true;
                open = List.copyOf(sessions);
            }
            try {
                open.forEach(Session::close);
                scheduler.close();
            } finally {
                parts.closer().run();
            }
        }
    }

    /** A session was closed. */
    void forget(Session session) {
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    private void checkOpen() {
        synchronized (sessions) {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
        }
    }
}
