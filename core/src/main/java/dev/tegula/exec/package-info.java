/** From a graph to running kernels: the plan states every byte and every kernel, the executor only follows it. */
package dev.tegula.exec;
