import {
  anyOf,
  character,
  literal,
  type Matcher,
  NEVER,
  run,
  sequence,
  UnusableGlob,
} from './glob-matchers.ts'

/** A part, or alternatives of parts. */
type Node = Matcher | Parts[]
type Parts = Node[]

/** The last alternative is for a bracket that begins nothing. */
const TOKEN =
  /\*\*|[*?{,}]|\[(!|(?!!))(?:(.)-(.)|(?!.-)((?:\\.|[^\]\\])+))\]|(?:\\.|[^*?{,}[\\])+|\[/gsu

/** Reads a pattern. `undefined` when it is not valid. */
export function parseGlob(pattern: string): Matcher | undefined {
  // It ends a pattern, or a part of it.
  if (pattern.includes('\0')) throw new UnusableGlob()
  const tokens = pattern.matchAll(TOKEN)
  let isValid = !/[\uFFFD\p{Surrogate}]/u.test(pattern)
  let token: string
  const read = (isInner: boolean): Parts => {
    const parts: Parts = []
    for (;;) {
      const [all = '', not, low, high, listed] = tokens.next().value ?? []
      token = all
      if (!all || (isInner && (all === ',' || all === '}'))) return parts
      if (all === '{') {
        const alternatives: Parts[] = []
        do alternatives.push(read(true))
        while (token === ',')
        parts.push(alternatives)
      } else if (all === '[') isValid = false
      else if (all === '**') parts.push(run(NEVER))
      else if (all === '*') parts.push(run(':'))
      else if (all === '?') parts.push(character((rune) => rune !== ':', '', ':'))
      else if (low && high) {
        const [first, last] = [bytesOf(low), bytesOf(high)]
        isValid &&= first <= last
        const has = (rune: string): boolean => {
          const whole = rune.length === 1 && rune > '\x7f' ? REPLACEMENT : rune
          return (whole >= first && whole <= last) !== !!not
        }
        // Its text is none that a set of characters has.
        parts.push(character(has, NEVER + all, ''))
      } else if (listed) {
        const runes = [...unescaped(listed)].map(bytesOf)
        const set = runes.join('')
        parts.push(character((rune) => runes.includes(rune) !== !!not, set, not ? set : ''))
      } else {
        const last = parts.at(-1)
        const before = last && 'kind' in last && last.kind === 'text' ? last.text : ''
        if (before) parts.pop()
        parts.push(literal(before + bytesOf(unescaped(all))))
      }
    }
  }
  const parts = read(false)
  return isValid ? compile(parts) : undefined
}

const REPLACEMENT = '\xef\xbf\xbd'

function unescaped(escaped: string): string {
  return escaped.replace(/\\(.)/gsu, '$1')
}

function compile(parts: Parts): Matcher {
  return sequence(
    parts.map((part) => {
      if (Array.isArray(part)) return compileAlternatives(part)
      const single = literal(part.text)
      return !part.without && single.length === 1 ? single : part
    }),
  )
}

/** What all alternatives begin or end with is put in front of them or behind them. */
function compileAlternatives(alternatives: Parts[]): Matcher {
  const [left, right] = common(alternatives)
  if (left + right === 0) return anyOf(alternatives.map(compile))
  const [first = []] = alternatives
  const rests = new Map<string, Parts>()
  for (const parts of alternatives) {
    const rest = parts.slice(left, parts.length - right)
    rests.set(JSON.stringify(rest), rest)
  }
  return sequence([
    ...(left > 0 ? [compile(first.slice(0, left))] : []),
    ...(rests.size > 1 || !rests.has('[]') ? [compileAlternatives([...rests.values()])] : []),
    ...(right > 0 ? [compile(first.slice(-right))] : []),
  ])
}

/** How many parts all alternatives begin and end with. */
function common(alternatives: Parts[]): readonly [left: number, right: number] {
  const length = Math.min(...alternatives.map((parts) => parts.length))
  const shortest = alternatives.find((parts) => parts.length === length) ?? []
  let left = 0
  let right = 0
  let goesLeft = alternatives.length > 1
  let goesRight = goesLeft
  const isSame = (a: Node | undefined, b: Node | undefined): boolean =>
    JSON.stringify(a) === JSON.stringify(b)
  for (let i = 0; left + right < length && (goesLeft || goesRight); i++) {
    const j = length - 1 - i
    for (const other of alternatives) {
      if (other === shortest) continue
      goesLeft &&= isSame(shortest[i], other[i])
      goesRight &&= !(goesLeft && j <= i) && isSame(shortest[j], other.at(-1 - i))
    }
    if (goesLeft) left++
    if (goesRight) right++
  }
  return [left, right]
}

/** A text as a string of its UTF-8 bytes. */
export function bytesOf(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}
