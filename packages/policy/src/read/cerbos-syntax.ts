import {
  isCollection,
  isMap,
  isPair,
  type Node,
  type ParsedNode,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

import type { SourceText, Span } from '../source.ts'

/** Something that is not to be in a file, and where. */
export interface SyntaxProblem {
  readonly span: Span
  readonly problem: string
}

/**
 * What YAML has and Cerbos's parser stumbles over. It refuses most of it; what a policy means there else is
 * not what it says.
 */
export function cerbosSyntax(root: ParsedNode, source: SourceText): readonly SyntaxProblem[] {
  const next = source.text.slice(root.range[0]).search(/^---(?:\s|$)/m)
  const text = next < 0 ? source.text : source.text.slice(0, root.range[0] + next)
  const problems: SyntaxProblem[] = []
  /** The outermost. */
  const flows: (readonly [number, number])[] = []
  /** Where keys and the `-` of items begin, in the order of the file. */
  const delimiters: number[] = []
  const delimit = (key: unknown, node: unknown, parents: readonly unknown[]): void => {
    const isItem = typeof key === 'number' && !isPair(node) && !isFlow(parents.at(-1))
    if (isItem) delimiters.push(text.lastIndexOf('-', startOf(node) - 1))
  }
  visit(root, {
    Pair(_, { key }) {
      delimiters.push(startOf(key))
    },
    Collection(key, collection, parents) {
      delimit(key, collection, parents)
      if (!isFlow(collection)) return
      if (!parents.some(isFlow)) flows.push(rangeOf(collection))
      const comment = misplacedComment(collection, collection === root, text)
      if (comment >= 0)
        addProblem(problems, comment, 'a comment may not have a line of its own here')
    },
    Scalar(key, scalar, parents) {
      delimit(key, scalar, parents)
      const { type, anchor, tag } = scalar
      const [start, end] = rangeOf(scalar)
      const written = text.slice(start, end)
      const inFlow = parents.some(isFlow)
      if (type?.startsWith('QUOTE')) {
        const isDouble = type === Scalar.QUOTE_DOUBLE
        if (!CLOSED.test(written)) addProblem(problems, start, 'this quotation does not end')
        else if (isDouble && losesText(written, text.slice(end), inFlow)) {
          addProblem(problems, start, 'a tab in double quotes is written `\\t`')
        }
      } else if (type !== Scalar.PLAIN) {
        const [, header = '', below = ''] =
          /^(.[^\n#]*).*\n([\s\S]*)$/.exec(text.slice(start)) ?? []
        const isEmpty = String(scalar.value).trim() === '' && below.trim() !== ''
        if (isEmpty && header.includes('+')) {
          addProblem(problems, start, 'this block has no text; `""` is one')
        }
      } else if (written === '' && (anchor ?? tag) !== undefined) {
        const label = start - labelsBefore(start, text).length
        const isLast = source.text.slice(end).trim() === ''
        if (text.startsWith('!', label) || inFlow || isLast) {
          addProblem(problems, label, 'expected a value behind this')
        }
      }
    },
  })
  let [delimiter, flow] = [0, 0]
  for (const { index, 0: indentation } of text.matchAll(/^ *\t/gm)) {
    const tab = index + indentation.length - 1
    while ((delimiters[delimiter] ?? tab) < tab) delimiter += 1
    while ((flows[flow]?.[1] ?? tab + 1) <= tab) flow += 1
    const above = delimiters[delimiter - 1] ?? tab
    // No further in than the key or `-` above it.
    const isIndentation = indentation.length <= above - text.lastIndexOf('\n', above - 1)
    if (above < tab && isIndentation && (flows[flow]?.[0] ?? tab) >= tab) {
      addProblem(problems, tab, 'a line may not begin with a tab')
    }
  }
  return problems
}

const CLOSED = /^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*')$/

/** What stands before a key or a value: `&name`, `!tag` or both. */
export function labelsBefore(start: number, text: string): string {
  return /(?:[&!]\S*\s+)*[&!]\S*\s*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? ''
}

/** Adds one about a character. */
export function addProblem(problems: SyntaxProblem[], start: number, problem: string): void {
  problems.push({ span: { start, end: start + 1 }, problem })
}

/** Whether it is a collection in brackets. */
export function isFlow(node: unknown): boolean {
  return isCollection(node) && node.flow === true
}

/** Where a node begins and ends. */
export function rangeOf(node: unknown): readonly [number, number] {
  const { range } = node as Node
  return range ? [range[0], range[1]] : [0, 0]
}

function startOf(node: unknown): number {
  return rangeOf(node)[0]
}

/**
 * Within brackets, a comment on a line of its own is only taken before an item of a list or the value of a key.
 * Behind a file that is one flow collection it is none, either.
 */
function misplacedComment(collection: YAMLMap | YAMLSeq, isRoot: boolean, text: string): number {
  const [start, end] = rangeOf(collection)
  const anywhere = /(?<=\n\s*)#/
  let last = start + 1
  const gaps = collection.items.map((item, index): readonly [number, number, RegExp] => {
    const from = last
    const [first, final] = isPair(item) ? [item.key, item.value ?? item.key] : [item, item]
    last = rangeOf(final)[1]
    // In a list, before the comma.
    const where = isMap(collection) ? anywhere : /(?<=^[^,#]*\n\s*)#/
    return [index === 0 && !isMap(collection) ? startOf(first) : from, startOf(first), where]
  })
  gaps.push([last, end, anywhere])
  if (isRoot) gaps.push([end, text.length, /(?<=^.*\n\s*)#/])
  for (const [from, to, where] of gaps) {
    const found = text.slice(from, to).search(where)
    if (found >= 0) return from + found
  }
  return -1
}

/**
 * Cerbos does not read as many characters behind double quotes as there are tabs in them: a comma, a line
 * break, or the next word.
 */
function losesText(quotation: string, behind: string, inFlow: boolean): boolean {
  const lines = quotation.split(/\n\s*/)
  const tabs = lines.flatMap((line) => line.trimEnd().match(/\t(?!")/g) ?? []).length
  return (inFlow ? /\S/ : /[^ ]/).test(behind.slice(0, tabs)) && behind.trim() !== ''
}
