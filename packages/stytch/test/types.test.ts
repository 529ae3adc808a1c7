import type { Client } from '@cerbos/core'
import type { Engine } from '@lockstitch/engine'
import type { Authz, Decide, Identify } from '@lockstitch/guard'
import type {
  Authorizer,
  AuthorizerOptions,
  StytchClient,
  StytchIdentity,
} from '@lockstitch/stytch'
import type { B2BClient } from 'stytch'
import { expectTypeOf, test } from 'vitest'

test('our engine decides, and so does any client of the Cerbos SDK', () => {
  expectTypeOf<Engine>().toExtend<Decide>()
  type Request = Parameters<Decide['checkResources']>[0]
  expectTypeOf<Request>().toExtend<Parameters<Engine['checkResources']>[0]>()
  expectTypeOf<{ stytch: B2BClient; decide: Client }>().toExtend<AuthorizerOptions>()
  expectTypeOf<{ stytch: B2BClient; policies: string }>().toExtend<AuthorizerOptions>()
})

test('an authorizer has either policies or a decider', () => {
  expectTypeOf<{ stytch: B2BClient }>().not.toExtend<AuthorizerOptions>()
  expectTypeOf<{
    stytch: B2BClient
    policies: string
    decide: Client
  }>().not.toExtend<AuthorizerOptions>()
})

test("the SDK's client is what is asked for, and an authorizer is what guards ask for", () => {
  expectTypeOf<B2BClient>().toExtend<StytchClient>()
  expectTypeOf<Authorizer>().toExtend<Authz<StytchIdentity>>()
  expectTypeOf<Authorizer>().toExtend<Identify<StytchIdentity>>()
})
