import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaPg } from '@prisma/adapter-pg'

import type { PrismaProvider } from '../src/prisma.ts'
import { hasPostgres, startPostgres } from './postgres-server.ts'

/** What the tests ask a generated client for. */
export interface TestClient {
  $executeRawUnsafe(statement: string, ...values: unknown[]): Promise<number>
  $transaction(queries: unknown[]): Promise<unknown>
  $disconnect(): Promise<void>
  readonly document: TestDelegate
  readonly member: TestDelegate
}

interface TestDelegate {
  readonly fields: object
  findMany(query: object): Promise<object[]>
  createMany(query: { readonly data: readonly object[] }): Promise<object>
}

/** A database that Prisma asks, where it is here. */
export interface PrismaTarget {
  readonly provider: PrismaProvider
  /** Why it is not here. */
  readonly missing?: string
  readonly open: (directory: string) => { readonly adapter: object; readonly stop: () => void }
}

export const SQLITE: PrismaTarget = {
  provider: 'sqlite',
  open: (directory) => ({
    adapter: new PrismaLibSql({ url: `file:${join(directory, 'database')}` }),
    stop: () => {},
  }),
}

export const PRISMA_TARGETS: readonly PrismaTarget[] = [
  SQLITE,
  {
    provider: 'postgresql',
    ...(!hasPostgres && { missing: 'its programs are not on the path' }),
    open() {
      const { directory: host, stop } = startPostgres()
      return { adapter: new PrismaPg({ host, user: 'test', database: 'postgres' }), stop }
    },
  },
]

export interface TestDatabase {
  readonly client: TestClient
  readonly close: () => Promise<void>
}

const require = createRequire(import.meta.url)
// Where `@prisma/client` is found from.
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))

/** Generates a client for a schema without a network, and opens a database of its own with it. */
export async function openPrisma(
  { provider, open }: PrismaTarget,
  models: string,
  tables: readonly string[],
): Promise<TestDatabase> {
  mkdirSync(CACHE, { recursive: true })
  const directory = mkdtempSync(join(CACHE, 'lockstitch-prisma-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    const PrismaClient = generated(directory, provider, models)
    const { adapter, stop } = open(directory)
    const client = new PrismaClient({ adapter })
    const close = async (): Promise<void> => {
      await client.$disconnect()
      stop()
      remove()
    }
    for (const statement of tables) await client.$executeRawUnsafe(statement)
    return { client, close }
  } catch (error) {
    remove()
    throw error
  }
}

function generated(
  directory: string,
  provider: PrismaProvider,
  models: string,
): new (
  options: object,
) => TestClient {
  const schema = join(directory, 'schema.prisma')
  writeFileSync(
    schema,
    `generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "${provider}"
}
${models}`,
  )
  const program = require.resolve('prisma/build/index.js')
  execFileSync(process.execPath, [program, 'generate', `--schema=${schema}`, '--no-hints'], {
    cwd: directory,
    stdio: 'pipe',
    // Clients are generated without the schema engine, which would be fetched all the same.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  })
  const { PrismaClient } = require(join(directory, 'client')) as {
    readonly PrismaClient: new (options: object) => TestClient
  }
  return PrismaClient
}
