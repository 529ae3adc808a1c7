import type { Plant, RunnableArea } from './area.ts'
import { findCerbos } from './cerbos/binary.ts'

/** What the command is told. */
export interface RunOptions {
  readonly args: readonly string[]
  readonly areas: readonly RunnableArea[]
  print(line: string): void
}

/** The run could not be done as asked. */
const MISUSE = 2

const USAGE =
  'usage: differential --area NAME [--cases N] [--seed S] [--first INDEX] [--plant NAME | --plant list]'

/** Compares one area with the real Cerbos. Returns the exit code: 1 where they differ. */
export async function runDifferential({ args, areas, print }: RunOptions): Promise<number> {
  const request = readArguments(args, areas)
  if ('problem' in request) {
    print(`${request.problem}\n${USAGE}`)
    return MISUSE
  }
  const { area, listPlants, ...options } = request
  if (listPlants) {
    for (const { name, doc } of area.plants) print(`${name.padEnd(32)} ${doc}`)
    return 0
  }
  const cerbos = findCerbos()
  if ('missing' in cerbos) {
    print(cerbos.missing)
    return MISUSE
  }
  const { agree, differ, shortcomings } = await area.run({ ...options, print })
  for (const each of shortcomings) print(`falls short: ${each}`)
  if (options.plant !== undefined) {
    print(
      `planted ${options.plant.name}: ${differ > 0 ? 'found' : 'not found'} in ${agree + differ} cases`,
    )
  }
  print(`differential ${area.name}: ${agree} agree, ${differ} differ`)
  return differ === 0 && shortcomings.length === 0 ? 0 : 1
}

interface Request {
  readonly area: RunnableArea
  readonly cases: number
  readonly seed: number
  readonly first: number
  readonly plant?: Plant
  readonly listPlants: boolean
}

function readArguments(
  args: readonly string[],
  areas: readonly RunnableArea[],
): Request | { readonly problem: string } {
  const values = new Map<string, string>()
  for (let i = 0; i < args.length; i += 1) {
    const [option = '', inline] = (args[i] as string).split('=', 2)
    if (!OPTIONS.has(option)) return { problem: `unknown argument \`${args[i]}\`` }
    const value = inline ?? args[i + 1]
    if (value === undefined) return { problem: `${option} needs a value` }
    if (inline === undefined) i += 1
    values.set(option, value)
  }
  const name = values.get('--area')
  const area = areas.find((each) => each.name === name)
  const known = areas.map((each) => each.name).join(', ')
  if (area === undefined) {
    return {
      problem:
        name === undefined
          ? `--area is missing: ${known}`
          : `no area is named ${name}; there are ${known}`,
    }
  }
  const numbers = { cases: 2000, seed: 1, first: 0 }
  for (const key of ['cases', 'seed', 'first'] as const) {
    const text = values.get(`--${key}`)
    if (text === undefined) continue
    if (!/^\d+$/.test(text)) return { problem: `--${key} takes a whole number, got \`${text}\`` }
    numbers[key] = Number(text)
  }
  const plantName = values.get('--plant')
  if (plantName === undefined || plantName === 'list') {
    return { area, ...numbers, listPlants: plantName === 'list' }
  }
  const plant = area.plants.find((each) => each.name === plantName)
  if (plant === undefined) return { problem: `no bug is named ${plantName}; see --plant list` }
  return { area, ...numbers, plant, listPlants: false }
}

const OPTIONS: ReadonlySet<string> = new Set(['--area', '--cases', '--seed', '--first', '--plant'])
