/** Passes over graphs, one file each: a pass takes a graph and returns another that computes the same bits. */
package dev.tegula.graph.pass;
