import type { Context, MiddlewareHandler } from 'hono'

import type { Authz } from './authz.ts'
import { refuseUnknownGuardOptions } from './guard-options.ts'
import { idHint } from './id-hint.ts'
import type { Identity } from './identify.ts'
import type { ListPlan } from './planned-list.ts'
import { type Problem, problemHeaders, problemResponse } from './problem.ts'
import type { RequestAuthz } from './request-authz.ts'
import type { ResourceOptions } from './resource.ts'
import type { MaybeRecord } from './verdict.ts'

/** What a guard checks before a handler runs. */
export interface GuardOptions<R extends MaybeRecord, I extends Identity = Identity>
  extends ResourceOptions {
  readonly kind: string
  readonly action: string
  /** Loads the record. Nothing is a denial, and an exception a 503. */
  readonly resource: (context: Context, authz: RequestAuthz<I>) => R | Promise<R>
  /** Answers a refusal with a page instead of the problem document. The status is set already. */
  readonly onDenied?: (problem: Problem, context: Context) => Response | Promise<Response>
}

/** What a guard leaves in the context for the handler: `c.get('record')`, `c.get('authz')`. */
export interface GuardVariables<
  R extends MaybeRecord = MaybeRecord,
  I extends Identity = Identity,
> {
  /** The record that was loaded and decided about. */
  record: NonNullable<R>
  /** Further questions of this request. */
  authz: RequestAuthz<I>
}

/** What a guard of a list checks before a handler runs. */
export interface ListGuardOptions<I extends Identity = Identity> extends ResourceOptions {
  readonly kind: string
  readonly action: string
  /** What all records of the list have in common, their organization among it. Nothing is a denial. */
  readonly known: (context: Context, authz: RequestAuthz<I>) => MaybeRecord | Promise<MaybeRecord>
  /** Answers a refusal with a page instead of the problem document. The status is set already. */
  readonly onDenied?: (problem: Problem, context: Context) => Response | Promise<Response>
}

/** What a guard of a list leaves in the context for the handler: `c.get('list')`, `c.get('authz')`. */
export interface ListGuardVariables<I extends Identity = Identity> {
  /** What may be listed, for `authorizedWhere` of `@lockstitch/filters`. */
  list: ListPlan
  /** Further questions of this request. */
  authz: RequestAuthz<I>
}

/** Lets a request reach the handler only when the action on the loaded record is allowed. */
export function guard<R extends MaybeRecord, I extends Identity>(
  authz: Authz<I>,
  options: GuardOptions<R, I>,
): MiddlewareHandler<{ Variables: GuardVariables<R, I> }> {
  refuseUnknownGuardOptions('guard', options, 'resource')
  return async (context, next) => {
    const questions = authz.for(context)
    const outcome = await questions.check({
      action: options.action,
      kind: options.kind,
      options,
      idHint: idHint(context.req.param()),
      load: () => options.resource(context, questions),
    })
    if (outcome.kind === 'refused') return refuse(outcome.problem, options, context)
    context.set('record', outcome.record)
    context.set('authz', questions)
    return next()
  }
}

/** Lets a request reach the handler only when the policies may allow some of what it lists. */
export function guardList<I extends Identity>(
  authz: Authz<I>,
  options: ListGuardOptions<I>,
): MiddlewareHandler<{ Variables: ListGuardVariables<I> }> {
  refuseUnknownGuardOptions('guardList', options, 'known')
  return async (context, next) => {
    const questions = authz.for(context)
    const { kind, action } = options
    const known = (): ReturnType<typeof options.known> => options.known(context, questions)
    const outcome = await questions.checkList({ kind, action, options, known })
    if (outcome.kind === 'refused') return refuse(outcome.problem, options, context)
    context.set('list', outcome.plan)
    context.set('authz', questions)
    return next()
  }
}

function refuse(
  problem: Problem,
  { onDenied }: Pick<GuardOptions<MaybeRecord>, 'onDenied'>,
  context: Context,
): Response | Promise<Response> {
  if (onDenied === undefined) return problemResponse(problem)
  context.status(problem.status)
  for (const [name, value] of Object.entries(problemHeaders(problem)))
    if (name !== 'content-type') context.header(name, value)
  return onDenied(problem, context)
}
