package dev.tegula.engine;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.model.Model;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One model, ready to generate: its weights, workers, KV blocks and the thread that steps all its sessions.
 *
 * <p>Thread-safe: any thread may call any method at any time.
 */
public final class Engine implements AutoCloseable {
    private final EngineParts parts;
    private final Model model;
    private final Optional<Tokenizer> tokenizer;
    private final Scheduler scheduler;
    private final Object closing = new Object();
    private final Set<Session> sessions = new LinkedHashSet<>();
    private long lastSession;
    private boolean closed;

    /**
     * Takes the parts over and starts the scheduler.
     *
     * @param parts what it works with
     * @param model the model that they are of, null in tests that have none
     * @param tokenizer the model's tokenizer, if it has one
     */
    Engine(EngineParts parts, Model model, Optional<Tokenizer> tokenizer) {
        this.parts = parts;
        this.model = model;
        this.tokenizer = tokenizer;
        this.scheduler = new Scheduler(parts);
        scheduler.start();
    }

    /**
     * Opens a model file with {@link EngineOptions#defaults()}.
     *
     * @param path a GGUF file, or the first part of a split one
     * @throws IOException if a file is not there or cannot be read
     * @see #open(Path, EngineOptions)
     */
    public static Engine open(Path path) throws IOException {
        return open(path, EngineOptions.defaults());
    }

    /**
     * Opens a model file: reads it, allocates everything the engine will need, and starts its threads.
     *
     * @param path a GGUF file, or the first part of a split one
     * @param options how
     * @throws IOException if a file is not there or cannot be read
     * @throws dev.tegula.file.gguf.GgufException if the file is refused
     * @throws dev.tegula.model.ModelException if the model in it is refused
     * @throws dev.tegula.text.TokenizerException if its vocabulary is refused
     * @throws IllegalArgumentException if an option does not fit the model
     */
    public static Engine open(Path path, EngineOptions options) throws IOException {
        long begun = System.nanoTime();
        return EngineLoader.load(GgufFile.open(path, options.file()), options, begun);
    }

    /**
     * Opens a model that comes as a stream, a resource of the application for example. The stream is read to its end,
     * into memory, and not closed.
     *
     * @param stream a whole GGUF file
     * @param name what messages call the file
     * @param options how
     * @throws IOException if the stream fails
     * @see #open(Path, EngineOptions)
     */
    public static Engine open(InputStream stream, String name, EngineOptions options) throws IOException {
        Objects.requireNonNull(name, "name");
        long begun = System.nanoTime();
        return EngineLoader.load(GgufFile.read(stream, name, options.file()), options, begun);
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

    /**
     * The model: its hyper-parameters and its plan. It is the engine's, which runs it and closes it; nobody else may do
     * either.
     */
    public Model model() {
        checkOpen();
        return model;
    }

    /** The model's tokenizer, empty if the file has none. */
    public Optional<Tokenizer> tokenizer() {
        checkOpen();
        return tokenizer;
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
