import { CONDITION_VARIABLES } from '../packages/policy/src/index.ts'
import { bufbuild } from './cel/bufbuild.ts'
import { type BuiltCel, buildCel } from './cel/built.ts'
import type { Evaluate } from './cel/contenders.ts'
import { type Corpus, readCorpus } from './cel/corpus.ts'
import { byHand } from './cel/hand-written.ts'
import { marcbachmann } from './cel/marcbachmann.ts'
import { lockstitch } from './cel/ours.ts'
import { at, compareAnswers, type Entrant, entrantsOf, type Row, rowOf } from './cel/rows.ts'
import { type Task, timeInTurn, warmUp } from './cel/samples.ts'
import { thousandConditions } from './cel/thousand.ts'

/** What must be reached: the figure, and whether it may be at most or must be at least that. */
const FLOORS = {
  'cel-vs-hand': { atMost: 5 },
  'cel-vs-marcbachmann': { atLeast: 6 },
  'cel-vs-bufbuild': { atLeast: 100 },
  'missing attribute (ns)': { atMost: 50 },
  'parse and check (µs)': { atMost: 20 },
} as const satisfies Record<string, { atMost: number } | { atLeast: number }>

/** Both sides read what is not there: peers make an error object with a stack, which is in no mean. */
const OUT_OF_MEANS = 'missing_err'
const MISSING = 'R.attr.alsoMissing == "x"'
const ROUND_ROBIN = '1000_conditions'

/**
 * Conditions evaluated by this project's CEL, by hand-written JavaScript and by two other CEL
 * libraries, all in this process and all warm before the first is timed: what a call site in a
 * policy engine sees is never one condition alone.
 */
export async function benchCel(): Promise<boolean | 'cannot run'> {
  const corpus = readCorpus()
  if (typeof corpus === 'string') {
    process.stderr.write(`bench cel: ${corpus}\n`)
    return 'cannot run'
  }
  const built = await buildCel()
  const thousand = thousandConditions()
  const more = new Map(thousand.map(({ source, byHand: js }) => [source, js]))
  const contenders = [
    lockstitch(built, corpus),
    byHand(corpus, more),
    marcbachmann(corpus),
    bufbuild(corpus),
  ]
  const rows = [
    ...Object.entries(corpus.conditions).map(([name, source]) => rowOf(name, [source])),
    rowOf(ROUND_ROBIN, [...more.keys()]),
  ].map((row) => ({ ...row, entrants: entrantsOf(row.sources, contenders, corpus) }))
  const differences = rows.flatMap(compareAnswers)
  if (differences.length > 0) {
    print(`${differences.length} answers differ, nothing was measured:`)
    for (const difference of differences) print(`  ${difference}`)
    return false
  }
  return report(measure(rows), built, corpus)
}

/** Nanoseconds of each contender of a row, by the contender's name. */
interface Measured {
  readonly name: string
  readonly nanoseconds: ReadonlyMap<string, number>
  readonly excuses: ReadonlyMap<string, string>
}

function measure(rows: readonly Row[]): readonly Measured[] {
  const plans = rows.map(({ name, entrants }) => {
    const fit = entrants.filter(({ excuse }) => excuse === undefined)
    return { name, entrants, fit, tasks: fit.map(taskOf) }
  })
  const tasks = plans.flatMap((plan) => plan.tasks)
  warmUp(tasks)
  const times = timeInTurn(tasks)
  return plans.map(({ name, entrants, fit, tasks: own }) => {
    const first = tasks.indexOf(at(own, 0))
    return {
      name,
      nanoseconds: new Map(fit.map((entrant, i) => [entrant.name, at(times, first + i)])),
      excuses: new Map(
        entrants.flatMap(({ name: contender, excuse }) => (excuse ? [[contender, excuse]] : [])),
      ),
    }
  })
}

function taskOf({ evaluates, prepared }: Entrant): Task {
  const [only] = evaluates
  if (only !== undefined && evaluates.length === 1) {
    return { operations: prepared.length, run: () => askEach(only, prepared) }
  }
  return { operations: evaluates.length, run: () => askInTurn(evaluates, prepared) }
}

/** Asks once with each input and counts the `true`s, so that no answer is idle. */
function askEach(evaluate: Evaluate, prepared: readonly unknown[]): number {
  let count = 0
  for (let i = 0; i < prepared.length; i += 1) {
    if (evaluate(prepared[i]) === true) count += 1
  }
  return count
}

