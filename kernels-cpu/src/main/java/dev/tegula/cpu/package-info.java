/** The Vector API engine: what this JVM can do, the width of its vectors, and its list of kernels. */
package dev.tegula.cpu;
