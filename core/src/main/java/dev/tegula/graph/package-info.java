/** The immutable data-flow graph of a model, with symbolic token and context lengths. */
package dev.tegula.graph;
