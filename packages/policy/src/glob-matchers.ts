// What Cerbos's glob library makes of the parts of a pattern, with what it misses and what it takes
// for a match by mistake: a policy has been tried there, and a DENY that matches less would allow
// more. The library goes by bytes where it should go by characters, so all texts are strings of
// UTF-8 bytes here.

export type Matches = (text: string) => boolean

/** One or more parts of a pattern. */
export interface Matcher {
  readonly matches: Matches
  readonly find: Find
  /** How many characters it matches; -1 where that is not known. */
  readonly length: number
  /** Absent where it makes no difference. */
  readonly kind: Kind | undefined
  readonly text: string
  /** What is not in it, where that and the number of characters is all that is asked. */
  readonly without: string
}

type Kind = 'nothing' | 'text' | 'run' | 'prefix' | 'suffix'

/** Finds the first place in a text, and the lengths there. */
type Find = (text: string) => Found | undefined
type Found = readonly [at: number, lengths: readonly number[]]

/** No byte: `**` is a run without it. */
export const NEVER = '\u0100'

/** A pattern with which Cerbos fails, or a text that would take too long. */
export class UnusableGlob extends Error {}

// A byte that is no beginning of a character, or of one that is cut off, stands alone.
const RUNE = /[\xc0-\xdf].|[\xe0-\xef]..|[\xf0-\xff]...|./gs
const MAX_STEPS = 100_000
let steps = 0

function part(
  matches: Matches,
  find: Find,
  length = -1,
  kind?: Kind,
  text = '',
  without = '',
): Matcher {
  return { matches, find, length, kind, text, without }
}

export function literal(text: string, kind: Kind = 'text'): Matcher {
  return part(
    (given) => given === text,
    findText(text, (_, at) => [at, [text.length]]),
    runes(text).length,
    kind,
    text,
  )
}

/** One character. `text` tells it from others. */
export function character(has: Matches, text: string, without: string): Matcher {
  return part(
    (given) => {
      const [first = '\xff', second] = runes(given)
      return !second && has(first)
    },
    (given) => {
      let at = 0
      for (const rune of runes(given)) {
        if (has(rune)) return [at, [lengthInCerbos(rune)]]
        at += rune.length
      }
      return undefined
    },
    1,
    undefined,
    text,
    without,
  )
}

/** So many characters. What none of them is is looked for as one text. */
export function run(
  without: string,
  min: number = 0,
  max: number = Number.POSITIVE_INFINITY,
): Matcher {
  return part(
    (given) => {
      const length = min && runes(given).length
      return length >= min && length <= max && !given.includes(without)
    },
    (given) => {
      const lengths = reach(given, 0, 0, without)
      if (!min) return [0, lengths]
      const ends = endsOf(given, lengthInCerbos)
      const [least, most] = [new Set(ends.slice(min)), new Set(ends.slice(0, max + 1))]
      const both = lengths.filter((length) => least.has(length) && most.has(length))
      return found(0, both)
    },
    -1,
    min ? undefined : 'run',
    '',
    min ? '' : without,
  )
}

function prefix(text: string, without: string): Matcher {
  return part(
    (given) => given.startsWith(text) && !given.slice(text.length).includes(without),
    findText(text, (given, at) => [
      at,
      reach(given, at, at + text.length, without, lengthInCerbos),
    ]),
    -1,
    without === NEVER ? 'prefix' : undefined,
    text,
  )
}

function suffix(text: string, without: string): Matcher {
  return part(
    (given) => given.endsWith(text) && !given.slice(0, -text.length).includes(without),
    findText(text, (given, at) => {
      const from = given.slice(0, at).lastIndexOf(without) + 1
      return [from, [at + text.length - from]]
    }),
    -1,
    without === NEVER ? 'suffix' : undefined,
    text,
  )
}

/** A beginning and an end, which may overlap. */
function prefixAndSuffix(first: string, last: string): Matcher {
  return part(
    (given) => given.startsWith(first) && given.endsWith(last),
    findText(first, (given, at) => {
      const lengths: number[] = []
      let end = given.slice(at).lastIndexOf(last)
      while (end >= 0) {
        lengths.push(end + last.length)
        end = given.slice(at, at + end).lastIndexOf(last)
      }
      return found(at, lengths)
    }),
  )
}

function containing(text: string): Matcher {
  return part(
    (given) => given.includes(text),
    findText(text, (given, at) => [0, reach(given, 0, at + text.length, NEVER)]),
  )
}

/** Parts of known lengths. Of the last character of each only the first byte is looked at. */
function row(members: readonly Matcher[]): Matcher {
  const length = members.reduce((sum, member) => sum + member.length, 0)
  // Cerbos fails at each request with an action that comes to its end here.
  if (members.some((member) => !member.length)) throw new UnusableGlob()
  const isHere: Matches = (given) => {
    let rest = given
    return members.every(({ length: count, matches }) => {
      // Where all of it is ASCII, which is nearly always, that needs no look at characters.
      const isPlain = !/[^\0-\x7f]/.test(rest.slice(0, count))
      const its = isPlain ? [] : runes(rest.slice(0, 4 * count)).slice(0, count)
      const end = isPlain ? count : its.slice(0, -1).join('').length + 1
      const isWhole = (isPlain ? rest : its).length >= count
      const isMatch = isWhole && matches(rest.slice(0, end))
      rest = rest.slice(end)
      return isMatch
    })
  }
  return part(
    (given) => runes(given).length === length && isHere(given),
    (given) => {
      const at = endsOf(given).find((start) => isHere(given.slice(start)))
      return at === undefined ? at : [at, [length]]
    },
    length,
  )
}

