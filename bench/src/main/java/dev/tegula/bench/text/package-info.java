/** Suites of tokenizers; ids are compared with a plain reference before anything is timed. */
package dev.tegula.bench.text;
