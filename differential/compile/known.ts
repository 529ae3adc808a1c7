import type { KnownDifference } from '../area.ts'
import {
  answerDifference,
  type CompileAnswer,
  CRASH,
  type Finding,
  findingText,
  isOfFile,
  SYNTAX,
} from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { PROBES } from './probes.ts'

/** A quotation that goes on in a line that is indented no further than the one it begins in. */
const UNINDENTED_QUOTATION =
  /^( *)(?:[^\n#]*[\s[{,:-])?(?:'[^'\n]*|"(?:[^"\\\n]|\\.)*)\n(?:[ \t]*\n)*(?!\1[ ])/m

/** A `---` with no more than blank lines and comments up to the next one, or to the end. */
const NOTHING_BEHIND_DASHES = /^---[ \t]*(?:#.*)?(?:\r?\n[ \t]*(?:#.*)?)*?(?:\r?\n---|(?![\s\S]))/m

/** Blank lines and comments with which a file ends. */
const BLANK_END = /(?:\s|(?<=\s)#[^\n]*)*$/

/** What is meant to differ from Cerbos, or cannot be helped. */
export const KNOWN: readonly KnownDifference<CompileCase, CompileAnswer>[] = [
  {
    isStillTrue: PROBES.panics,
    reason: 'Cerbos panics where there is nothing behind a `---`',
    applies: ({ files }, _, { findings }) =>
      all(findings, ({ kind }) => kind === CRASH) &&
      files.some(({ text }) => NOTHING_BEHIND_DASHES.test(text)),
  },
  {
    isStillTrue: PROBES.permissionsWithoutName,
    reason:
      'a number that is no scope permission is refused here, and nobody knows what it means there',
    applies: (_, { findings }, theirs) =>
      findings.some(
        (finding) =>
          finding.kind === 'enum value' &&
          /\.scope_?[pP]ermissions$/.test(finding.at) &&
          !hasLike(theirs, finding),
      ),
  },
  {
    isStillTrue: PROBES.commentsCountTwice,
    reason: 'Cerbos counts a comment in a file with CRLF as two lines',
    applies: ({ files }, ours, theirs) =>
      sameBut('at', ours, theirs) &&
      all(differInFiles(ours, theirs), ({ file, here, there }) => {
        const lines = textOf(files, file).split('\n')
        const commentsAbove = (line: number): number =>
          lines.slice(0, line - 1).filter((each) => /#.*\r$/.test(each)).length
        const isMoved = here.some(({ at }) => commentsAbove(lineOf(at)) > 0)
        const moved = here.map(({ at }) => lineOf(at) + commentsAbove(lineOf(at)))
        return (
          isMoved &&
          sameNumbers(
            moved,
            there.map(({ at }) => lineOf(at)),
          )
        )
      }),
  },
  {
    isStillTrue: PROBES.tabsAreMistakes,
    reason: 'Cerbos takes a tab at the start of a line for a mistake, even where the line is blank',
    applies: refusedThereFor((text) => /^ *\t/m.test(text)),
  },
  {
    isStillTrue: PROBES.tabsBeforeFirstKeys,
    reason: 'Cerbos takes tabs before the first key for nothing, below blank lines or `---`',
    applies: refusedHereFor((text) => /^(?:---[^\n]*| *)\n(?: *\n)*\t+\S/.test(text)),
  },
  {
    isStillTrue: PROBES.bracketsAreNoDocument,
    reason:
      'Cerbos reads no document at all where a bracket too many comes first; here that is a mistake of syntax',
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, here, there }) =>
          hasKind(here, SYNTAX) &&
          hasKind(there, 'no policy') &&
          /^(?:\s|#.*\n)*[\]}]/.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.quotationsNeedNoIndentation,
    reason: 'Cerbos takes a quotation over several lines of which the later ones are not indented',
    applies: refusedHereFor((text) => UNINDENTED_QUOTATION.test(text)),
  },
  {
    isStillTrue: PROBES.mistakesAboveUnknownAnchors,
    reason:
      'here an unknown anchor, or a merge of what is no mapping, is told alone; Cerbos tells the mistakes above it first',
    applies: (_, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ here, there }) =>
          all(here, ({ kind }) => kind === 'unknown anchor' || kind === 'merge key') &&
          all(there, ({ at }) => here.every((mine) => lineOf(at) <= lineOf(mine.at))),
      ),
  },
  {
    isStillTrue: PROBES.aliasesHaveThePathOfTheirAnchor,
    reason:
      'Cerbos tells the path of an aliased value where the anchor stands, here it is where it is read',
    applies: ({ files }, ours, theirs) =>
      sameBut('path', ours, theirs) &&
      all(differInFiles(ours, theirs), ({ file }) =>
        /(?<=[\s,[{])\*[\wé]/.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.starsAreAliases,
    reason: 'Cerbos takes `*` before a key for an alias, here that is a mistake of syntax',
    applies: refusedHereFor((text) => /^ *\*\s/m.test(text)),
  },
  {
    isStillTrue: PROBES.anchorsKeepTheirOldMeaning,
    reason:
      'Cerbos takes an alias in a value whose anchor was there before for the earlier value; here it is a cycle, as YAML has it',
    applies: ({ files }, ours, theirs) =>
      all(differInFiles(ours, theirs), ({ file, here }) => {
        const names = textOf(files, file).match(/(?<=[\s[{,]&)[\w-]+/g) ?? []
        return hasKind(here, SYNTAX) && new Set(names).size < names.length
      }),
  },
  {
    isStillTrue: PROBES.quotesAfterEmptyBlocks,
    reason:
      'Cerbos takes the quotes for a part of a key behind a block that has nothing but spaces',
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, there }) =>
          there.some(({ text }) => text.startsWith('unknown field "\\"')) &&
          /[|>][-+]?\n[ \n]*\n *"/.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.starsInPlainTextsAreAliases,
    reason:
      'Cerbos takes `:*` in a text for an alias where a sign before its quotes, or one that is not there, makes it a plain one',
    applies: refusedThereFor(
      (text) =>
        /[^\s[{,:]["'][^"',\]}]*:\*/.test(text) || /(?:^|[\s,[{])[^\s"',[{]*:\*["']/m.test(text),
    ),
  },
  {
    isStillTrue: PROBES.itemsAtTheEndMove,
    reason: 'Cerbos tells an item that is left out at the end of a file a column further on',
    applies: ({ files }, ours, theirs) =>
      sameBut('at', ours, theirs) &&
      all(differInFiles(ours, theirs), ({ file }) =>
        /^ *-\s*$/.test(textOf(files, file).trimEnd().split('\n').at(-1) ?? ''),
      ),
  },
  {
    isStillTrue: PROBES.valuesAtTheEndMove,
    reason: 'Cerbos tells a value that is left out at the end of a file a column further on',
    applies: ({ files }, ours, theirs) =>
      all(differInFiles(ours, theirs), ({ file, here, there }) => {
        const lines = textOf(files, file).replace(BLANK_END, '').split('\n')
        const moved = here.map(({ at }) => (lineOf(at) === lines.length ? columnOn(at) : at))
        return (
          /:\s*$/.test(lines.at(-1) ?? '') &&
          sameTexts(
            moved,
            there.map(({ at }) => at),
          )
        )
      }),
  },
  {
    isStillTrue: PROBES.noExpressionsAboveGaps,
    reason:
      'Cerbos does not look at the expressions of a policy that has a role policy in place of an ancestor',
    applies: ({ files }, { findings }, theirs) => {
      const more = findings.filter((mine) => !hasLike(theirs, mine))
      return (
        theirs.findings.every((finding) => hasLike({ findings }, finding)) &&
        all(more, ({ step, file }) => {
          const scope = scopeIn(textOf(files, file))
          const isAbove = (above: string): boolean => scope.startsWith(`${above}.`)
          return (
            step === 'compile' &&
            files.some(({ text }) => /role_?[pP]olicy/.test(text) && isAbove(scopeIn(text)))
          )
        })
      )
    },
  },
  {
    isStillTrue: PROBES.hashesAreComments,
    reason: 'Cerbos takes `#` right behind the colon of a flow mapping for a comment',
    applies: refusedThereFor((text) => /[{,] *[^\s"'{}[\],:]+:#/.test(text)),
  },
  {
    isStillTrue: PROBES.tabsBeforeDirectives,
    reason: 'Cerbos takes a tab before a directive for nothing',
    applies: refusedHereFor((text) => /^\t+%/.test(text)),
  },
  {
    isStillTrue: PROBES.tabsInQuotes,
    reason: 'Cerbos stumbles over a tab within double quotes unless they are the last there are',
    applies: refusedThereFor((text) => /"[^"\n]*\t/.test(text)),
  },
  {
    isStillTrue: PROBES.anchorsNeedValues,
    reason: 'Cerbos takes no anchor without a value in a flow collection',
    applies: refusedThereFor((text) => /&[^\s,[\]{}]+ *[,\]}]/.test(text)),
  },
  {
    isStillTrue: PROBES.keysHaveNoTags,
    reason: 'Cerbos takes no tag before a key',
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, there }) =>
          there.some(({ text }) => text === 'unexpected key type Tag') &&
          /(?:^|[{,]) *![^\n]*:/m.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.keysBelowEmptyItems,
    reason: 'Cerbos takes the keys below an empty item, as far in as its `-`, for the item',
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, there }) =>
          there.some(({ text }) => text.endsWith('got Mapping')) &&
          /^( *)- *\n\1["'\w]/m.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.questionMarksAreMistakes,
    reason: 'Cerbos takes no `?` before a key in a list or in a block',
    applies: refusedThereFor((text) => /(?:^|[[,]) *\?/m.test(text)),
  },
  {
    isStillTrue: PROBES.commentsBehindBrackets,
    reason:
      'Cerbos takes a comment in a line behind a file that is one flow collection for a value',
    applies: refusedThereFor((text) => /^[^\w]*[[{]/.test(text) && /[\]}]\s*\n\s*#/.test(text)),
  },
  {
    isStillTrue: PROBES.commentsBeforeBrackets,
    reason: 'Cerbos takes no comment in a line of its own before a closing bracket',
    applies: refusedThereFor((text) => /\n *#[^\n]*\n\s*[\]}]/.test(text)),
  },
  {
    isStillTrue: PROBES.blocksNeedText,
    reason: 'Cerbos takes no `|` without a text when a key follows',
    applies: refusedThereFor((text) => /^( *)\S[^\n]*: [|>][-+]?\n+(?!\1 )/m.test(text)),
  },
  {
    isStillTrue: PROBES.blankBlocksBeforeItems,
    reason: 'Cerbos takes no block of nothing but spaces when an item follows',
    applies: refusedThereFor((text) => /[|>][-+]?\n(?: *\n)* +\n(?: *\n)* *- /.test(text)),
  },
  {
    isStillTrue: PROBES.otherBracketsAreText,
    reason: 'Cerbos takes the closing bracket of the other sort for a part of a text',
    applies: refusedHereFor(closesOtherwise),
  },
  {
    isStillTrue: PROBES.tabsBeforeQuotedKeys,
    reason: 'Cerbos takes a tab between `-` and a key with quotes; here it is no indentation',
    applies: refusedHereFor((text) => /^ *- +\t[ \t]*["']/m.test(text)),
  },
  {
    isStillTrue: PROBES.flowsNeedNoIndentation,
    reason: 'Cerbos takes lines of a flow collection that are not indented',
    applies: ({ files }, ours, theirs) =>
      all(differInFiles(ours, theirs), ({ file, here, there }) => {
        const line = lineOf(here.find(({ kind }) => kind === SYNTAX)?.at ?? '')
        const [above = '', below = ''] = textOf(files, file)
          .split('\n')
          .slice(line - 2, line)
        return !hasKind(there, SYNTAX) && /[[{,]\s*$/.test(above) && depth(below) <= depth(above)
      }),
  },
  {
    isStillTrue: PROBES.colonsAreText,
    reason: 'Cerbos takes a colon before a comma for a part of the text',
    applies: refusedHereFor((text) => /[{,[][^\n]*\w:[,\]}]/.test(text)),
  },
  {
    isStillTrue: PROBES.colonsNeedNoSpaces,
    reason: 'Cerbos takes `a:b` in a flow mapping for a key and its value',
    applies: ({ files }, ours, theirs) =>
      all(differInFiles(ours, theirs), ({ file, here }) =>
        here.some(({ text }) => {
          const [, key] = /^unknown field "(\w+:[^" ]+)/.exec(text) ?? []
          return key !== undefined && new RegExp(`[{,]\\s*${key}`).test(textOf(files, file))
        }),
      ),
  },
  {
    isStillTrue: PROBES.itemsBelowTextsGoOn,
    reason:
      'Cerbos takes the lines below an item that are further in, a `-` and all, for a part of its text, and a key at their end for none',
    applies: refusedHereFor((text) => /^( *)- [^\s"'[{&*|>!#][^\n:]*\n\1 +- [^\n]*/m.test(text)),
  },
  {
    isStillTrue: PROBES.colonsBeginQuotations,
    reason:
      'Cerbos takes quotes and anchors right behind a colon in a flow mapping for those of a value',
    applies: refusedThereFor((text) => /[{,] *[^\s"'{}[\],:]+:["'&]/.test(text)),
  },
]

function textOf(files: CompileCase['files'], file: string): string {
  return files.find(({ path }) => path === file)?.text ?? ''
}

type Applies = KnownDifference<CompileCase, CompileAnswer>['applies']

/** Whether our parser refuses files that Cerbos's takes, all of them with such a text. */
function refusedHereFor(isSuch: (text: string) => boolean): Applies {
  return ({ files }, ours, theirs) =>
    all(
      differInFiles(ours, theirs),
      ({ file, here, there }) =>
        hasKind(here, SYNTAX) && !hasKind(there, SYNTAX) && isSuch(textOf(files, file)),
    )
}

/** The other way round. */
function refusedThereFor(isSuch: (text: string) => boolean): Applies {
  const applies = refusedHereFor(isSuch)
  return (each, ours, theirs) => applies(each, theirs, ours)
}

/** Whether a flow collection has a closing bracket of the other sort, outside of quotes. */
function closesOtherwise(text: string): boolean {
  const open: string[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[[\]{}]/g)) {
    if (token === '[' || token === '{') open.push(token === '[' ? ']' : '}')
    else if ((token === ']' || token === '}') && open.pop() !== token) return true
  }
  return false
}

/** How far a line is indented. */
function depth(line: string): number {
  return line.search(/\S|$/)
}

/** The scope that a policy has, as it is written. */
function scopeIn(text: string): string {
  return /["']?\bscope["']?\s*: *["']?([^"',}\s]*)/.exec(text)?.[1] ?? ''
}

/** The place a column further on. */
function columnOn(at: string): string {
  return at.replace(/(?<=^\d+:)\d+/, (column) => String(Number(column) + 1))
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort())
}

/** The line of a place. */
function lineOf(at: string): number {
  return Number.parseInt(at, 10)
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  const sorted = (numbers: readonly number[]): string => numbers.toSorted((x, y) => x - y).join()
  return sorted(a) === sorted(b)
}

interface InFile {
  readonly file: string
  readonly here: readonly Finding[]
  readonly there: readonly Finding[]
}

/** What the sides find in the files about which they do not agree. */
function differInFiles(ours: CompileAnswer, theirs: CompileAnswer): readonly InFile[] {
  // Beside a file that does not load, nothing else is compared.
  const onlyFiles = ofFiles(ours).length + ofFiles(theirs).length > 0
  const compared = onlyFiles ? ofFiles : ({ findings }: CompileAnswer) => findings
  const files = new Set([...compared(ours), ...compared(theirs)].map(({ file }) => file))
  return [...files].flatMap((file) => {
    const of = (answer: CompileAnswer): CompileAnswer => ({
      findings: compared(answer).filter((finding) => finding.file === file),
    })
    const [here, there] = [of(ours), of(theirs)]
    if (answerDifference(here, there) === undefined) return []
    return [{ file, here: here.findings, there: there.findings }]
  })
}

/** Whether there are some, and all are so. */
function all<Item>(items: readonly Item[], isSo: (item: Item) => boolean): boolean {
  return items.length > 0 && items.every(isSo)
}

function hasKind(findings: readonly Finding[], kind: string): boolean {
  return findings.some((finding) => finding.kind === kind)
}

function ofFiles({ findings }: CompileAnswer): readonly Finding[] {
  return findings.filter(({ step }) => isOfFile(step))
}

function hasLike({ findings }: CompileAnswer, { file, kind }: Finding): boolean {
  return findings.some((finding) => finding.file === file && finding.kind === kind)
}

/** Whether the findings are the same but for where they are, or for the path of where they are. */
function sameBut(part: 'at' | 'path', ours: CompileAnswer, theirs: CompileAnswer): boolean {
  const texts = (answer: CompileAnswer): string => {
    // What is missing beside a file that does not load is not compared.
    const loading = ofFiles(answer)
    const findings = loading.length > 0 ? loading : answer.findings
    const stripped = findings.map((finding) => {
      const at = part === 'at' ? '' : finding.at.replace(/ .*/, '')
      // Some texts cite another place.
      const text = part === 'at' ? finding.text.replace(/\[\d+:\d+\]/, '') : finding.text
      return findingText({ ...finding, at, text })
    })
    return JSON.stringify(stripped.sort())
  }
  return texts(ours) === texts(theirs)
}
