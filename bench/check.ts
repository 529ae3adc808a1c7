import { fileURLToPath } from 'node:url'

import { GRPC } from '@cerbos/grpc'

import type { CheckInput } from '../packages/engine/src/index.ts'
import { Engine } from '../packages/engine/src/node.ts'
import { startCerbos } from '../tools/cerbos-server.ts'
import { microseconds, timeAsyncCalls, timeCalls } from './measure.ts'
import { QUESTIONS } from './questions.ts'

const POLICIES = fileURLToPath(new URL('../examples/app/policies', import.meta.url))
const FLOOR = 200
const settings = { strictEvaluation: true, lenientScopeSearch: true }

/** A single check in this process, and the same one put to a Cerbos server over gRPC. */
export async function benchCheck(): Promise<boolean> {
  const engine = await Engine.fromDirectory(POLICIES, settings)
  const server = await startCerbos({ policies: POLICIES, engine: settings })
  const client = new GRPC(server.grpcAddress, { tls: false })
  try {
    const differences = await compare(engine, client)
    if (differences.length > 0) {
      print(`${differences.length} of ${QUESTIONS.length} answers differ, nothing was measured:`)
      for (const difference of differences) print(`  ${difference}`)
      return false
    }
    const allowed = QUESTIONS.filter((input) => ask(engine, input).endsWith('ALLOW')).length
    print(`questions       ${QUESTIONS.length}, equal answers, ${allowed} allowed`)
    const ours = timeCalls(QUESTIONS, 200_000, (input) => engine.check(input))
    print(`in-process      median ${microseconds(ours.median)}  p99 ${microseconds(ours.p99)}`)
    const theirs = await timeAsyncCalls(QUESTIONS, 4_000, (input) => askCerbos(client, input))
    print(`cerbos grpc     median ${microseconds(theirs.median)}  p99 ${microseconds(theirs.p99)}`)
    const ratio = theirs.median / ours.median
    if (ratio < FLOOR) print(`warning: the ratio is below ${FLOOR}`)
    print(`ratio check-vs-cerbos-grpc: ${Math.round(ratio)}`)
    return ratio >= FLOOR
  } finally {
    client.close()
    await server.stop()
    engine.close()
  }
}

async function compare(engine: Engine, client: GRPC): Promise<string[]> {
  const differences: string[] = []
  for (const input of QUESTIONS) {
    const ours = ask(engine, input)
    const theirs = await askCerbos(client, input)
    if (ours === theirs) continue
    const { principal, resource, actions } = input
    const question = `${principal.id} ${actions.join()} ${resource.kind}/${resource.id}`
    differences.push(`${question}: ${ours}, Cerbos ${theirs}`)
  }
  return differences
}

function ask(engine: Engine, input: CheckInput): string {
  return [...engine.check(input).actions.values()].map(({ effect }) => effect).join()
}

async function askCerbos(
  client: GRPC,
  { principal, resource, actions }: CheckInput,
): Promise<string> {
  // The SDK's types are mutable, it does not change what it is given.
  const result = await client.checkResource({
    principal: principal as Parameters<GRPC['checkResource']>[0]['principal'],
    resource: resource as Parameters<GRPC['checkResource']>[0]['resource'],
    actions: [...actions],
  })
  return actions.map((action) => result.actions[action]).join()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
