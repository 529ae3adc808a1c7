import type { KnownDifference } from '../area.ts'
import { type CompileAnswer, type Finding, SYNTAX } from './answer.ts'
import type { CompileCase } from './compile-case.ts'
import { all, differInFiles, offsetOf, textOf } from './differing-files.ts'
import { PROBES } from './probes.ts'

/** Where our parser sees a mistake of syntax in a file, and what it says of it. */
interface Spot {
  readonly text: string
  readonly offset: number
  readonly words: string
}

interface Lenience {
  readonly isStillTrue: () => Promise<boolean>
  readonly reason: string
  /** What our parser says there. */
  readonly words: RegExp
  /** What stands there. */
  isSuch(behind: string, before: string, text: string): boolean
}

/**
 * What is no YAML and refused here, but taken by Cerbos's parser, mostly for a part of a text. Each of them is
 * told by what our parser says and by what stands where it says so.
 */
const LENIENCES: readonly Lenience[] = [
  {
    isStillTrue: PROBES.percentSignsAreText,
    reason: 'Cerbos takes `%` in an indented line for the beginning of a text',
    words: /^plain value cannot start with directive indicator character %/,
    isSuch: (behind, before) => behind.startsWith('%') && /\n [^\n]*$/.test(before),
  },
  {
    isStillTrue: PROBES.commasAreText,
    reason: 'Cerbos takes a comma outside of brackets for the beginning of a text',
    words: /^plain value cannot start with flow indicator character ,/,
    isSuch: (behind) => behind.startsWith(','),
  },
  {
    isStillTrue: PROBES.escapesTakeAnyDigits,
    reason:
      'Cerbos takes any characters for the digits of an escape, and makes another one of them',
    words: /^invalid escape sequence \\[xuU]/,
    isSuch: (behind) => /^\\[xuU]/.test(behind),
  },
  {
    isStillTrue: PROBES.commasComeFirst,
    reason: 'Cerbos takes a comma right behind `{` for nothing',
    words: /^unexpected , in flow map/,
    isSuch: (behind, before) => behind.startsWith(',') && /\{\s*$/.test(before),
  },
  {
    isStillTrue: PROBES.tabsBeforeFirstKeys,
    reason: 'Cerbos takes tabs before the first key for nothing',
    words: /^tabs are not allowed as indentation/,
    isSuch: (_, before) => /(?:^|(?:^|\n)---[^\n]*\n)(?:\s|#[^\n]*\n)*$/.test(before),
  },
  {
    isStillTrue: PROBES.blanksBeforeDirectives,
    reason: 'Cerbos takes blanks before a directive for nothing',
    words: /^tabs are not allowed|^plain value cannot start with directive/,
    isSuch: (behind, before) => /^[ \t]*%/.test(behind) && /(?:^|\n)[ \t]*$/.test(before),
  },
  {
    isStillTrue: PROBES.tabsBeforeQuotedKeys,
    reason: 'Cerbos takes a tab between `-` and a key with quotes; here it is no indentation',
    words: /^tabs are not allowed as indentation/,
    isSuch: (behind, before) => /^\s*["']/.test(behind) && /- *$/.test(before),
  },
  {
    isStillTrue: PROBES.tabsFurtherIn,
    reason: 'Cerbos takes a tab for indentation that is further in than the key above',
    words: /^tabs are not allowed as indentation/,
    isSuch: (_, before) => /\n +\t*$/.test(before),
  },
  {
    isStillTrue: PROBES.tabsBelowBlocks,
    reason: 'Cerbos takes a tab below a block at the end of a file for nothing',
    words: /^block scalar lines must not be less indented/,
    isSuch: (behind) => behind.trim() === '',
  },
  {
    isStillTrue: PROBES.colonsOnTheNextLine,
    reason:
      'Cerbos takes the colon of a key in quotes, and one of a value within brackets, on the line below it',
    words:
      /^implicit map keys need to be followed|^implicit keys of flow sequence pairs|^a key must be a plain name/,
    isSuch: (behind, before) =>
      /^["'][^\n]*\n\s*:\s/.test(behind) ||
      (openBrackets(before).length > 0 &&
        (/^\s*\n\s*:\s/.test(behind) || (/\n\s*$/.test(before) && /^\s*:\s/.test(behind)))),
  },
  {
    isStillTrue: PROBES.textsInPlaceOfKeys,
    reason:
      'Cerbos takes a text in the column of the key above it, at the end of a file or of what the key is in, for its value',
    words: /^implicit map keys need to be followed by map values/,
    isSuch: (behind, before) => {
      const column = / *$/.exec(before)?.[0].length ?? 0
      const [, next = ''] = /^[^\n:]*\n\s*?( *)\S/.exec(behind) ?? []
      return /^[^\n:]*\s*$/.test(behind) || (/^[^\n:]*\n/.test(behind) && next.length < column)
    },
  },
  {
    isStillTrue: PROBES.textsEndBeforeKeys,
    reason: 'Cerbos does not take the line of a key for a part of the text above it',
    words: /^implicit keys need to be on a single line/,
    isSuch: (behind) => /^[^\n]*\n(?:(?![^\n]*:\s)[^\n]*\n)*[^\n]*:\s/.test(behind),
  },
  {
    isStillTrue: PROBES.quotationsNeedNoIndentation,
    reason: 'Cerbos takes a quotation over several lines of which the later ones are not indented',
    words: /^this quotation does not end/,
    isSuch: (behind) =>
      /^(?:'(?:[^']|'')*'|"(?:[^"\\]|\\[\s\S])*")/.exec(behind)?.[0].includes('\n') === true,
  },
  {
    isStillTrue: PROBES.starsAreAliases,
    reason: 'Cerbos takes `*` before a key for an alias, here that is a mistake of syntax',
    words: /^alias cannot be an empty string|^unexpected scalar token/,
    isSuch: (behind, before) =>
      /^\*\s/.test(behind) || /(?:^|\n) *\*#[^\n]*$/.test(before + behind.split('\n')[0]),
  },
  {
    isStillTrue: PROBES.otherBracketsAreText,
    reason: 'Cerbos takes a closing bracket for a part of a text where none of its sort is open',
    words: /^unexpected flow-(?:map|seq)-end|^flow (?:map|sequence) in block collection/,
    isSuch: (behind, before) => {
      const [bracket = ''] = behind
      return (
        (bracket === '}' || bracket === ']') && openBrackets(before).at(-1) !== OPENING[bracket]
      )
    },
  },
  {
    isStillTrue: PROBES.flowsNeedNoIndentation,
    reason: 'Cerbos takes lines of a flow collection that are not indented',
    words: /^flow (?:map|sequence) in block collection must be sufficiently indented/,
    isSuch: (behind, before) =>
      (/\n\s*$/.test(before) || /^[^\S\n]*\n/.test(behind)) && openBrackets(before).length > 0,
  },
  {
    isStillTrue: PROBES.tabsLoseLineBreaks,
    reason:
      'Cerbos does not read the line break behind double quotes with a tab, which within brackets is nothing',
    words: /^a tab in double quotes/,
    isSuch: (behind, before) =>
      openBrackets(before).length > 0 && /^"(?:[^"\\]|\\.)*"\s*\n/.test(behind),
  },
  {
    isStillTrue: PROBES.dashesInFlow,
    reason: 'Cerbos takes an item with a `-` within brackets',
    words: /^block collections are not allowed within flow collections/,
    isSuch: (behind) => /^-\s/.test(behind),
  },
  {
    isStillTrue: PROBES.indicatorsAreText,
    reason: 'Cerbos takes `-`, `?` and `:` within brackets and `?` at the end of a line for texts',
    words:
      /^block collections are not allowed within|^implicit keys of flow|^a key must be a plain name|^missing , between flow|^unexpected : in flow|^nested mappings are not allowed/,
    isSuch: (behind, before) => {
      const isInside = openBrackets(before).length > 0
      return isInside
        ? /^[-?:][\s,\]}]/.test(behind) || (before.endsWith('?') && /^[\s,\]}]/.test(behind))
        : /^\?\s*$/m.test(behind)
    },
  },
  {
    isStillTrue: PROBES.colonsAreText,
    reason: 'Cerbos takes the second colon of an entry in brackets for a part of its text',
    words: /^block collections are not allowed within flow collections/,
    isSuch: (behind) => /^[^\s"',{}[\]][^\n,{}[\]]*:[\s,}\]]/.test(behind),
  },
  {
    isStillTrue: PROBES.keysBelowLabels,
    reason:
      'Cerbos takes what is below an item without a value, as far in as its `-`, for the item',
    words: /^unexpected \S+ at node end|^all mapping items must start at the same column/,
    isSuch: (behind, before) =>
      /(?:^|\n)( *)- *(?:[&!]\S*)? *(?:#[^\n]*)?\r?\n(?:[^\S\n]*\n)*\1$/.test(
        before + (/^\s*/.exec(behind)?.[0] ?? ''),
      ),
  },
  {
    isStillTrue: PROBES.pairsAreKeys,
    reason: 'Cerbos takes a pair behind `?` for a key',
    words: /^a key must be a plain name/,
    isSuch: (behind, before) => /(?:^|\n) *\? +[^\n]*$/.test(before) && behind.startsWith(':'),
  },
  {
    isStillTrue: PROBES.tagsAreValues,
    reason: 'Cerbos takes what follows a tag with nothing behind it for its value',
    words: /^behind a tag there has to be a value/,
    isSuch: (_, before) => /(?:^|[\s,[{])!\S*\s*$/.test(before),
  },
  {
    isStillTrue: PROBES.blankLinesFurtherIn,
    reason: 'Cerbos takes blank lines above the text of a block that are further in',
    words: /^block scalars with more-indented leading empty lines/,
    isSuch: (_, before) => /[|>][-+]?[^\S\n]*\n\s*$/.test(before),
  },
  {
    isStillTrue: PROBES.colonsEndKeys,
    reason: 'Cerbos takes a colon in brackets for the end of a key, with no space behind it',
    words: /^within brackets a colon ends a key/,
    isSuch: (behind) => /^:[^/\s]/.test(behind),
  },
]

/** The differences that our refusal of what is no YAML makes. */
export const KNOWN_SYNTAX: readonly KnownDifference<CompileCase, CompileAnswer>[] = LENIENCES.map(
  ({ isStillTrue, reason, words, isSuch }) => ({
    isStillTrue,
    reason,
    applies: ({ files }, ours, theirs) =>
      all(
        differInFiles(ours, theirs),
        ({ file, here, there }) =>
          !there.some(({ kind }) => kind === SYNTAX) &&
          all(here, (finding) => {
            const spot = spotOf(finding, textOf(files, file))
            if (spot === undefined || !words.test(spot.words)) return false
            const [before, behind] = [spot.text.slice(0, spot.offset), spot.text.slice(spot.offset)]
            return isSuch(behind, before, spot.text)
          }),
      ),
  }),
)

function spotOf({ kind, at, words = '' }: Finding, text: string): Spot | undefined {
  return kind === SYNTAX ? { text, offset: offsetOf(at, text), words } : undefined
}

const OPENING: Readonly<Record<string, string>> = { '}': '{', ']': '[' }

/** The brackets that are open at the end of a text, but for those in quotes. */
export function openBrackets(text: string): readonly string[] {
  const open: string[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[[\]{}]/g)) {
    if (token === '[' || token === '{') open.push(token)
    else if (open.at(-1) === OPENING[token]) open.pop()
  }
  return open
}
