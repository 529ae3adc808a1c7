import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PrismaLibSql } from '@prisma/adapter-libsql'

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
}

const require = createRequire(import.meta.url)
// Where `@prisma/client` is found from.
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))

/** Generates a client for a schema without a network, and opens a database in memory with it. */
export function openPrisma(models: string): { client: TestClient; remove: () => void } {
  mkdirSync(CACHE, { recursive: true })
  const directory = mkdtempSync(join(CACHE, 'lockstitch-prisma-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    const schema = join(directory, 'schema.prisma')
    writeFileSync(
      schema,
      `generator client {
  provider = "prisma-client-js"
  output   = "./client"
}
datasource db {
  provider = "sqlite"
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
    const adapter = new PrismaLibSql({ url: `file:${join(directory, 'database')}` })
    return { client: new PrismaClient({ adapter }), remove }
  } catch (error) {
    remove()
    throw error
  }
}
