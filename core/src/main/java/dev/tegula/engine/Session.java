package dev.tegula.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * One conversation with a model: its messages, and the KV cache of its tokens.
 *
 * <p>A session generates one text at a time. When the next prompt begins like the tokens that the KV cache holds, as the
 * next turn of a conversation does, that beginning is not computed again; {@link GenerationResult#reusedTokens()} says
 * how much it was. A turn becomes part of the conversation when it ends; one that fails, or is cancelled before its first
 * character, leaves the conversation as it was.
 *
 * <p>Thread-safe: any thread may call any method at any time, though {@link #submit} refuses while a generation is in
 * progress.
 */
public final class Session implements AutoCloseable {
    /** Whoever waits longer waits for ever. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(36_500);

    private final Engine engine;
    private final EngineParts parts;
    private final Scheduler scheduler;
    private final long id;
    private final Sequence sequence;
    private final List<Message> messages = new ArrayList<>();
    private List<Message> nextMessages;
    private boolean busy;
    private boolean closed;
    private boolean released;
    private Generation generation;

    Session(Engine engine, EngineParts parts, Scheduler scheduler, long id) {
        this.engine = engine;
        this.parts = parts;
        this.scheduler = scheduler;
        this.id = id;
        this.sequence = new Sequence(parts.pool(), parts.context());
    }

    /** The session's number in its engine, from 1. */
    public long id() {
        return id;
    }

    /** Positions that prompt and text may take together. */
    public int context() {
        return parts.context();
    }

    /** The conversation so far. */
    public synchronized List<Message> messages() {
        checkOpen();
        return List.copyOf(messages);
    }

    /**
     * Forgets the conversation and gives its KV blocks back.
     *
     * @throws IllegalStateException while a generation is in progress
     */
    public synchronized void reset() {
        checkIdle();
        messages.clear();
        sequence.rollBack(0);
    }

    /**
     * Starts a generation. Rendering and tokenizing happen before this returns, the rest on the engine's thread.
     *
     * @return the text as it comes
     * @throws IllegalArgumentException if the prompt is empty or longer than the context, or the template refuses it
     * @throws RejectedExecutionException if the engine's queue is full
     * @throws IllegalStateException after close, or while another generation of the session is in progress
     */
    public TokenStream submit(Request request) {
        return submit(request, Duration.ZERO);
    }

    /**
     * Starts a generation, waiting for room in the engine's queue if need be.
     *
     * @param request what to generate
     * @param wait how long at most; zero or less to be refused at once
     * @return the text as it comes
     * @throws IllegalStateException also if a logits hook wants to wait
     * @throws GenerationException if the thread is interrupted while it waits; its interrupt flag is set
     * @see #submit(Request)
     */
    public TokenStream submit(Request request, Duration wait) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(wait, "wait");
        List<Message> turn;
        synchronized (this) {
            checkIdle();
            turn = turn(request);
            busy = true;
        }
        boolean started = false;
        try {
            Generation next = prepare(request, turn);
            Duration capped = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
            scheduler.enqueue(next, wait.isPositive() ? capped.toNanos() : 0);
            started = true;
            return next.stream();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException("interrupted while waiting for room in the queue", e);
        } finally {
            if (!started) {
                finished(null, () -> {});
            }
        }
    }

    /**
     * The user says something, the model answers through its chat template.
     *
     * @param userText what the user says
     * @param reader takes the answer piece by piece, on this thread
     * @return the answer; see {@link #submit(Request)} for what is thrown
     */
    public GenerationResult generate(String userText, Consumer<? super String> reader) {
        return generate(Request.chat(userText).build(), reader);
    }

    /**
     * Generates and waits for the end. What the reader throws, and an interrupt, cancel the generation.
     *
     * @param request what to generate
     * @param reader takes the text piece by piece, on this thread
     * @return the text; see {@link #submit(Request)} for what is thrown
     * @throws GenerationException if the generation fails or the thread is interrupted
     */
    public GenerationResult generate(Request request, Consumer<? super String> reader) {
        Objects.requireNonNull(reader, "reader");
        TokenStream stream = submit(request);
        try {
            stream.forEach(reader);
            return stream.result();
        } finally {
            if (!stream.isDone()) {
                stream.cancel();
            }
        }
    }

    /**
     * Ends the session: cancels its generation, waits for its end and returns the KV blocks. Idempotent.
     *
     * @throws IllegalStateException if called by a logits hook
     */
    @Override
    public void close() {
        Generation last;
        synchronized (this) {
            if (Thread.currentThread() == scheduler.thread()) {
                throw new IllegalStateException("a logits hook must not close a session");
            }
            closed = true;
            last = generation;
        }
        if (last != null) {
            scheduler.cancel(last);
        }
        boolean interrupted = false;
        synchronized (this) {
            while (busy) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (!released) {
                released = true;
                sequence.close();
                engine.forget(this);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The generation has ended, or did not start; by the thread that ended it.
     *
     * @param result what came of it, null for nothing
     * @param tell tells the readers: whoever sees the end of the text can submit again, whoever waits in close sees it
     */
    synchronized void finished(GenerationResult result, Runnable tell) {
        boolean spoken = result != null && (result.reason() != FinishReason.CANCELLED || !result.text().isEmpty());
        if (nextMessages != null && spoken) {
            messages.clear();
            messages.addAll(nextMessages);
            messages.add(Message.assistant(result.text()));
        }
        nextMessages = null;
        generation = null;
        busy = false;
        tell.run();
        notifyAll();
    }

    /** The conversation with the request's messages, or null if it is not about a conversation. */
    private List<Message> turn(Request request) {
        if (!(request.prompt() instanceof Request.Prompt.Chat(List<Message> added, boolean whole))) {
            return null;
        }
        List<Message> turn = new ArrayList<>(whole ? List.of() : messages);
        turn.addAll(added);
        request.system().ifPresent(text -> {
            if (turn.getFirst().role().equals("system")) {
                turn.removeFirst();
            }
            turn.addFirst(Message.system(text));
        });
        return turn;
    }

    private Generation prepare(Request request, List<Message> turn) {
        int[] prompt = switch (request.prompt()) {
            case Request.Prompt.Chat chat -> parts.codec()
                    .encode(
                            parts.codec().render(turn, request.tools(), request.variables()), false, true);
            case Request.Prompt.Text text ->
                parts.codec().encode(text.text(), text.addSpecial(), text.parseSpecial());
            case Request.Prompt.Tokens tokens -> tokens.ids();
        };
        checkPrompt(prompt);
        // The last token needs no position of its own.
        int room = parts.context() - prompt.length + 1;
        int maxTokens = request.maxTokens() == 0 ? room : Math.min(request.maxTokens(), room);
        // A piece per token, and two at the end: what the decoder and the stop strings held back.
        TokenStream stream = new TokenStream(scheduler.thread(), maxTokens + 2);
        Generation next = new Generation(this, sequence, parts, request, prompt, stream);
        stream.onCancel(() -> scheduler.cancel(next));
        synchronized (this) {
            checkOpen();
            generation = next;
            nextMessages = turn;
        }
        return next;
    }

    private void checkPrompt(int[] prompt) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("the prompt has no tokens; at least 1");
        }
        if (prompt.length > parts.context()) {
            throw new IllegalArgumentException("the prompt has " + prompt.length + " tokens, the context of a session "
                    + parts.context());
        }
        for (int i = 0; i < prompt.length; i++) {
            if (prompt[i] < 0 || prompt[i] >= parts.vocabulary()) {
                throw new IllegalArgumentException("token " + prompt[i] + " at index " + i
                        + " of the prompt: the vocabulary has " + parts.vocabulary());
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    private void checkIdle() {
        checkOpen();
        if (busy) {
            throw new IllegalStateException("the session is generating; one text at a time");
        }
    }
}
