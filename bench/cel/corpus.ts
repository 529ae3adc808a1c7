import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Conditions and the inputs that they are asked with. */
export interface Corpus {
  /** The instant that `now()` answers with. */
  readonly now: Date
  /** Name → condition. */
  readonly conditions: Readonly<Record<string, string>>
  readonly inputs: readonly Input[]
}

/** What one decision is about. */
export interface Input {
  readonly principal: Party
  readonly resource: Party
}

/** A principal or a resource, as it comes out of JSON. */
interface Party {
  readonly id: string
  readonly roles: readonly string[]
  readonly attr: Readonly<Record<string, unknown>>
}

const FILE = fileURLToPath(new URL('../../../shared/reference/cel-bench.json', import.meta.url))

/** The corpus beside the repository, or what is wrong with it. */
export function readCorpus(): Corpus | string {
  let text: string
  try {
    text = readFileSync(FILE, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return (
      `the conditions and inputs to measure with are missing: expected the file ${FILE} ` +
      `(the folder \`shared/reference\` belongs beside the repository); ${reason}`
    )
  }
  const { now, conditions, inputs } = JSON.parse(text) as Omit<Corpus, 'now'> & { now: string }
  return { now: new Date(now), conditions, inputs }
}