function askInTurn(evaluates: readonly Evaluate[], prepared: readonly unknown[]): number {
  let count = 0
  for (let i = 0; i < evaluates.length; i += 1) {
    if (at(evaluates, i)(prepared[i % prepared.length]) === true) count += 1
  }
  return count
}

function report(measured: readonly Measured[], built: BuiltCel, corpus: Corpus): boolean {
  const peers = ['hand', 'marcbachmann', 'bufbuild']
  for (const row of measured) printRow(row, peers)
  const figures: Record<keyof typeof FLOORS, number> = {
    'missing attribute (ns)': timeMissing(built, corpus),
    'parse and check (µs)': timeParseAndCheck(built, corpus),
    'cel-vs-hand': meanRatio(measured, 'cel', 'hand'),
    'cel-vs-marcbachmann': meanRatio(measured, 'marcbachmann', 'cel'),
    'cel-vs-bufbuild': meanRatio(measured, 'bufbuild', 'cel'),
  }
  print(`missing attribute  ${figures['missing attribute (ns)'].toFixed(1)} ns  (${MISSING})`)
  print(
    `parse and check  ${figures['parse and check (µs)'].toFixed(2)} µs  (mean of the conditions)`,
  )
  const short = shortfalls(figures)
  for (const line of short) print(`short: ${line}`)
  for (const peer of peers) {
    const figure = figures[`cel-vs-${peer}` as keyof typeof FLOORS]
    print(`ratio cel-vs-${peer}: ${figure.toFixed(figure < 20 ? 2 : 0)}`)
  }
  return short.length === 0
}

function printRow({ name, nanoseconds, excuses }: Measured, peers: readonly string[]): void {
  const ours = nanoseconds.get('cel') ?? Number.NaN
  const others = peers.map((peer) => {
    const time = nanoseconds.get(peer)
    if (time === undefined) return `${peer} cannot: ${excuses.get(peer)}`
    return `${peer} ${time.toFixed(1)} (${(ours > time ? ours / time : time / ours).toFixed(1)}x ${ours > time ? 'faster' : 'slower'})`
  })
  const note = name === OUT_OF_MEANS ? '  [in no mean]' : ''
  print(`${name.padEnd(16)} cel ${ours.toFixed(1)} ns  ${others.join('  ')}${note}`)
}

/** The geometric mean of the ratios of all rows in which both take part. */
function meanRatio(measured: readonly Measured[], over: string, under: string): number {
  const logarithms = measured.flatMap(({ name, nanoseconds }) => {
    const a = nanoseconds.get(over)
    const b = nanoseconds.get(under)
    return name === OUT_OF_MEANS || a === undefined || b === undefined ? [] : [Math.log(a / b)]
  })
  return Math.exp(logarithms.reduce((sum, each) => sum + each, 0) / logarithms.length)
}

function shortfalls(figures: Readonly<Record<keyof typeof FLOORS, number>>): readonly string[] {
  return Object.entries(FLOORS).flatMap(([name, floor]) => {
    const figure = figures[name as keyof typeof FLOORS]
    if ('atMost' in floor) {
      return figure <= floor.atMost
        ? []
        : [`${name} is ${figure.toFixed(2)}, at most ${floor.atMost} expected`]
    }
    return figure >= floor.atLeast
      ? []
      : [`${name} is ${figure.toFixed(2)}, at least ${floor.atLeast} expected`]
  })
}

function timeMissing(built: BuiltCel, corpus: Corpus): number {
  const [entrant] = entrantsOf([MISSING], [lockstitch(built, corpus)], corpus)
  const [time] = entrant ? timeInTurn([taskOf(entrant)]) : []
  return time ?? Number.NaN
}

function timeParseAndCheck(built: BuiltCel, { conditions }: Corpus): number {
  const { cel, check, declare, declareFunctions, ALL_FUNCTIONS, ALL_MACROS } = built
  const declarations = declare({
    variables: CONDITION_VARIABLES,
    functions: declareFunctions(ALL_FUNCTIONS),
  })
  const sources = Object.values(conditions)
  const task: Task = {
    operations: sources.length,
    run: () => {
      for (const source of sources) {
        const parsed = cel.parse(source, { macros: ALL_MACROS })
        if (!parsed.ok || !check(parsed.expr, declarations).ok) throw new Error(source)
      }
      return sources.length
    },
  }
  for (let i = 0; i < 4; i += 1) warmUp([task])
  const [nanoseconds = Number.NaN] = timeInTurn([task])
  return nanoseconds / 1000
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
