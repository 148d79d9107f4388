package dev.tegula.engine;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended the text itself. */
    END_OF_TEXT,
    /** One of the request's stop strings appeared. */
    STOP_STRING,
    /** The request's number of tokens is reached. */
    MAX_TOKENS,
    /** The session's context has no room for another token. */
    CONTEXT_FULL,
    /** Somebody cancelled the request, or closed its session or engine. */
    CANCELLED
}
