/** The {@code tegula} command: one class per subcommand, over the public API of the engine. */
package dev.tegula.cli;
