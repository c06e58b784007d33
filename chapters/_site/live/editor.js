/** The editor of a cell: CodeMirror, in the colours of the page's code. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, keymap } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

// What a token is here, and the class that the page's style sheet gives a token of its kind.
const colours = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], class: "k" },
  { tag: [tags.definitionKeyword, tags.moduleKeyword], class: "k" },
  { tag: [tags.string, tags.special(tags.string)], class: "s2" },
  { tag: tags.number, class: "mi" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: tags.comment, class: "c1" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "nf" },
  { tag: tags.definition(tags.className), class: "nc" },
  { tag: [tags.operator, tags.arithmeticOperator, tags.compareOperator, tags.logicOperator], class: "o" },
]);

const setMark = StateEffect.define();
const mark = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMark)) return effect.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Put an editor into a place of the page.
 *
 * @param {HTMLElement} parent
 * @param {{ code: string, label: string, describedBy: string, onChange: (code: string) => void, onRun: () => void }} options
 * @returns {{ set(code: string): void, mark(line: number | null): void, focus(): void }}
 */
export function edit(parent, { code, label, describedBy, onChange, onRun }) {
  const run = () => (onRun(), true);
  const extensions = [
    keymap.of([
      { key: "Mod-Enter", run },
      { key: "Shift-Enter", run },
      { key: "Escape", run: (view) => (view.setTabFocusMode(5000), true) }, // then Tab leaves
      indentWithTab,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    history(),
    drawSelection(),
    bracketMatching(),
    indentOnInput(),
    indentUnit.of("    "),
    python(),
    syntaxHighlighting(colours),
    mark,
    EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy }),
    EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
  ];
  const view = new EditorView({ parent, state: EditorState.create({ doc: code, extensions }) });
  return {
    set: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    focus: () => view.focus(),
    mark(number) {
      const there = number && number <= view.state.doc.lines;
      const line = Decoration.line({ class: "live-wrong" });
      const marks = there ? Decoration.set([line.range(view.state.doc.line(number).from)]) : Decoration.none;
      view.dispatch({ effects: setMark.of(marks) });
    },
  };
}
