import type { Diagnostic } from '../diagnostics.ts'
import { nearName } from '../near-name.ts'
import type { Finding, PlainWords, Spot, Wording } from './wording.ts'
import { inQuotes } from './wording.ts'
import { negation } from './yaml.ts'

/** Operators of other languages, and what they are in CEL. */
const OPERATORS: Readonly<Record<string, string>> = {
  ...{ '=': '==', '&': '&&', '|': '||', and: '&&', or: '||', AND: '&&', OR: '||', is: '==' },
  ...{ eq: '==', equals: '==', ne: '!=', not: '!', NOT: '!' },
}

/** Characters that word processors put in place of others. */
const TYPOGRAPHIC: Readonly<Record<string, string>> = {
  ...{ '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'", '–': '-', '—': '-', '\u00A0': ' ' },
}

/** Functions and names of other languages, and what they are here. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  ...{
    len: 'size',
    length: 'size',
    count: 'size',
    includes: 'contains',
    has_any: 'hasIntersection',
  },
  ...{ toLowerCase: 'lowerAscii', lower: 'lowerAscii', toUpperCase: 'upperAscii' },
  ...{ upper: 'upperAscii', some: 'exists', any: 'exists', every: 'all', isEmpty: 'size' },
}
const NAMES: Readonly<Record<string, string>> = {
  ...{ resource: 'R', principal: 'P', user: 'P', subject: 'P', variable: 'V', constant: 'C' },
  ...{ True: 'true', TRUE: 'true', False: 'false', FALSE: 'false' },
  ...{ None: 'null', nil: 'null', undefined: 'null', NULL: 'null', Null: 'null' },
}

const QUOTE = 'put the expression in quotes'

const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map', 'has']

/** What the parser and the checker of CEL say. */
export const EXPRESSION_WORDS: readonly Wording[] = [
  expression(/the end of the expression$|, got `[^`]+`$/, negation),
  expression(/^unexpected character `(.)`/u, oddCharacter),
  expression(/^expected .*, got `R`$|^expected .*, got `\w+`$/, wordOfOtherLanguage),
  expression(/^expected .*, got `>`$/, ({ text, line, column }) =>
    text[column - 2] === '<'
      ? {
          message: 'there is no `<>`',
          suggestion: '!=',
          spot: { line, column: column - 1, width: 2 },
        }
      : undefined,
  ),
  expression(/the end of the expression, got `([)\]}])`$/, ({ match: [, bracket] }) => ({
    message: `this \`${bracket}\` closes nothing`,
  })),
  expression(/got the end of the expression$/, cutAtComma),
  expression(/got the end of the expression$/, endOfBlock),
  expression(/^the string that starts here is not closed/, cutAtComment),
  expression(/^`if` is a reserved word/, () => ({ hint: 'write `condition ? value : other`' })),
  expression(/^found no matching overload for '(.+)' applied to '\((.*)\)'/, noOverload),
  expression(/^undefined field '(\w+)'/, attributeMeant),
  expression(/^undeclared reference to '([^']+)'/, undeclared),
]

function expression(said: RegExp, words: Wording['words']): Wording {
  return { code: 'invalid-expression', said, words }
}

function oddCharacter({
  match: [, character = ''],
  text,
  line,
  column,
}: Finding): PlainWords | undefined {
  const straight = TYPOGRAPHIC[character]
  if (straight !== undefined) {
    return straight === ' '
      ? { message: 'this space is a special one (U+00A0)', hint: 'write an ordinary one' }
      : { message: `\`${character}\` is not \`${straight}\``, suggestion: straight }
  }
  const meant = OPERATORS[character]
  if (meant === undefined) return undefined
  // `===`, of which the last character is the odd one.
  const before = /[=!<>]*$/.exec(text.slice(0, column - 1))?.[0] ?? ''
  const width = before.length + 1
  return {
    message: `there is no \`${before}${character}\``,
    suggestion: before.startsWith('!') ? '!=' : meant,
    spot: { line, column: column - before.length, width },
  }
}

