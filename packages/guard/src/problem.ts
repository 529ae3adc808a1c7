import type { StepUp } from './step-up.ts'
import type { Verdict } from './verdict.ts'

/**
 * The refusals that a guard answers with, as RFC 9457 problems.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export type Problem = DeniedProblem | StepUpProblem | UnauthenticatedProblem | UnavailableProblem

/** A policy decided against the request, or there is nothing to decide about. */
export interface DeniedProblem {
  readonly type: 'urn:lockstitch:problem:denied'
  readonly title: 'Not allowed'
  readonly status: 403
  /** The id of the decision record, which has the details. */
  readonly decisionId: string
  readonly action: string
  /** `kind/id`, or the kind where the request names no id; the same whether the resource exists or not. */
  readonly resource: string
  /** Why, in development only. */
  readonly explanation?: unknown
}

/** Nobody is signed in, or the session that was sent is not accepted. */
export interface UnauthenticatedProblem {
  readonly type: 'urn:lockstitch:problem:unauthenticated'
  readonly title: 'Not signed in'
  readonly status: 401
  readonly code: string
  readonly detail: string
}

/** The policies would allow it after another sign-in: a fresher one, or one of another kind. */
export interface StepUpProblem {
  readonly type: 'urn:lockstitch:problem:step-up'
  readonly title: 'Another sign-in needed'
  readonly status: 401
  readonly code: 'insufficient_user_authentication'
  readonly detail: string
  readonly decisionId: string
  readonly action: string
  readonly resource: string
  /** Seconds that the sign-in may be old. */
  readonly maxAge?: number
  /** The kinds of sign-in that are enough, with spaces between them. */
  readonly acrValues?: string
}

/** It could not be decided. Nothing is known about the session or the permission. */
export interface UnavailableProblem {
  readonly type: 'urn:lockstitch:problem:unavailable'
  readonly title: 'Not decided'
  readonly status: 503
  readonly code: string
  readonly detail: string
  readonly decisionId?: string
}

/** Why a guard could not decide, apart from the codes of an `Identify`. */
export const undecided = {
  'identify-failed': 'the request could not be identified',
  'resource-unavailable': 'the resource could not be loaded',
  'resource-invalid': 'the resource is not a record that can be decided about',
  'decision-failed': 'the policy decision point answered with an error',
  'decision-timeout': 'the policy decision point did not answer in time',
  'plan-unsupported': 'the policy decision point plans no lists',
  'decision-malformed': 'the policy decision point gave an answer that decides nothing',
} as const

/** The code of an entry of {@link undecided}. */
export type UndecidedCode = keyof typeof undecided

/** The 403 problem for a verdict. */
export function denied(
  { id, action, resource }: Pick<Verdict, 'id' | 'action' | 'resource'>,
  explanation?: unknown,
): DeniedProblem {
  return {
    type: 'urn:lockstitch:problem:denied',
    title: 'Not allowed',
    status: 403,
    decisionId: id,
    action,
    resource: nameOf(resource),
    ...(explanation === undefined ? {} : { explanation }),
  }
}

function nameOf({ kind, id }: Verdict['resource']): string {
  return id === '' ? kind : `${kind}/${id}`
}

/** The 401 problem for a verdict that asks for another sign-in. */
export function stepUpNeeded(
  { id, action, resource }: Pick<Verdict, 'id' | 'action' | 'resource'>,
  { maxAge, acrValues }: StepUp,
): StepUpProblem {
  return {
    type: 'urn:lockstitch:problem:step-up',
    title: 'Another sign-in needed',
    status: 401,
    code: 'insufficient_user_authentication',
    detail: 'sign in again, as the challenge says',
    decisionId: id,
    action,
    resource: nameOf(resource),
    ...(maxAge === null ? {} : { maxAge }),
    ...(acrValues === null ? {} : { acrValues }),
  }
}

/** The 401 problem for a cause. */
export function unauthenticated(code: string, detail: string): UnauthenticatedProblem {
  return {
    type: 'urn:lockstitch:problem:unauthenticated',
    title: 'Not signed in',
    status: 401,
    code,
    detail,
  }
}

/** The 503 problem for a cause. */
export function unavailable(code: string, detail: string, decisionId?: string): UnavailableProblem {
  return {
    type: 'urn:lockstitch:problem:unavailable',
    title: 'Not decided',
    status: 503,
    code,
    detail,
    ...(decisionId === undefined ? {} : { decisionId }),
  }
}

/**
 * The headers of a problem's response. No problem sets or clears a cookie: a session outlives a
 * policy decision point that is down.
 */
export function problemHeaders(problem: Problem): Record<string, string> {
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  if (problem.status !== 401) return headers
  return { ...headers, 'www-authenticate': challenge(problem) }
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function challenge(problem: StepUpProblem | UnauthenticatedProblem): string {
  if (!isStepUp(problem))
    return problem.code === 'no-session' ? 'Bearer' : 'Bearer error="invalid_token"'
  const { code, detail, maxAge, acrValues } = problem
  const parts = [`error="${code}"`, `error_description="${detail}"`]
  if (acrValues !== undefined) parts.push(`acr_values="${acrValues}"`)
  if (maxAge !== undefined) parts.push(`max_age="${maxAge}"`)
  return `Bearer ${parts.join(', ')}`
}

/** Whether a problem asks for another sign-in. */
export function isStepUp(problem: Problem): problem is StepUpProblem {
  return problem.type === 'urn:lockstitch:problem:step-up'
}

/** A problem as a Fetch response. */
export function problemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: problemHeaders(problem),
  })
}

/**
 * A problem that is thrown. `status` and `getResponse` are what Express and Hono read when nobody
 * handles it.
 */
export class ProblemError extends Error {
  readonly problem: Problem
  readonly status: 401 | 403 | 503

  constructor(problem: Problem, options?: ErrorOptions) {
    super('detail' in problem ? `${problem.code}: ${problem.detail}` : problem.title, options)
    this.name = 'ProblemError'
    this.problem = problem
    this.status = problem.status
  }

  /** The problem as a response. */
  getResponse(): Response {
    return problemResponse(this.problem)
  }
}
