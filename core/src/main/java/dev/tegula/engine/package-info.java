/**
 * One model, many conversations: {@link dev.tegula.engine.Engine} opens a file, {@link dev.tegula.engine.Session}
 * holds a conversation and its KV cache, {@link dev.tegula.engine.TokenStream} is the text of one request.
 *
 * <p>A request's prompt is rendered and tokenized on the thread that submits it; everything after that happens on one
 * thread, {@code tegula-scheduler}, which steps all sessions together, one executor call per step. Text is read on
 * whatever thread the caller likes, and a reader that is slow or gone holds up nobody.
 *
 * <p>No argument may be null unless its description says so. Every method called after close throws
 * {@link java.lang.IllegalStateException}, except close itself and what only tells which session it is.
 */
package dev.tegula.engine;
