import type { Client } from '@cerbos/core'
import { type Authz, createAuthz, type Decide, type RequestAuthz } from '@lockstitch/guard'
import { guard as expressGuard } from '@lockstitch/guard/express'
import { guard as honoGuard } from '@lockstitch/guard/hono'
import express from 'express'
import { Hono } from 'hono'
import { expect, expectTypeOf, test } from 'vitest'
import { options } from './fixtures.ts'

const authz: Authz = createAuthz(options())
interface Invoice {
  id: string
  organization_id: string
  amount: number
}
declare const load: () => Promise<Invoice | undefined>

test('the clients of the Cerbos SDK decide', () => {
  expectTypeOf<Client>().toExtend<Decide>()
  // The same without the leniency of methods: what we send is what they take.
  type Request = Parameters<Decide['checkResources']>[0]
  expectTypeOf<Request>().toExtend<Parameters<Client['checkResources']>[0]>()
})

test('an Express handler gets the loaded record typed, without null', () => {
  const app = express()
  const guarded = expressGuard(authz, { kind: 'invoice', action: 'pay', resource: () => load() })
  app.post('/invoices/:id', guarded, (request, response) => {
    expectTypeOf(response.locals.record).toEqualTypeOf<Invoice>()
    expectTypeOf(response.locals.authz).toExtend<RequestAuthz>()
    expectTypeOf(request.params).not.toBeNever()
    authz.for(request)
  })
  expect(guarded).toBeTypeOf('function')
})

test('a Hono handler gets the loaded record typed, without null', () => {
  const app = new Hono()
  const guarded = honoGuard(authz, { kind: 'invoice', action: 'pay', resource: () => load() })
  app.post('/invoices/:id', guarded, (context) => {
    expectTypeOf(context.get('record')).toEqualTypeOf<Invoice>()
    expectTypeOf(context.get('authz')).toExtend<RequestAuthz>()
    authz.for(context)
    authz.for(context.req.raw)
    return context.text('')
  })
  expect(guarded).toBeTypeOf('function')
})
