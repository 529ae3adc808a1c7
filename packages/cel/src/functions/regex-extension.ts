import { CelError, invalidArgument } from '../errors.ts'
import { INT, listType, optionalType, STRING } from '../types.ts'
import { type Int, Optional } from '../values.ts'
import { limited, MAX_LENGTH, TOO_LONG } from './limits.ts'
import { globals, type Overload } from './overload.ts'
import { compilePattern } from './regex.ts'
import { type Captures, compileSearcher, type Searcher } from './regex-search.ts'

/** Searching and replacing with RE2 patterns. @see https://pkg.go.dev/github.com/google/cel-go/ext#Regex */
// biome-ignore format: a table
export const REGEX_EXTENSION: readonly Overload[] = [
  ...globals('regex.replace', [
    ['regex_replaceAll', [STRING, STRING, STRING], STRING, (text: string, pattern: string, to: string) => replace(text, pattern, to, -1)],
    ['regex_replaceCount', [STRING, STRING, STRING, INT], STRING, replace],
  ]),
  ...globals('regex.extract', [['regex_extract', [STRING, STRING], optionalType(STRING), extract]]),
  ...globals('regex.extractAll', [['regex_extractAll', [STRING, STRING], listType(STRING), extractAll]]),
]

function searcherOf(pattern: string): Searcher | CelError {
  const checked = compilePattern(pattern)
  return checked instanceof CelError ? checked : compileSearcher(pattern)
}

/** The matches from left to right; an empty one does not follow directly upon another. */
function* matches(searcher: Searcher, text: string): Generator<Captures> {
  let from = 0
  let lastEnd = -1
  while (from <= text.length) {
    const captures = searcher.search(text, from)
    if (captures === undefined) return
    const [start = 0, end = 0] = captures
    if (end > start || end !== lastEnd) yield captures
    lastEnd = end
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
}

function group(text: string, captures: Captures, index: number): string | undefined {
  const start = captures[2 * index]
  const end = captures[2 * index + 1]
  return start === undefined || end === undefined ? undefined : text.slice(start, end)
}

function replace(text: string, pattern: string, to: string, count: Int): string | CelError {
  // cel-go reads the pattern and the replacement only when they are needed.
  if (Number(count) === 0) return text
  const searcher = searcherOf(pattern)
  if (searcher instanceof CelError) return searcher
  let template: Template | CelError | undefined
  const limit = count < 0 ? Infinity : Number(count)
  let result = ''
  let last = 0
  let done = 0
  for (const captures of matches(searcher, text)) {
    if (done >= limit) break
    template ??= readTemplate(to, searcher.groupCount)
    if (template instanceof CelError) return template
    const [start = 0, end = 0] = captures
    const filled = template.map((each) =>
      typeof each === 'number' ? (group(text, captures, each) ?? '') : each,
    )
    result += text.slice(last, start) + filled.join('')
    if (result.length > MAX_LENGTH) return TOO_LONG
    last = end
    done += 1
  }
  return limited(result + text.slice(last))
}

/** Text and the numbers of groups. */
type Template = readonly (string | number)[]

/** Cuts `a\1b` into text and the numbers of groups. */
function readTemplate(template: string, groupCount: number): Template | CelError {
  const parts: (string | number)[] = []
  let last = 0
  for (const match of template.matchAll(/\\([0-9\\])?/g)) {
    const [written, what] = match
    if (what === undefined) {
      return invalidArgument(
        `invalid replacement string: '${template}' \\ must be followed by a digit or \\`,
      )
    }
    if (what !== '\\' && Number(what) > groupCount) {
      const only = `regex has only ${groupCount} group(s)`
      return invalidArgument(`replacement string references group ${what} but ${only}`)
    }
    parts.push(template.slice(last, match.index), what === '\\' ? '\\' : Number(what))
    last = match.index + written.length
  }
  parts.push(template.slice(last))
  return parts
}

function extract(text: string, pattern: string): Optional | CelError {
  const searcher = singleGroup(pattern)
  if (searcher instanceof CelError) return searcher
  const captures = searcher.search(text, 0)
  const found = captures && extracted(text, captures, searcher)
  return new Optional(found)
}

function extractAll(text: string, pattern: string): readonly string[] | CelError {
  const searcher = singleGroup(pattern)
  if (searcher instanceof CelError) return searcher
  const found = Array.from(matches(searcher, text), (captures) =>
    extracted(text, captures, searcher),
  )
  return found.filter((each) => each !== undefined)
}

/** The match or its one group. cel-go takes an empty group for one that took no part. */
function extracted(text: string, captures: Captures, { groupCount }: Searcher): string | undefined {
  const found = group(text, captures, groupCount)
  return groupCount === 1 && found === '' ? undefined : found
}

function singleGroup(pattern: string): Searcher | CelError {
  const searcher = searcherOf(pattern)
  if (searcher instanceof CelError || searcher.groupCount <= 1) return searcher
  const shown = JSON.stringify(pattern)
  return invalidArgument(`regular expression has more than one capturing group: ${shown}`)
}
