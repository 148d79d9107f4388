/**
 * Flight-recorder events of the engine.
 *
 * <p>Making the first event of a process loads and links the recorder, which takes longer than a small model does. So
 * nobody touches these classes before {@link jdk.jfr.FlightRecorder#isInitialized()}, which costs a field's read.
 */
package dev.tegula.observe;
