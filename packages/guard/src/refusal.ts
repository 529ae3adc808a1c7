import { Undecided } from './decision.ts'
import { isIdentifyFailure } from './identify.ts'
import { ProblemError, unauthenticated, unavailable, undecided } from './problem.ts'

/**
 * The problem for anything that can be thrown on the way to a decision. What is not known to be the
 * request's fault is a 503: nothing was decided.
 */
export function refusalOf(error: unknown, decisionId: string): ProblemError {
  if (error instanceof ProblemError) return error
  if (isIdentifyFailure(error)) {
    const cause = error.cause
    const { code, message } = error
    if (error.status === 401) return new ProblemError(unauthenticated(code, message), { cause })
    return new ProblemError(unavailable(code, message, decisionId), { cause: cause ?? error })
  }
  if (error instanceof Undecided)
    return new ProblemError(unavailable(error.code, error.message, decisionId), {
      cause: error.cause ?? error,
    })
  return new ProblemError(
    unavailable('decision-failed', undecided['decision-failed'], decisionId),
    {
      cause: error,
    },
  )
}
