/**
 * Chat templates: a small interpreter for the part of the Jinja language that published chat templates use, written for
 * this project. It reads no file, uses no reflection and ends every render within the limits of
 * {@link dev.tegula.text.template.TemplateOptions}. The door is {@link dev.tegula.text.template.ChatTemplate}.
 *
 * <p>Source of the language: the Jinja 3.1 template designer documentation; of the environment (trimmed blocks, loop
 * controls, {@code tojson}, {@code raise_exception}, {@code strftime_now}): the chat template guide of the transformers
 * library.
 */
package dev.tegula.text.template;