/** Alternatives. Those of unknown length that come first do not make its own unknown. */
export function anyOf(members: readonly Matcher[]): Matcher {
  if (members.length === 1) return members[0] as Matcher
  const lengths = members.map(({ length }) => length)
  const known = lengths.slice(lengths.findIndex((length) => length >= 0))
  return part(
    (given) => members.some((member) => member.matches(given)),
    (given) =>
      members.reduce<Found | undefined>((first, member) => {
        const next = member.find(given)
        if (!first || !next) return first ?? next
        if (next[0] === first[0]) return [next[0], [...first[1], ...next[1]]]
        return next[0] < first[0] ? next : first
      }, undefined),
    new Set(known).size === 1 ? known[0] : -1,
  )
}

/** A part with what is in front of it and behind it. It is never found within a longer text. */
function tree(value: Matcher, left: Matcher, right: Matcher): Matcher {
  const { text } = value
  const first = left.without
  const last = right.without
  switch ([value.kind, left.kind, right.kind].join()) {
    case 'text,run,nothing':
      return suffix(text, first)
    case 'text,nothing,run':
      return prefix(text, last)
    case 'text,nothing,suffix':
      return prefixAndSuffix(text, right.text)
    case 'text,prefix,nothing':
      return prefixAndSuffix(left.text, text)
    case 'text,run,run':
      if (first === NEVER && last === NEVER) return containing(text)
  }
  return part(
    (given) => {
      let rest = given
      while (rest) {
        spend(1)
        const place = value.find(rest)
        if (!place) break
        const at = given.length - rest.length + place[0]
        rest = given.slice(at)
        if (
          left.matches(given.slice(0, at)) &&
          place[1].some((length) => right.matches(rest.slice(length)))
        )
          return true
        rest = rest.slice(runes(rest.slice(0, 4))[0]?.length)
      }
      return false
    },
    () => undefined,
  )
}

/** Joins the parts of a pattern. */
export function sequence(parts: readonly Matcher[]): Matcher {
  return build(minimise(parts))
}

function build(parts: readonly Matcher[]): Matcher {
  const [first = literal('', 'nothing'), second] = parts
  if (!second) return first
  const longest = Math.max(0, ...parts.map(({ length }) => length))
  const middle = Math.max(
    0,
    parts.findLastIndex(({ length }) => length === longest),
  )
  return tree(
    parts[middle] as Matcher,
    build(parts.slice(0, middle)),
    build(parts.slice(middle + 1)),
  )
}

/** Replaces most parts by one that does the same, or what Cerbos's library takes for the same. */
function minimise(parts: readonly Matcher[]): readonly Matcher[] {
  let best: Matcher | undefined
  let next = parts
  let width = 0
  for (let left = 0; left < parts.length; left++) {
    for (let right = parts.length; right > left + 1; right--) {
      const glued = glue(parts.slice(left, right))
      const isLonger = best && glued && best.length >= 0 && glued.length > best.length
      if (!glued || (right - left <= width && !isLonger)) continue
      best = glued
      width = right - left
      next = [...parts.slice(0, left), best, ...parts.slice(right)]
    }
  }
  return best ? minimise(next) : parts
}

function glue(parts: readonly Matcher[]): Matcher | undefined {
  const without = parts[0]?.without
  if (without && parts.every((each) => each.without === without)) {
    const count = parts.filter(({ kind }) => kind !== 'run').length
    return run(without, count, count < parts.length ? undefined : count)
  }
  return parts.every(({ length }) => length >= 0) ? row(parts) : undefined
}

function runes(bytes: string): readonly string[] {
  const all = bytes.match(RUNE) ?? []
  spend(all.length)
  return all
}

/** A byte that stands alone is read as U+FFFD, and counts as that where it is passed over. */
function lengthInCerbos(rune: string): number {
  return rune > '\x7f' && rune.length === 1 ? 3 : rune.length
}

/** The beginning, and where characters end. */
function endsOf(bytes: string, lengthOf = lengthInBytes): readonly number[] {
  let at = 0
  const ends = runes(bytes).map((rune) => {
    const end = at + lengthOf(rune)
    at += rune.length
    return end
  })
  return [0, ...ends]
}

function lengthInBytes(rune: string): number {
  return rune.length
}

/** The lengths from one place to the characters behind another one, as far as they go without a text. */
function reach(
  given: string,
  from: number,
  to: number,
  without: string,
  lengthOf = lengthInBytes,
): readonly number[] {
  const rest = given.slice(to).split(without, 1)[0] as string
  return endsOf(rest, lengthOf).map((end) => end + to - from)
}

function findText(text: string, foundAt: (given: string, at: number) => Found | undefined): Find {
  return (given) => {
    const at = given.indexOf(text)
    return at < 0 ? undefined : foundAt(given, at)
  }
}

function found(at: number, lengths: readonly number[]): Found | undefined {
  return lengths.length > 0 ? [at, lengths] : undefined
}

function spend(count: number): void {
  steps += count
  if (steps > MAX_STEPS) throw new UnusableGlob('a name takes too long to match')
}

/** Does something in a limited number of steps. */
export function limited<Result>(work: () => Result): Result {
  steps = 0
  return work()
}
