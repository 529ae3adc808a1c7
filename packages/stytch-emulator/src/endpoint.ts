import type { Emulation } from './emulation.ts'
import { type Fields, readFields, type Shape } from './fields.ts'
import type { SignedIn } from './sessions.ts'
import { assertPermitted, type Need } from './steps/authorize-member.ts'

/** A client of the official SDK. */
type SdkClient = 'B2BClient' | 'Client'

/** A row of the table of endpoints. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The path as Stytch documents it, with `:name` for its parameters. */
  readonly path: string
  /** The method of the official SDK that calls it; empty where none does. */
  readonly sdk: string
  /** The SDK's clients that have the method. */
  readonly clients: readonly SdkClient[]
  /** Anyone may call a public endpoint; the others need the project's credentials. */
  readonly access: 'project' | 'public'
  /** The status of an answer that is no failure. */
  readonly status: number
  /** Whether it is OAuth's: its body may be a form, and its client's credentials in a header. */
  readonly takesForms: boolean
  /** Answers a call whose fields have not been read yet. */
  answer(
    emulation: Emulation,
    source: object,
    caller: SignedIn | undefined,
  ): object | Promise<object>
  /** Whether `X-Stytch-Member-Session` makes the call one of that member. */
  readonly asMember: boolean
}

/** One call of an endpoint. */
interface Call<S extends Shape> extends Emulation {
  /** The body, the query and the path's parameters together. */
  readonly fields: Fields<S>
  /** The member on whose behalf the call is made, if it is. */
  readonly caller: SignedIn | undefined
}

/** What an endpoint is called. */
export type EndpointName = Pick<Endpoint, 'method' | 'path' | 'sdk'> &
  Partial<Pick<Endpoint, 'access' | 'clients' | 'takesForms' | 'status'>>

/** What an endpoint does. */
export interface Behaviour<S extends Shape> {
  /** What a calling member needs; without it a call is never one of a member. */
  readonly needs?: (call: Call<S>, caller: SignedIn) => readonly Need[]
  readonly run: (call: Call<S>) => object | Promise<object>
}

/** Describes an endpoint: its name, the fields it takes and what it does with them. */
export function endpoint<S extends Shape>(
  name: EndpointName,
  fields: S,
  { needs, run }: Behaviour<NoInfer<S>>,
): Endpoint {
  return {
    access: 'project',
    clients: ['B2BClient'],
    takesForms: false,
    status: 200,
    ...name,
    asMember: needs !== undefined,
    answer(emulation, source, caller) {
      const call = { ...emulation, caller, fields: readFields(fields, source) }
      if (needs !== undefined && caller !== undefined)
        for (const need of needs(call, caller)) assertPermitted(emulation, caller, need)
      return run(call)
    },
  }
}