/** `and`, `or`, `not` and their like. */
function wordOfOtherLanguage({ text, line, column, marked }: Finding): PlainWords | undefined {
  const before = /\b(\w+)\s+$/.exec(text.slice(0, column - 1))
  const isNot = before?.[1]?.toLowerCase() === 'not'
  const word = isNot ? (before[1] ?? '') : marked
  const meant = OPERATORS[word]
  if (meant === undefined) return undefined
  const spot = isNot && { line, column: before.index + 1, width: word.length }
  return { message: `there is no \`${word}\``, suggestion: meant, ...(spot && { spot }) }
}

/** Within `{}` and `[]` of YAML a comma ends the text. */
function cutAtComma({ text, column }: Finding): PlainWords | undefined {
  if (text[column - 1] !== ',') return undefined
  return { message: 'the expression ends at this comma, which is one of YAML', hint: QUOTE }
}

/** An expression ends with its last word, and not where the next line begins below its block. */
function endOfBlock({ lines, line, column }: Finding): PlainWords | undefined {
  if (column > 1) return undefined
  const last = lines.slice(0, line - 1).findLastIndex((each) => each.trim() !== '')
  const text = lines[last]?.trimEnd() ?? ''
  return { spot: { line: last + 1, column: text.length + 1, width: 0 } }
}

/** A `#` with a space before it begins a comment, whatever quotes there are in a plain text. */
function cutAtComment({ text, line, column }: Finding): PlainWords | undefined {
  const comment = text.indexOf(' #', column - 1)
  if (comment < 0) return undefined
  return {
    message: 'a comment begins here, so that the expression ends in the middle of a string',
    ...inQuotes(text.replace(/^\s*(?:- )?\w+:\s+/, '').trimEnd()),
    spot: { line, column: comment + 2, width: 1 },
  }
}

/** How a function of an operator is written. */
const SYMBOLS = /^(?:!|-|@)?_?(.*?)_?$/

function noOverload({ match: [, name = '', types = ''], diagnostic }: Finding): PlainWords {
  const symbol =
    name === '_[_]' ? '[]' : name === '!_' || name === '-_' ? name[0] : SYMBOLS.exec(name)?.[1]
  const [first = '', second = ''] = splitTypes(types)
  const called = / it is called as .*$/.exec(diagnostic.message)?.[0] ?? ''
  return {
    message: `\`${symbol}\` does not go with ${types === '' ? 'nothing' : listOf(splitTypes(types))}${called && `;${called}`}`,
    ...hintOnTypes(symbol ?? '', first, second),
  }
}

function hintOnTypes(symbol: string, left: string, right: string): { readonly hint?: string } {
  if (symbol === 'in' && right === 'string')
    return { hint: 'for a part of a text: `text.contains(part)`' }
  if (symbol === '==' && left.startsWith('list('))
    return { hint: 'for an entry of a list: `entry in list`' }
  if (/^[<>]=?$/.test(symbol) && left === 'bool') {
    return { hint: 'compare twice: `1 < x && x < 3`' }
  }
  if (symbol === 'in' || symbol === '?:') return {}
  return isName(symbol) || right === ''
    ? {}
    : { hint: 'both sides have to be of one type, as by `string(…)` or `int(…)`' }
}

function isName(symbol: string): boolean {
  return /^\w+$/.test(symbol)
}

/** `list(string), map(string, int)` at the commas that are in no brackets. */
function splitTypes(types: string): readonly string[] {
  return types.match(/(?:[^,()]|\((?:[^()]|\([^()]*\))*\))+/g)?.map((type) => type.trim()) ?? []
}

function listOf(types: readonly string[]): string {
  return types.map((type) => (type === 'dyn' ? 'any value' : type)).join(' and ')
}

