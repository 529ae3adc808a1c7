import type { KnownDifference } from '../area.ts'
import { withoutPoliciesAboveGaps } from './above-gaps.ts'
import { answerDifference, type CompileAnswer, CRASH, type Finding, SYNTAX } from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { all, differInFiles, lineOf, offsetOf, textOf } from './differing-files.ts'
import { KNOWN_SYNTAX, openBrackets } from './known-syntax.ts'
import { plantedAnswer } from './plants.ts'
import { PROBES } from './probes.ts'

/** A `---` with no more than blank lines and comments up to the next one, or to the end. */
const NOTHING_BEHIND_DASHES = /^---[ \t]*(?:#.*)?(?:\r?\n[ \t]*(?:#.*)?)*?(?:\r?\n---|(?![\s\S]))/m

/** Blank lines, comments and beginnings of nothing with which a file ends. */
const BLANK_END = /(?:\s|(?<=\s)#[^\n]*|(?<=\n)---(?=\s))*$/

/** What begins what Cerbos sees in place of a key. */
const LABELS: Readonly<Record<string, RegExp>> = { Tag: /^!/, Anchor: /^&/, MappingKey: /^\?\s/ }

/** What Cerbos says before it looks at any key. */
const OF_SCANNER =
  /reserved character|header option|escape character|cannot start any token|multi-line content|end character|invalid key for this map|^undefined (?:anchor|alias)|^unexpected directive|^invalid YAML string|tab character/

/** After these Cerbos leaves a policy. */
const ENDS: ReadonlySet<string> = new Set(['invalid schema', 'ambiguous derived role'])

/** What is meant to differ from Cerbos, or cannot be helped. */
export const KNOWN: readonly KnownDifference<CompileCase, CompileAnswer>[] = [
  ...KNOWN_SYNTAX,
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
    isStillTrue: PROBES.scannerComesFirst,
    reason: 'Cerbos tells what its scanner finds before repeated keys, also of those above it',
    applies: (_, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ here, there }) =>
          all(here, ({ kind }) => kind === 'duplicate key') &&
          all(there, ({ kind, words = '' }) => kind === SYNTAX && OF_SCANNER.test(words)),
      ),
  },
  {
    isStillTrue: PROBES.dotsAreMistakes,
    reason: 'Cerbos takes no key that is three dots',
    applies: refusedThere(/^found an invalid key for this map$/, (before) =>
      /(?:^|\n)\.\.\.$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.referencesAreParsed,
    reason:
      'Cerbos says why a reference to a schema is no URL; here it is a schema that does not exist',
    applies: (_, ours, theirs) => {
      const isNoUrl = ({ kind, text }: Finding): boolean =>
        kind === 'invalid schema' && text.endsWith('first path segment in URL cannot contain colon')
      const rest = theirs.findings.filter((finding) => !isNoUrl(finding))
      const others = ours.findings.filter(
        ({ kind, file, at }) =>
          kind !== 'invalid schema' ||
          !theirs.findings.some((each) => isNoUrl(each) && each.file === file && each.at === at),
      )
      return (
        rest.length < theirs.findings.length &&
        ours.findings.length === theirs.findings.length &&
        answerDifference({ findings: others }, { findings: rest }) === undefined
      )
    },
  },
  {
    isStillTrue: PROBES.itemsInTextsAtTheEnd,
    reason:
      'Cerbos takes no item in the text of the one above it, where the file ends with blank lines',
    applies: refusedThere(
      /^non-map value is specified$|^value is not allowed in this context$/,
      (before, behind) => behind.trim() === '' && /\n( *)- [^\n]*\n\1 +- [^\n]*\s+$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.tabsAreMistakes,
    reason: 'Cerbos takes a tab at the start of a line for a mistake, even where the line is blank',
    applies: refusedThere(
      /cannot start any token$|^tab character|^found a tab/,
      (before, behind) => /^\t/.test(behind) && /(?:^|\n)\s*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.commentsBeforeBrackets,
    reason:
      'Cerbos takes no comment in a line of its own within brackets, but before items and values',
    applies: refusedThere(
      /must be specified$|^could not find flow map content|^could not find '.' character|^unexpected scalar value type$/,
      (before, behind) =>
        openBrackets(before).length > 0 &&
        (/^#/.test(behind) ? /\n\s*$/.test(before) : /\n\s*#[^\n]*\n\s*$/.test(before)),
    ),
  },
  {
    isStillTrue: PROBES.linesEndTexts,
    reason:
      'Cerbos takes no line within brackets for a part of the text above it that is not further in than the last key before it',
    applies: refusedThere(
      /must be specified$|^undefined anchor|header option|reserved character|^could not find|cannot start any token$/,
      (before) => openBrackets(before).length > 0 && isNoFurtherIn(before),
    ),
  },
  {
    isStillTrue: PROBES.colonsFollowKeys,
    reason:
      'Cerbos takes no key within brackets without quotes whose colon is on the line below it',
    applies: refusedThere(
      /^map key definition includes an implicit line break$/,
      (before, behind) => openBrackets(before).length > 0 && /^[^\s"'][^\n:]*\n\s*:/.test(behind),
    ),
  },
  {
    isStillTrue: PROBES.commentsBehindBrackets,
    reason:
      'Cerbos takes a comment in a line behind a file that is one flow collection for a value',
    applies: refusedThere(
      /^value is not allowed in this context$/,
      (before, behind) =>
        /^#/.test(behind) && /^\s*[[{]/.test(before.replace(/^\s*#.*$|^---.*$/gm, '')),
    ),
  },
  {
    isStillTrue: PROBES.blocksNeedText,
    reason: 'Cerbos takes no `|+` without a text when something follows',
    applies: refusedThere(/^could not find multi-line content$/, (before) =>
      /[|>]\+[^\S\n]*(?:#[^\n]*)?\n\s*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.anchorsNeedValues,
    reason: 'Cerbos takes no anchor without a value in a flow collection, or at the end of a file',
    applies: refusedThere(
      /anchor|^unexpected scalar value type$/,
      (before, behind) =>
        /^&\S*\s*$/.test(behind) ||
        /^(?:&[^\s,[\]{}]+ *)?[,\]}]/.test(behind) ||
        /&[^\s,[\]{}]+ *$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.keysHaveNoTags,
    reason: 'Cerbos takes no tag, anchor or `?` before a key',
    applies: ({ files }, ours, theirs) =>
      all(differInFiles(ours, theirs), ({ file, there }) =>
        all(there, ({ text, at }) => {
          const behind = textOf(files, file).slice(offsetOf(at, textOf(files, file)))
          const [, type] = /^(?:unexpected key type|expected string got) (\w+)$/.exec(text) ?? []
          return LABELS[type ?? '']?.test(behind) === true
        }),
      ),
  },
  {
    isStillTrue: PROBES.questionMarksAreMistakes,
    reason: 'Cerbos takes no `?` before an item',
    applies: refusedThere(
      /^could not find '.' character|^unexpected scalar value type$|^tag is not allowed|^found an invalid key|^unexpected map|must be specified$/,
      (before, behind) => /^\?\s/.test(behind) || /(?:^|[\s,[{])\?\s[^,\n]*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.bareKeys,
    reason: 'Cerbos looks for the value of a key in a list behind the bracket that ends it',
    applies: refusedThere(
      /^could not find '\[' character/,
      (before, behind) => behind.startsWith(']') && /(?::|\?[^,\n]*)\s*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.blankBlocksBeforeComments,
    reason: 'Cerbos takes no block of nothing but blank lines when a comment follows',
    applies: refusedThere(
      /^non-map value is specified$/,
      (before, behind) =>
        /^#/.test(behind) && /[|>][-+]?[^\S\n]*\n(?:[^\S\n]*\n)+[^\S\n]*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.textsNeedIndentation,
    reason: 'Cerbos takes no file that is one block whose text is not indented',
    applies: refusedThere(/^could not find multi-line content$/, (before) =>
      /^(?:\s|#[^\n]*\n)*[|>][-+]?[^\S\n]*(?:#[^\n]*)?\n\s*$/.test(before),
    ),
  },
  {
    isStillTrue: PROBES.blankBlocksBeforeItems,
    reason: 'Cerbos takes no block of nothing but blank lines when an item follows',
    applies: refusedThere(
      /^value is not allowed in this context$|^non-map value is specified$/,
      (before, behind) =>
        /^[-#]/.test(behind) && /[|>][-+]?[^\S\n]*\n\s*(?:- [^\n]*\n\s*)?$/.test(before),
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
      'Cerbos takes quotes, or the `-` of an item, for a part of a key behind a block that has nothing but spaces',
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, there }) =>
          there.some(({ text }) => /^unknown field "(?:\\"|- )/.test(text)) &&
          /[|>][-+]?\n[ \n]*\n *(?:"|- )/.test(textOf(files, file)),
      ),
  },
  {
    isStillTrue: PROBES.itemsAtTheEndMove,
    reason: 'Cerbos tells an item that is left out at the end of a file a column further on',
    applies: movedAtTheEnd(/^[ -]*-\s*$/),
  },
  {
    isStillTrue: PROBES.valuesAtTheEndMove,
    reason: 'Cerbos tells a value that is left out at the end of a file a column further on',
    applies: movedAtTheEnd(/:\s*$/),
  },
  {
    isStillTrue: PROBES.noExpressionsAboveGaps,
    reason:
      'Cerbos does not look at the expressions of a policy that has a role policy in place of an ancestor, nor of what it alone imports',
    applies({ files }, ours, theirs) {
      const compiled = withoutPoliciesAboveGaps(files)
      const areTold = theirs.findings.every((finding) => hasLike(ours, finding))
      if (compiled.length === files.length || !areTold) return false
      return answerDifference(plantedAnswer(compiled, undefined), theirs) === undefined
    },
  },
  {
    isStillTrue: PROBES.wildcardsFailLater,
    reason: 'Cerbos takes a wildcard because of which it fails at requests; here it is refused',
    applies: (_, { findings }, theirs) => {
      const others = findings.filter(({ kind }) => kind !== 'unusable wildcard')
      return (
        others.length < findings.length &&
        answerDifference({ findings: others }, theirs) === undefined
      )
    },
  },
  {
    isStillTrue: PROBES.policiesEndEarly,
    reason:
      'Cerbos does not look at what only policies import whose schemas it does not find or whose derived roles are ambiguous; here all is told',
    applies({ files }, ours, theirs) {
      const ended = theirs.findings.filter(({ kind }) => ENDS.has(kind))
      const isEnded = ({ file }: Pick<Finding, 'file'>): boolean =>
        ended.some((each) => each.file === file)
      const rest = files.filter(({ path }) => !isEnded({ file: path }))
      const ofEnded = ours.findings.filter(isEnded)
      const { findings } = plantedAnswer(rest, undefined)
      return (
        ended.length > 0 &&
        theirs.findings.every((finding) => hasLike(ours, finding)) &&
        answerDifference({ findings: [...ofEnded, ...findings] }, theirs) === undefined
      )
    },
  },
  {
    isStillTrue: PROBES.directoriesAreRead,
    reason: 'Cerbos reads a directory that a schema refers to; here nothing outside is read',
    applies: (_, ours, theirs) =>
      sameBut('text', ours, theirs) &&
      all(differInFiles(ours, theirs), ({ there }) =>
        there.some(({ kind, text }) => kind === 'invalid schema' && / is a directory$/.test(text)),
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
          /^( *)- *\r?\n\1["'\w]/m.test(textOf(files, file)),
      ),
  },
]

/** Whether Cerbos alone refuses files, all of them in such words where such a text stands. */
function refusedThere(
  said: RegExp,
  isSuch: (before: string, behind: string) => boolean,
): KnownDifference<CompileCase, CompileAnswer>['applies'] {
  return ({ files }, ours, theirs) =>
    all(differInFiles(ours, theirs), ({ file, here, there }) => {
      const text = textOf(files, file)
      return (
        !hasKind(here, SYNTAX) &&
        all(there, ({ kind, at, words = '' }) => {
          const offset = offsetOf(at, text)
          const isThere = isSuch(text.slice(0, offset), text.slice(offset))
          return kind === SYNTAX && said.test(words) && isThere
        })
      )
    })
}

/** Whether a text goes on at the end, which is not further in than the last key. */
function isNoFurtherIn(before: string): boolean {
  const [, above, indentation = ''] =
    /^([\s\S]*[^\s,:"'[\]{}])[^\S\n]*\n(?:[^\S\n]*\n)*([^\S\n]*)$/.exec(before) ?? []
  if (above === undefined) return false
  const key = [...above.matchAll(/("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',:[\]{}]+)\s*:/g)].at(-1)
  const column = key && key.index - (above.lastIndexOf('\n', key.index) + 1)
  return column !== undefined && indentation.length <= column
}

/** Whether all that differs is that places in a last line which is so are a column further on there. */
function movedAtTheEnd(lastLine: RegExp): KnownDifference<CompileCase, CompileAnswer>['applies'] {
  return ({ files }, { findings }, theirs) => {
    const moved = (file: string, at: string): string => {
      const lines = textOf(files, file).replace(BLANK_END, '').split('\n')
      const isLast = lineOf(at) === lines.length && lastLine.test(lines.at(-1) ?? '')
      return isLast ? columnOn(at) : at
    }
    const asThere = findings.map((finding) => ({
      ...finding,
      at: moved(finding.file, finding.at),
      // Some texts cite another place.
      text: finding.text.replace(
        /(?<=\()([^():]+):(\d+:\d+)(?=\))/g,
        (_, file: string, at: string) => `${file}:${moved(file, at)}`,
      ),
    }))
    return answerDifference({ findings: asThere }, theirs) === undefined
  }
}

/** The place a column further on. */
function columnOn(at: string): string {
  return at.replace(/(?<=^\d+:)\d+/, (column) => String(Number(column) + 1))
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  const sorted = (numbers: readonly number[]): string => numbers.toSorted((x, y) => x - y).join()
  return sorted(a) === sorted(b)
}

function hasKind(findings: readonly Finding[], kind: string): boolean {
  return findings.some((finding) => finding.kind === kind)
}

function hasLike({ findings }: CompileAnswer, { file, kind }: Finding): boolean {
  return findings.some((finding) => finding.file === file && finding.kind === kind)
}

/** Whether the answers agree but for where findings are, for the path of that, or for what is said. */
function sameBut(
  part: 'at' | 'path' | 'text',
  ours: CompileAnswer,
  theirs: CompileAnswer,
): boolean {
  const without = ({ findings }: CompileAnswer): CompileAnswer => ({
    findings: findings.map((finding) => {
      if (part === 'text') return { ...finding, text: '' }
      if (part === 'path') return { ...finding, at: finding.at.replace(/ .*/, '') }
      // Some texts cite another place.
      return { ...finding, at: '', text: finding.text.replace(/\[\d+:\d+\]/, '') }
    }),
  })
  return answerDifference(without(ours), without(theirs)) === undefined
}
