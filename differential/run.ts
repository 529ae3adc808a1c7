import type { Plant, RunnableArea } from './area.ts'
import { findCerbos } from './cerbos/binary.ts'
import type { PlantSearch } from './find-plants.ts'

/** What the command is told. */
export interface RunOptions {
  readonly args: readonly string[]
  readonly areas: readonly RunnableArea[]
  /** Ends a run before its time, which then falls short. */
  readonly signal?: AbortSignal
  print(line: string): void
}

/** The run could not be done as asked. */
const MISUSE = 2

const USAGE =
  'usage: differential --area NAME [--cases N] [--seed S] [--first INDEX] [--plant NAME | all | list]'

/** Compares one area with the real Cerbos. Returns the exit code: 1 where they differ. */
export async function runDifferential({ args, areas, signal, print }: RunOptions): Promise<number> {
  const request = readArguments(args, areas)
  if ('problem' in request) {
    print(`${request.problem}\n${USAGE}`)
    return MISUSE
  }
  const { area, plants, ...options } = request
  if (plants === 'list') {
    for (const { name, doc } of area.plants) print(`${name.padEnd(32)} ${doc}`)
    return 0
  }
  const cerbos = findCerbos()
  if ('missing' in cerbos) {
    print(cerbos.missing)
    return MISUSE
  }
  if (plants !== undefined) return seekPlants(area, { ...options, plants, print })
  const { agree, differ, shortcomings } = await area.run({
    ...options,
    ...(signal && { signal }),
    print,
  })
  for (const each of shortcomings) print(`falls short: ${each}`)
  print(`differential ${area.name}: ${agree} agree, ${differ} differ`)
  return differ === 0 && shortcomings.length === 0 ? 0 : 1
}

/** A bug that is found is a difference; of several each has to be found. */
async function seekPlants(area: RunnableArea, search: PlantSearch): Promise<number> {
  const { found, missed, asked } = await area.findPlants(search)
  if (search.plants.length > 1) {
    search.print(`planted ${area.name}: ${found} found, ${missed} not found`)
    return missed === 0 ? 0 : 1
  }
  search.print(`differential ${area.name}: ${asked - found} agree, ${found} differ`)
  return found
}

interface Request {
  readonly area: RunnableArea
  readonly cases: number
  readonly seed: number
  readonly first: number
  /** The bugs that are sought, instead of differences. */
  readonly plants: readonly Plant[] | 'list' | undefined
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
  const plants = plantName === undefined ? undefined : plantsNamed(area, plantName)
  if (plants?.length === 0) return { problem: `no bug is named ${plantName}; see --plant list` }
  return { area, ...numbers, plants }
}

function plantsNamed({ plants }: RunnableArea, name: string): readonly Plant[] | 'list' {
  if (name === 'list') return 'list'
  return name === 'all' ? plants : plants.filter((each) => each.name === name)
}

const OPTIONS: ReadonlySet<string> = new Set(['--area', '--cases', '--seed', '--first', '--plant'])