function undeclared({ match: [, name = ''], diagnostic, text, line, column }: Finding): PlainWords {
  const behind = text.slice(column - 1)
  const call = new RegExp(`(?:^|\\.\\s*)(?=${escaped(name)}\\s*\\()`).exec(behind)
  if (call === null) {
    const [dashed] = /[\w.]+-$/.exec(text.slice(0, column - 1)) ?? []
    const meant = diagnostic.suggestion ?? NAMES[name] ?? (dashed && inBrackets(dashed + name))
    return {
      message: `nothing is named \`${name}\` here`,
      suggestion: meant,
      ...(meant === undefined &&
        /^[a-z]/i.test(name) &&
        isCompared(text, column) && {
          hint: `a text stands in quotes: \`"${name}"\``,
        }),
    }
  }
  const spot: Spot = { line, column: column + call.index + call[0].length, width: name.length }
  const meant = diagnostic.suggestion ?? FUNCTIONS[name] ?? nearName(name, MACROS)
  return { message: `there is no function \`${name}\``, suggestion: meant, spot }
}

/** `P.attr.email` for `P.email`: attributes are the fields that people expect there. */
function attributeMeant({
  match: [, field],
  diagnostic,
  text,
  column,
}: Finding): PlainWords | undefined {
  const before = text.slice(0, column - 1)
  const [, holder] = /(?<![\w.])(P|R|request\.principal|request\.resource)\.$/.exec(before) ?? []
  if (holder === undefined || diagnostic.suggestion !== undefined) return undefined
  return { suggestion: `${holder}.attr.${field}` }
}

/** `R.attr["due-date"]` for `R.attr.due-date`. */
function inBrackets(path: string): string {
  const dot = path.lastIndexOf('.')
  return dot < 0 ? path.replace('-', ' - ') : `${path.slice(0, dot)}["${path.slice(dot + 1)}"]`
}

/** Whether a name stands beside an operator that compares, or in a list. */
function isCompared(text: string, column: number): boolean {
  return (
    /(?:[=!<>]=?|\bin|[[,(])\s*$/.test(text.slice(0, column - 1)) ||
    /^\w+\s*[=!<>]/.test(text.slice(column - 1))
  )
}

function escaped(name: string): string {
  return name.replace(/[^\w]/g, '\\$&')
}

/**
 * Without what is only said because a macro is misspelt, as of `t` in `list.exist(t, t > 1)`: it is the
 * macro that makes a variable of it.
 */
export function withoutLostVariables(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const macros = new Map<string, { readonly call: Diagnostic; readonly variable: string }[]>()
  for (const call of diagnostics) {
    const variable = variableOfMacro(call)
    if (variable === undefined) continue
    const others = macros.get(lineOf(call))
    if (others) others.push({ call, variable })
    else macros.set(lineOf(call), [{ call, variable }])
  }
  if (macros.size === 0) return diagnostics
  return diagnostics.filter((each) => {
    const name = undeclaredName(each)
    const around = macros.get(lineOf(each)) ?? []
    return !around.some(({ call, variable }) => variable === name && isWithin(each, call))
  })
}

/** Without what is said of a part that is wrong itself, and that is told of: in `R.x * true` of `*`. */
export function withoutConsequences(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(
    ({ code, message }) => code !== 'invalid-expression' || !message.includes('!error!'),
  )
}

function undeclaredName({ code, message }: Diagnostic): string | undefined {
  if (code !== 'invalid-expression') return undefined
  return /^undeclared reference to '(\w+)'/.exec(message)?.[1]
}

/** The variable of what is most likely a macro. */
function variableOfMacro(diagnostic: Diagnostic): string | undefined {
  const name = undeclaredName(diagnostic)
  const { line, column, end, excerpt } = diagnostic
  if (name === undefined || end.line !== line) return undefined
  const call = excerpt.at(-1)?.text.slice(column - 1, end.column - 1) ?? ''
  return new RegExp(`\\.${name}\\(\\s*(\\w+)\\s*,`).exec(call)?.[1]
}

function isWithin(inner: Diagnostic, { column, end }: Diagnostic): boolean {
  return inner.column > column && inner.column < end.column
}

function lineOf({ file, line }: Diagnostic): string {
  return `${file}:${line}`
}
