import { nearName } from '../near-name.ts'
import type { Finding, PlainWords, Spot, Wording } from './wording.ts'
import { inQuotes } from './wording.ts'

/** What the parser of YAML says, or what says how YAML took a text. */
export const YAML_WORDS: readonly Wording[] = [
  {
    code: 'invalid-yaml',
    said: /./,
    words: negation,
  },
  { code: 'invalid-yaml', said: /^nested mappings/, words: colonInText },
  { code: 'invalid-yaml', said: /^nested mappings/, words: furtherIn },
  { code: 'invalid-yaml', said: /^(?:sequence item without|all .* same column)/, words: noSpace },
  {
    code: 'invalid-yaml',
    said: /^(?:sequence item without|all .* same column|a block sequence may not)/,
    words: otherColumn,
  },
  { code: 'invalid-yaml', said: /^implicit (?:map )?keys need/, words: noPair },
  {
    code: 'invalid-yaml',
    said: /^alias cannot be an empty string/,
    words: ({ text, line, column }) => {
      const at = text.lastIndexOf('*', column - 1)
      return {
        message: 'a text that begins with `*` must be in quotes',
        suggestion: '"*"',
        spot: { line, column: at + 1, width: 1 },
      }
    },
  },
  {
    code: 'unknown-anchor',
    said: /^no anchor `&(.+)`/,
    words: ({ match: [, name = ''], lines }) => {
      const anchors = lines.join('\n').match(/(?<=(?:^|[\s,[{])&)[^\s,[\]{}]+/g) ?? []
      const near = nearName(name, anchors)
      if (near !== undefined) return { suggestion: `*${near}` }
      return { hint: `a text that begins with \`*\` must be in quotes: \`"*${name}"\`` }
    },
  },
  {
    code: 'invalid-yaml',
    said: /^unexpected \S+ at node end/,
    words: ({ text, column }) => {
      const quoted = /(["']).*?\1\s*$/.exec(text.slice(0, column - 1))
      if (quoted === null) return undefined
      const whole = text.slice(quoted.index).trimEnd()
      return { message: 'the text ended with the quote before this', ...inQuotes(whole) }
    },
  },
  { code: 'invalid-yaml', said: / end with a ([\]}])$/, words: openBracket },
  {
    code: 'invalid-yaml',
    said: /^missing , /,
    words: () => ({ message: 'a `,` is missing before this' }),
  },
  {
    code: 'invalid-yaml',
    said: /^tabs are not allowed as indentation/,
    words: () => ({ hint: 'replace the tab by spaces' }),
  },
  {
    code: 'invalid-yaml',
    said: /^plain value cannot start with .* (\S)$/,
    words: ({ match: [, first] }) => ({
      message: `a text that begins with \`${first}\` must be in quotes`,
    }),
  },
  {
    code: 'invalid-yaml',
    said: /^invalid escape sequence (\\.)/,
    words: ({ match: [, written] }) => ({
      message: `\`${written}\` means nothing between double quotes`,
      hint: 'write the backslash twice, or put the text in single quotes',
    }),
  },
  {
    code: 'invalid-yaml',
    said: /^maximum call stack/i,
    words: () => ({ message: 'this is nested too deeply' }),
  },
  {
    code: 'invalid-yaml',
    said: /^within brackets a colon ends a key/,
    words: () => ({ hint: 'put a space behind the colon, or the text in quotes' }),
  },
  { code: 'unexpected-key', said: /./, words: () => ({ hint: 'put it in quotes' }) },
  { code: 'byte-order-mark', said: /./, words: () => ({ hint: 'save the file without it' }) },
  {
    code: 'multiple-documents',
    said: /./,
    words: () => ({ hint: 'put each policy in a file of its own' }),
  },
  {
    code: 'invalid-yaml',
    said: /^this quotation does not end/,
    words: ({ marked }) => ({ hint: `put \`${marked}\` where the text ends` }),
  },
  {
    code: 'invalid-yaml',
    said: /^a key must be a plain name/,
    words: ({ marked }) =>
      marked.startsWith('{')
        ? { hint: 'a text that begins with `{` must be in quotes; templates are not filled in' }
        : undefined,
  },
]

/** Of a text that begins with `!`, which is a tag in YAML: all up to the next space is lost. */
export function negation({ text, line, column }: Finding): PlainWords | undefined {
  const before = /^\s*(?:- )?[\w"']+:\s+(?=!(?!!)\S)/.exec(text)?.[0].length
  const key = text.search(/\S/) + 1
  if (before === undefined || column < key) return undefined
  return {
    message: 'a text that begins with `!` must be in quotes',
    ...inQuotes(text.slice(before).trimEnd()),
    spot: { line, column: before + 1, width: 1 },
  }
}

function colonInText({ text, line, column }: Finding): PlainWords | undefined {
  const rest = text.slice(column - 1).trimEnd()
  if (!/:\s/.test(rest)) return undefined
  return {
    message: 'a text with a colon and a space in it must be in quotes',
    ...inQuotes(rest),
    spot: { line, column, width: rest.length },
  }
}

/** A value with lines below that are further in than its key. */
function furtherIn({ lines, line, text }: Finding): PlainWords | undefined {
  const next = lines.findIndex((each, index) => index >= line && each.trim() !== '')
  const key = keyIn(lines[next] ?? '')
  const above = keyIn(text)
  if (key === undefined || above === undefined) return undefined
  return {
    message: `this is further in than \`${above.name}\`, as if it were a part of it`,
    hint: beginIn(above),
    spot: { line: next + 1, column: key.column, width: key.name.length },
  }
}

/** `-actions:`, which is a key with a dash to YAML, with the next key below its `a`. */
function noSpace({ lines, line }: Finding): PlainWords | undefined {
  const previous = lines.slice(0, line - 1).findLastIndex((each) => each.trim() !== '')
  const item = /^(\s*)(-[\w"'][^:]*):/.exec(lines[previous] ?? '')
  if (item === null) return undefined
  const [, indentation = '', key = ''] = item
  return {
    message: 'a space is missing behind the `-`',
    suggestion: `- ${key.slice(1)}`,
    spot: { line: previous + 1, column: indentation.length + 1, width: key.length },
  }
}

function otherColumn({ lines, line, text }: Finding): PlainWords {
  const isItem = /^\s*-(?:\s|$)/.test(text)
  const own = /^\s*/.exec(text)?.[0].length ?? 0
  const above = lines
    .slice(0, line - 1)
    .reverse()
    .map((each) => (isItem ? dashIn(each) : keyIn(each)))
    .filter((each) => each !== undefined)
  const distance = ({ column }: Beginning): number => Math.abs(column - 1 - own)
  const [first, ...others] = above
  const nearest = others.reduce(
    (best, each) => (best && distance(each) >= distance(best) ? best : each),
    first,
  )
  return {
    message: 'this line begins in another column than those that it belongs to',
    ...(nearest && { hint: beginIn(nearest) }),
  }
}

interface Beginning {
  readonly name: string
  /** Counted from 1. */
  readonly column: number
}

function keyIn(text: string): Beginning | undefined {
  const key = /^(\s*(?:- +)*)([\w$"'][^:]*):(?:\s|$)/.exec(text)
  return key ? { name: key[2] ?? '', column: (key[1] ?? '').length + 1 } : undefined
}

function dashIn(text: string): Beginning | undefined {
  const dash = /^\s*-(?=\s|$)/.exec(text)?.[0]
  return dash === undefined ? undefined : { name: '-', column: dash.length }
}

function beginIn({ name, column }: Beginning): string {
  return `let it begin in column ${column}, like \`${name}\` above`
}

/** A line that should be `name: value` and has no colon with a space behind it. */
function noPair({ text, marked }: Finding): PlainWords {
  const line = text.trim()
  const [, name = '', value = ''] = /^(?:- )?([\w$]+):([^ ].*)$/.exec(line) ?? []
  if (name === '') return { message: `expected \`name: value\`, got \`${marked}\`` }
  const isOdd = value.startsWith('\u00A0')
  return {
    message: isOdd
      ? 'the space behind the colon is a special one (U+00A0)'
      : 'a space is missing behind the colon',
    suggestion: `${name}: ${value.trim()}`,
  }
}

const OPENING: Readonly<Record<string, string>> = { ']': '[', '}': '{' }

function openBracket({ match: [, closing = ''], lines, line, column }: Finding): PlainWords {
  const opening = OPENING[closing] ?? ''
  const spot = openingSpot(lines, { line, column, width: 1 }, opening)
  return {
    message: `the \`${opening}\` has no \`${closing}\``,
    ...(spot && { spot }),
  }
}

/** The last bracket before a place that is not closed; brackets in quotes do not count. */
function openingSpot(
  lines: readonly string[],
  { line, column }: Spot,
  bracket: string,
): Spot | undefined {
  const open: { readonly token: string; readonly spot: Spot }[] = []
  for (const [index, text] of lines.slice(0, line).entries()) {
    const before = index === line - 1 ? text.slice(0, column - 1) : text
    for (const { 0: token, index: at } of before.matchAll(
      /"(?:[^"\\]|\\.)*"|'[^']*'|\s#.*|[[\]{}]/g,
    )) {
      if (token === '[' || token === '{') {
        open.push({ token, spot: { line: index + 1, column: at + 1, width: 1 } })
      } else if (open.at(-1)?.token === OPENING[token]) open.pop()
    }
  }
  return open.findLast(({ token }) => token === bracket)?.spot
}
