import { RE2JS } from '@bufbuild/re2'

// The package answers only whether a pattern matches. Where it matches, and what its groups hold,
// is found here with the program that it compiles a pattern into, by Pike's algorithm: all threads
// go over the text together, so the time is linear in the text, and the first thread by priority
// wins, which is Go's (and Perl's) choice among several matches.

/** Where a match and its groups begin and end: pairs of offsets, `undefined` for an unused group. */
export type Captures = readonly (number | undefined)[]

type Program = ReturnType<RE2JS['re2']>['prog']
type Instruction = ReturnType<Program['getInst']>

// The op codes of the package's `Inst`, and its flags for what is true between two characters.
const ALT = 1
const ALT_MATCH = 2
const CAPTURE = 3
const EMPTY_WIDTH = 4
const FAIL = 5
const MATCH = 6
const NOP = 7

const BEGIN_LINE = 1
const END_LINE = 2
const BEGIN_TEXT = 4
const END_TEXT = 8
const WORD_BOUNDARY = 16
const NO_WORD_BOUNDARY = 32

interface Thread {
  readonly instruction: Instruction
  readonly captures: Captures
}

/** A pattern that can be searched for. */
export interface Searcher {
  readonly groupCount: number
  /** The first match at or behind an offset. */
  search(text: string, from: number): Captures | undefined
}

/** Compiles a pattern for searching. Throws what the package throws for a malformed one. */
export function compileSearcher(pattern: string): Searcher {
  const compiled = RE2JS.compile(pattern)
  const program = compiled.re2().prog
  return {
    groupCount: compiled.groupCount(),
    search: (text, from) => search(program, text, from),
  }
}

function search(program: Program, text: string, from: number): Captures | undefined {
  let threads: Thread[] = []
  let matched: Captures | undefined
  for (let pos = from; ; ) {
    const seen = new Set<number>()
    const active: Thread[] = []
    const context = emptyContext(text, pos)
    for (const { instruction, captures } of threads) {
      follow(program, instruction.out, captures, { pos, context, seen, threads: active })
    }
    if (matched === undefined) {
      follow(program, program.start, [], { pos, context, seen, threads: active })
    }
    const code = text.codePointAt(pos)
    threads = []
    for (const thread of active) {
      if (thread.instruction.op === MATCH) {
        matched = withCapture(withCapture(thread.captures, 1, pos), 0, thread.captures[0] ?? pos)
        break // What follows has a lower priority.
      }
      if (code !== undefined && thread.instruction.matchRune(code)) threads.push(thread)
    }
    if (code === undefined || (threads.length === 0 && matched !== undefined)) return matched
    pos += code > 0xffff ? 2 : 1
  }
}

interface Place {
  readonly pos: number
  readonly context: number
  readonly seen: Set<number>
  readonly threads: Thread[]
}

/** Adds the threads that a program counter leads to without reading a character. */
function follow(program: Program, counter: number, captures: Captures, place: Place): void {
  if (place.seen.has(counter)) return
  place.seen.add(counter)
  const instruction = program.getInst(counter)
  const started = captures[0] === undefined ? withCapture(captures, 0, place.pos) : captures
  switch (instruction.op) {
    case ALT:
    case ALT_MATCH:
      follow(program, instruction.out, started, place)
      follow(program, instruction.arg, started, place)
      return
    case NOP:
      follow(program, instruction.out, started, place)
      return
    case CAPTURE:
      follow(program, instruction.out, withCapture(started, instruction.arg, place.pos), place)
      return
    case EMPTY_WIDTH:
      if ((instruction.arg & ~place.context) === 0) {
        follow(program, instruction.out, started, place)
      }
      return
    case FAIL:
      return
    default:
      place.threads.push({ instruction, captures: started })
  }
}

function withCapture(captures: Captures, index: number, pos: number): Captures {
  const copy = [...captures]
  copy[index] = pos
  return copy
}

function emptyContext(text: string, pos: number): number {
  const before = text[pos - 1]
  const after = text[pos]
  const isWord = (character: string | undefined): boolean => /^\w$/.test(character ?? '')
  return (
    (before === undefined ? BEGIN_TEXT | BEGIN_LINE : before === '\n' ? BEGIN_LINE : 0) |
    (after === undefined ? END_TEXT | END_LINE : after === '\n' ? END_LINE : 0) |
    (isWord(before) === isWord(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY)
  )
}
