import { Router } from 'express'

import { type Context, memberFrame, sendPage } from '../context.ts'
import { accountPage } from '../pages/account.ts'
import { signInProofs } from '../sign-in-proofs.ts'

/** How a member signed in, as the policies see it. */
export function accountRoutes(context: Context): Router {
  const router = Router()
  router.get('/account', async (request, response) => {
    const authz = context.authz.for(request)
    const { attr } = await authz.principal()
    const record = { id: 'own', organization_id: String(attr?.organization_id) }
    const proved = await authz.actions(signInProofs, 'sign_in', record)
    const frame = await memberFrame(context, request, response)
    sendPage(response, frame, accountPage(signInProofs.filter((proof) => proved[proof])))
  })
  return router
}
