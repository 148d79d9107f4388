/** Whole models: where they come from, and how long the first token of one takes. */
package dev.tegula.bench.model;
