import type { Request, RequestHandler, Response } from 'express'

import type { Authz } from './authz.ts'
import { refuseUnknownGuardOptions } from './guard-options.ts'
import { idHint } from './id-hint.ts'
import type { Identity } from './identify.ts'
import type { ListPlan } from './planned-list.ts'
import { type Problem, problemHeaders } from './problem.ts'
import type { RequestAuthz } from './request-authz.ts'
import type { ResourceOptions } from './resource.ts'
import type { MaybeRecord } from './verdict.ts'

/** What a guard checks before a handler runs. */
export interface GuardOptions<R extends MaybeRecord, I extends Identity = Identity>
  extends ResourceOptions {
  readonly kind: string
  readonly action: string
  /** Loads the record. Nothing is a denial, and an exception a 503. */
  readonly resource: (request: Request, authz: RequestAuthz<I>) => R | Promise<R>
  /** Answers a refusal with a page instead of the problem document. The status is set already. */
  readonly onDenied?: (problem: Problem, request: Request, response: Response) => unknown
}

/** What a guard leaves in `res.locals` for the handler. */
export interface GuardLocals<R extends MaybeRecord = MaybeRecord, I extends Identity = Identity> {
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
  readonly known: (request: Request, authz: RequestAuthz<I>) => MaybeRecord | Promise<MaybeRecord>
  /** Answers a refusal with a page instead of the problem document. The status is set already. */
  readonly onDenied?: (problem: Problem, request: Request, response: Response) => unknown
}

/** What a guard of a list leaves in `res.locals` for the handler. */
export interface ListGuardLocals<I extends Identity = Identity> {
  /** What may be listed, for `authorizedWhere` of `@lockstitch/filters`. */
  list: ListPlan
  /** Further questions of this request. */
  authz: RequestAuthz<I>
}

// biome-ignore lint/suspicious/noExplicitAny: Express's own types of a handler for any route.
type Guard<Locals extends object> = RequestHandler<any, any, any, any, Locals>

/** Lets a request reach the handler only when the action on the loaded record is allowed. */
export function guard<R extends MaybeRecord, I extends Identity>(
  authz: Authz<I>,
  options: GuardOptions<R, I>,
): Guard<GuardLocals<R, I>> {
  refuseUnknownGuardOptions('guard', options, 'resource')
  return async (request, response, next) => {
    const questions = authz.for(request)
    const outcome = await questions.check({
      action: options.action,
      kind: options.kind,
      options,
      idHint: idHint(request.params),
      load: () => options.resource(request, questions),
    })
    if (outcome.kind === 'refused') return refuse(outcome.problem, options, request, response)
    response.locals.record = outcome.record
    response.locals.authz = questions
    return next()
  }
}

/** Lets a request reach the handler only when the policies may allow some of what it lists. */
export function guardList<I extends Identity>(
  authz: Authz<I>,
  options: ListGuardOptions<I>,
): Guard<ListGuardLocals<I>> {
  refuseUnknownGuardOptions('guardList', options, 'known')
  return async (request, response, next) => {
    const questions = authz.for(request)
    const { kind, action } = options
    const known = (): ReturnType<typeof options.known> => options.known(request, questions)
    const outcome = await questions.checkList({ kind, action, options, known })
    if (outcome.kind === 'refused') return refuse(outcome.problem, options, request, response)
    response.locals.list = outcome.plan
    response.locals.authz = questions
    return next()
  }
}

async function refuse(
  problem: Problem,
  { onDenied }: Pick<GuardOptions<MaybeRecord>, 'onDenied'>,
  request: Request,
  response: Response,
): Promise<void> {
  response.status(problem.status)
  for (const [name, value] of Object.entries(problemHeaders(problem))) {
    // A page has a type of its own. Express's `set` would add a charset, which JSON does not have.
    if (onDenied === undefined || name !== 'content-type') response.setHeader(name, value)
  }
  if (onDenied === undefined) response.end(JSON.stringify(problem))
  else await onDenied(problem, request, response)
}
