import type { B2BClient, Client } from 'stytch'

import type { Emulator } from '../../src/emulator.ts'

/** What a case may use: a fresh emulator, and the official SDK's clients pointed at it. */
export interface Contract {
  readonly emulator: Emulator
  readonly b2b: B2BClient
  readonly consumer: Client
  /** The same with credentials that no project has. */
  readonly stranger: B2BClient
  readonly strangeConsumer: Client
}

/** What is asked of a method: that it works, and that it fails as Stytch documents. */
export interface ContractCase {
  /** A valid call, whose effect another method sees. */
  works(contract: Contract): Promise<void>
  /** A call that fails. */
  fails(contract: Contract): Promise<unknown>
  /** The `error_type` it fails with; a `code` of the SDK where the SDK fails by itself. */
  readonly error: string
}

/** Cases by the path of their method. */
export type ContractCases = Readonly<Record<string, ContractCase>>
