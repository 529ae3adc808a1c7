import { GRPC } from '@cerbos/grpc'

import type { PlanInput } from '../../packages/engine/src/index.ts'
import type { WireFilter, WireOperand } from '../../packages/engine/src/table.ts'
import type { SourceFile } from '../../packages/policy/src/index.ts'
import { startCerbos } from '../../tools/cerbos-server.ts'
import { SETTINGS } from '../engine/settings.ts'

/** The real Cerbos behind its gRPC client. */
export interface CerbosPlanner {
  plan(input: PlanInput): Promise<WireFilter>
  stop(): Promise<void>
}

type SdkRequest = Parameters<GRPC['planResources']>[0]

/** Starts Cerbos on policies. */
export async function startPlanner(files: readonly SourceFile[]): Promise<CerbosPlanner> {
  const policies = Object.fromEntries(files.map(({ path, text }) => [path, text]))
  const server = await startCerbos({ policies, engine: SETTINGS })
  const client = new GRPC(server.grpcAddress, { tls: false })
  return {
    async plan(input) {
      // The SDK's types are mutable, it does not change what it is given.
      const response = await client.planResources(input as SdkRequest)
      return 'condition' in response
        ? { kind: response.kind, condition: wireOperand(response.condition) }
        : { kind: response.kind }
    },
    async stop() {
      client.close()
      await server.stop()
    },
  }
}

type Response = Awaited<ReturnType<GRPC['planResources']>>
type Operand = Extract<Response, { condition: unknown }>['condition']

/** Its own client has classes for operands, of a version of its own. */
function wireOperand(operand: Operand): WireOperand {
  if ('name' in operand) return { variable: operand.name }
  if ('value' in operand) return { value: operand.value }
  const { operator, operands } = operand
  return { expression: { operator, operands: operands.map(wireOperand) } }
}
