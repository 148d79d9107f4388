/** Suites of sampling; the choice is compared with a plain reference before it is timed. */
package dev.tegula.bench.sample;
