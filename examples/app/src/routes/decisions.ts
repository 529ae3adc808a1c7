import { Router } from 'express'

import { type Context, type Development, memberFrame, sendPage } from '../context.ts'
import { decisionPage, decisionsPage } from '../pages/decisions.ts'
import { param } from './records.ts'

/**
 * The latest decisions of everyone, with their reasons. For development: the attributes of all
 * organizations are in them.
 */
export function decisionRoutes(context: Context, { decisions }: Development): Router {
  const router = Router()
  router.get('/decisions', async (request, response) => {
    const frame = await memberFrame(context, request, response)
    sendPage(response, frame, decisionsPage(decisions.latest()))
  })
  router.get('/decisions/:id', async (request, response, next) => {
    const frame = await memberFrame(context, request, response)
    const decision = decisions.find(param(request, 'id'))
    if (decision === undefined) return next()
    return sendPage(response, frame, decisionPage(decision))
  })
  return router
}
