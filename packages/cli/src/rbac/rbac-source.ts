import { readFile } from 'node:fs/promises'
import { fetchRbacPolicy, type RbacPolicy, readRbacPolicy } from '@lockstitch/stytch/rbac'

import { CommandFailure, exitCodes, reasonOf } from '../exit-codes.ts'
import type { Io } from '../io.ts'

/** What `lockstitch rbac` is told. */
export interface RbacOptions {
  readonly from?: string
  readonly consumer?: true
  readonly organizations: boolean
  readonly expandWildcards?: true
}

/** The RBAC policy of a file, or of the project in the environment. */
export async function loadRbacPolicy(options: RbacOptions, io: Io): Promise<RbacPolicy> {
  const { from, organizations } = options
  const policy = from === undefined ? await fetchPolicy(options, io) : await readPolicy(from, io)
  return organizations ? policy : { ...policy, organizations: [] }
}

async function readPolicy(file: string, io: Io): Promise<RbacPolicy> {
  const text = await (file === '-' ? io.readStdin() : readFile(file, 'utf8')).catch(
    (error: unknown) => {
      throw new CommandFailure(exitCodes.failed, `cannot read \`${file}\`: ${reasonOf(error)}`)
    },
  )
  try {
    return readRbacPolicy(JSON.parse(text))
  } catch (error) {
    throw new CommandFailure(
      exitCodes.usage,
      `\`${file}\` is no RBAC policy of Stytch: ${reasonOf(error)}`,
    )
  }
}

async function fetchPolicy(
  { consumer, organizations }: RbacOptions,
  { env }: Io,
): Promise<RbacPolicy> {
  const { STYTCH_PROJECT_ID: project_id, STYTCH_SECRET: secret, STYTCH_ENV } = env
  if (!project_id || !secret)
    throw new CommandFailure(
      exitCodes.usage,
      'expected --from, or STYTCH_PROJECT_ID and STYTCH_SECRET in the environment',
    )
  const { B2BClient, Client } = await import('stytch')
  const settings = { project_id, secret, ...(STYTCH_ENV && { env: STYTCH_ENV }) }
  try {
    const client = consumer ? new Client(settings) : new B2BClient(settings)
    return await fetchRbacPolicy(client, { organizations })
  } catch (error) {
    throw new CommandFailure(exitCodes.failed, `cannot ask Stytch: ${reasonOf(error)}`)
  }
}
