import { isStepUp, type Problem, ProblemError } from '@lockstitch/guard'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { RequestError, StytchError } from 'stytch'

import { type Context, clearSession, memberFrame, sendPage, visitorFrame } from '../context.ts'
import { cookieNames, signInMaxAge } from '../cookies.ts'
import { CsrfError } from '../csrf.ts'
import { StytchTimeout } from '../deadline.ts'
import { explained } from '../pages/explanation.ts'
import type { Frame } from '../pages/layout.ts'
import { type ProblemView, problemPage } from '../pages/problem.ts'
import { allowedReturnPath } from '../redirect.ts'

const home = { path: '/', label: 'Back to your documents' }

/** Answers what a guard refuses: people get a page, programs the problem document. */
export function refuse(context: Context) {
  return async (problem: Problem, request: Request, response: Response): Promise<void> => {
    response.vary('Accept')
    if (!wantsPage(request)) {
      response.type('application/problem+json').send(JSON.stringify(problem))
      return
    }
    if (isStepUp(problem)) return sendToStepUp(context, request, response)
    if (problem.status === 401) return sendToSignIn(context, problem.code, request, response)
    const frame = await frameOf(context, problem, request, response)
    sendPage(response, frame, problemPage(viewOf(problem)))
  }
}

/** Answers whatever a handler throws. Nothing of the error itself reaches the page. */
export function handleError(context: Context): ErrorRequestHandler {
  const refuseProblem = refuse(context)
  return async (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof ProblemError) {
      response.status(error.status)
      return refuseProblem(error.problem, request, response)
    }
    const view = viewOfError(error)
    if (view.status >= 500) process.stderr.write(`${String(error)}\n`)
    response.status(view.status)
    sendPage(response, visitorFrame(context, request, response), problemPage(view))
  }
}

/** The page for an address that leads nowhere. */
export function notFound(context: Context) {
  return (request: Request, response: Response): void => {
    response.status(404)
    const frame = visitorFrame(context, request, response)
    const message = 'There is no such page.'
    sendPage(response, frame, problemPage({ status: 404, title: 'Not found', message, back: home }))
  }
}

function wantsPage(request: Request): boolean {
  return request.accepts(['json', 'html']) === 'html'
}

// A session that is not accepted is of no use any more: without it the next sign-in starts clean.
function sendToSignIn(context: Context, code: string, request: Request, response: Response): void {
  clearSession(context, response)
  rememberPath(context, request, response)
  response.redirect(303, code === 'no-session' ? '/sign-in' : '/sign-in?ended')
}

// The session is good, and is to become better.
function sendToStepUp(context: Context, request: Request, response: Response): void {
  rememberPath(context, request, response)
  response.redirect(303, '/step-up')
}

function rememberPath({ jar }: Context, request: Request, response: Response): void {
  const path = request.method === 'GET' ? allowedReturnPath(request.path) : undefined
  if (path !== undefined) jar.set(response, cookieNames.returnTo, path, signInMaxAge)
}

// Where nothing could be decided, who is asking may be unknown too.
async function frameOf(
  context: Context,
  problem: Problem,
  request: Request,
  response: Response,
): Promise<Frame> {
  if (problem.status !== 403) return visitorFrame(context, request, response)
  return memberFrame(context, request, response)
}

/** What each action is called when it is refused. */
const phrases: Readonly<Record<string, string>> = {
  list_documents: 'see the documents of this organization',
  list_members: 'see the members of this organization',
  view: 'read this document',
  create: 'write documents here',
  classify: 'change who sees this document',
}

function viewOf(problem: Problem): ProblemView {
  if (problem.status !== 403)
    return {
      status: problem.status,
      title: 'Not decided',
      message:
        'We could not find out whether you may do this, so nothing was done. You are still signed in; please try again in a moment.',
      decisionId: 'decisionId' in problem ? problem.decisionId : undefined,
      back: home,
    }
  const phrase = phrases[problem.action] ?? `${problem.action} this document`
  return {
    status: 403,
    title: 'Not allowed',
    message: `You may not ${phrase}.`,
    decisionId: problem.decisionId,
    explanation: explained(problem.explanation),
    back: home,
  }
}

function viewOfError(error: unknown): ProblemView {
  if (error instanceof CsrfError)
    return {
      status: 403,
      title: 'The form has expired',
      message: 'It did not come from a page of this session. Nothing was changed: open it again.',
      back: home,
    }
  const isStytch = [StytchError, RequestError, StytchTimeout].some((type) => error instanceof type)
  const status = isStytch ? 503 : statusOf(error)
  return {
    status,
    title: titles[status] ?? 'This request was not understood',
    message: 'Nothing was changed. Please try again in a moment.',
    back: home,
  }
}

const titles: Readonly<Record<number, string>> = {
  500: 'Something went wrong',
  503: 'The sign-in service does not answer',
}

// Body parsers throw errors with the status of what is wrong with the request.
function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { readonly status?: unknown }
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
