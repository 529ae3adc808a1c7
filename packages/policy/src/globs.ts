/**
 * Wildcard patterns in the dialect that Cerbos uses: `*` is any run without `:`, `**` any run,
 * `?` one character but `:`, `[abc] [a-z] [!x]` sets, `{a,b}` alternatives, `\` escapes.
 *
 * A pattern becomes a small automaton that is run on all its states at once, so that no pattern
 * and no text can make it slow: the work is at most the product of the two lengths.
 *
 * @see https://docs.cerbos.dev/cerbos/latest/policies/resource_policies
 */
export type Matches = (text: string) => boolean

/** Compiles a glob. `undefined` when the pattern is not valid. */
export function compileGlob(pattern: string): Matches | undefined {
  if (pattern === '*' || pattern === '**') return matchesAll
  if (isPlain(pattern)) return (text) => text === pattern
  const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : undefined
  if (prefix !== undefined && isPlain(prefix)) return matchesPrefix(prefix)
  const program = parse(pattern)
  return program && ((text) => run(program, text))
}

/**
 * Compiles a pattern of a rule: only one that contains `*` is a glob, any other stands for itself,
 * with all its `?`, `[` and `{`.
 */
export function compilePattern(pattern: string): Matches | undefined {
  return isGlob(pattern) ? compileGlob(pattern) : (text) => text === pattern
}

/** Whether a rule's pattern is a wildcard rather than a literal name. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}

export const matchesAll: Matches = () => true

function isPlain(pattern: string): boolean {
  return !/[*?[\]{}\\,]/.test(pattern)
}

function matchesPrefix(prefix: string): Matches {
  return (text) => text.startsWith(prefix) && !text.includes(':', prefix.length)
}

/** What one character must be to move on, or where to go without one. */
type Instruction =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'single' }
  | { readonly kind: 'set'; readonly has: (char: string) => boolean }
  /** Consumes any number of characters; without `separators` it stops at `:`. */
  | { readonly kind: 'run'; readonly separators: boolean }
  | { readonly kind: 'split'; readonly targets: number[] }
  | { readonly kind: 'jump'; target: number }

interface OpenAlternatives {
  readonly split: { readonly kind: 'split'; readonly targets: number[] }
  readonly ends: { kind: 'jump'; target: number }[]
}

function parse(pattern: string): Instruction[] | undefined {
  const chars = [...pattern]
  const program: Instruction[] = []
  const open: OpenAlternatives[] = []
  const endBranch = (alternatives: OpenAlternatives): void => {
    const jump: { kind: 'jump'; target: number } = { kind: 'jump', target: -1 }
    alternatives.ends.push(jump)
    program.push(jump)
  }
  const close = (alternatives: OpenAlternatives): void => {
    endBranch(alternatives)
    for (const jump of alternatives.ends) jump.target = program.length
  }

  for (let pos = 0; pos < chars.length; pos++) {
    const char = chars[pos] as string // pos < chars.length
    const innermost = open.at(-1)
    if (char === '*') {
      const separators = chars[pos + 1] === '*'
      if (separators) pos++
      program.push({ kind: 'run', separators })
    } else if (char === '?') {
      program.push({ kind: 'single' })
    } else if (char === '[') {
      const set = parseSet(chars, pos + 1)
      if (!set) return undefined
      program.push({ kind: 'set', has: set.has })
      pos = set.end
    } else if (char === '{') {
      const split: OpenAlternatives['split'] = { kind: 'split', targets: [program.length + 1] }
      program.push(split)
      open.push({ split, ends: [] })
    } else if (char === ',' && innermost) {
      endBranch(innermost)
      innermost.split.targets.push(program.length)
    } else if (char === '}' && innermost) {
      close(innermost)
      open.pop()
    } else if (char === '\\') {
      const escaped = chars[++pos]
      if (escaped !== undefined) program.push({ kind: 'char', char: escaped })
    } else {
      program.push({ kind: 'char', char })
    }
  }
  // Cerbos's glob library closes braces that are left open.
  for (let last = open.pop(); last; last = open.pop()) close(last)
  return program
}

/** A set is one range (`a-z`) or a list of characters, never a mixture. */
function parseSet(
  chars: readonly string[],
  start: number,
): { readonly has: (char: string) => boolean; readonly end: number } | undefined {
  const negated = chars[start] === '!'
  const first = negated ? start + 1 : start
  const low = chars[first]
  if (low === undefined) return undefined
  if (chars[first + 1] === '-') {
    const high = chars[first + 2]
    if (high === undefined || chars[first + 3] !== ']' || codePoint(high) < codePoint(low)) {
      return undefined
    }
    const inRange = (char: string): boolean =>
      codePoint(char) >= codePoint(low) && codePoint(char) <= codePoint(high)
    return { has: (char) => inRange(char) !== negated, end: first + 3 }
  }
  const members = new Set<string>()
  for (let pos = first; pos < chars.length; pos++) {
    const char = chars[pos] as string // pos < chars.length
    if (char === ']') {
      return members.size > 0
        ? { has: (candidate) => members.has(candidate) !== negated, end: pos }
        : undefined
    }
    const member = char === '\\' ? chars[++pos] : char
    if (member !== undefined) members.add(member)
  }
  return undefined
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0
}

function run(program: readonly Instruction[], text: string): boolean {
  let states = new Set<number>()
  follow(program, 0, states)
  for (const char of text) {
    const next = new Set<number>()
    for (const state of states) {
      const instruction = program[state]
      if (!instruction || !consumes(instruction, char)) continue
      follow(program, instruction.kind === 'run' ? state : state + 1, next)
    }
    if (next.size === 0) return false
    states = next
  }
  return states.has(program.length)
}

function consumes(instruction: Instruction, char: string): boolean {
  switch (instruction.kind) {
    case 'char':
      return instruction.char === char
    case 'single':
      return char !== ':'
    case 'set':
      return instruction.has(char)
    case 'run':
      return instruction.separators || char !== ':'
    case 'split':
    case 'jump':
      return false
  }
}

/** Adds a state and all that are reached from it without a character. */
function follow(program: readonly Instruction[], from: number, into: Set<number>): void {
  const pending = [from]
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    if (into.has(state)) continue
    into.add(state)
    const instruction = program[state]
    if (instruction?.kind === 'run') pending.push(state + 1)
    if (instruction?.kind === 'jump') pending.push(instruction.target)
    if (instruction?.kind === 'split') pending.push(...instruction.targets)
  }
}
